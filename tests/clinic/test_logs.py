"""Log lines: ids and technical facts, never people, never a link that grants access."""

from __future__ import annotations

import io
import logging

import pytest
import structlog
from celery import shared_task

from clinic.logs import LineFormatter


@pytest.fixture
def lines():
    """What a logger of this name writes."""
    out, handler = io.StringIO(), None
    handler = logging.StreamHandler(out)
    handler.setFormatter(LineFormatter())
    logger = logging.getLogger("tests.lines")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield logger, out
    logger.removeHandler(handler)
    logger.propagate = True


class Failure(Exception):
    """Carries a name in its message."""


def test_line_says_when_how_serious_and_where_from(lines):
    logger, out = lines
    logger.warning("took %s s", 3)
    line = out.getvalue()
    assert line.startswith("timestamp=2")
    assert 'level=warning logger=tests.lines event="took 3 s"' in line


def test_own_events_keep_their_values(lines):
    logger, out = lines
    structlog.stdlib.get_logger(logger.name).info("delivered", message="0001", n=2)
    assert "event=delivered" in out.getvalue()
    assert "message=0001" in out.getvalue()
    assert "n=2" in out.getvalue()


@pytest.mark.parametrize(
    "path", ["/c/eyJhbGci:1x/", "/a/WyJh:1w-Z_9/", "/u/WyJh:1w", "http://host/c/eyJhbGci:1x/?from=mail"]
)
def test_token_of_a_link_is_blanked_out(lines, path):
    logger, out = lines
    logger.warning("Not Found: %s", path)
    assert "…" in out.getvalue()
    assert "eyJh" not in out.getvalue()
    assert "WyJh" not in out.getvalue()


def test_link_to_choose_a_password_is_blanked_out(lines):
    logger, out = lines
    logger.error("Internal Server Error: %s", "/accounts/password/reset/key/3-d2kz6x-0a1b2c3d4e/")
    assert "0a1b2c3d4e" not in out.getvalue()


def test_exception_keeps_type_and_place_and_loses_its_words(lines):
    logger, out = lines
    try:
        raise Failure("Ana Kingfisher, born 1971")
    except Failure:
        logger.exception("it failed")
    line = out.getvalue()
    assert "error=Failure" in line
    assert "test_logs.py:" in line
    assert "Kingfisher" not in line


def test_own_event_with_an_exception_loses_its_words(lines):
    logger, out = lines
    try:
        raise Failure("Ana Kingfisher, born 1971")
    except Failure as error:
        structlog.stdlib.get_logger(logger.name).error("it failed", exc_info=error)
    assert "error=Failure" in out.getvalue()
    assert "Kingfisher" not in out.getvalue()


@pytest.mark.parametrize("name", ["request", "data", "params", "sql"])
def test_what_may_hold_a_person_is_dropped(lines, name):
    logger, out = lines
    logger.error("it failed", extra={name: "Ana Kingfisher"})
    assert "it failed" in out.getvalue()
    assert "Kingfisher" not in out.getvalue()


def test_failed_task_does_not_say_the_words_of_its_exception(lines, caplog):
    """Celery puts the exception and its traceback into its message."""

    @shared_task(name="tests.logs.fail")
    def fail() -> None:
        raise Failure("Ana Kingfisher, born 1971")

    logger, out = lines
    tracing = logging.getLogger("celery.app.trace")
    tracing.addHandler(logger.handlers[0])
    try:
        fail.apply()
    finally:
        tracing.removeHandler(logger.handlers[0])
    assert "Failure" in out.getvalue()
    assert "Kingfisher" not in out.getvalue()
