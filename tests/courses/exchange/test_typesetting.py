"""The process that makes PDFs."""

from __future__ import annotations

import pytest

from courses.exchange import typesetting
from courses.exchange.typesetting import TypesettingFailed, missing_characters, typeset
from tests.courses.exchange.reading import text_of

ENDLESS = "#let n = 0\n#while true { n += 1; if n > 100000000000 { break } }"


def test_makes_a_pdf_of_the_files(at):
    pdf = typeset({"main.typ": '#read("other.txt")', "other.txt": "Ilex 王小明 ηλιος Юрий"}, at=at)
    assert text_of(pdf) == "Ilex 王小明 ηλιος Юрий"


def test_same_files_at_the_same_time_give_the_same_pdf(at):
    files = {"main.typ": "Hornbeam"}
    assert typeset(files, at=at) == typeset(files, at=at)


@pytest.mark.parametrize(
    "source", ["#panic()", '#read("/etc/passwd")', '#read("../../manage.py")', '#import "@preview/x:1.0.0"']
)
def test_what_goes_wrong_or_reaches_outside_gives_no_pdf(at, source, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with pytest.raises(TypesettingFailed, match="exit"):
        typeset({"main.typ": source}, at=at)


def test_is_stopped_in_time(at):
    with pytest.raises(TypesettingFailed):
        typeset({"main.typ": ENDLESS}, at=at, seconds=2)


def test_failure_quotes_nothing_of_the_letter(at):
    with pytest.raises(TypesettingFailed) as caught:
        typeset({"main.typ": '#panic("Heron 1980")'}, at=at)
    assert "Heron" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_process_is_given_no_setting(at, monkeypatch):
    given = {}

    def spy(*args, **kwargs):
        given.update(kwargs["env"])
        raise typesetting.subprocess.TimeoutExpired("x", 1)

    monkeypatch.setattr(typesetting.subprocess, "run", spy)
    with pytest.raises(TypesettingFailed):
        typeset({"main.typ": ""}, at=at)
    assert given == {"LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    ("text", "missing"),
    [("Zoë Ünal – Ζωή Юля “x” 王小明 たなか", ""), ("龍華 김민수", "華龍김민수"), ("\U0001f600", "\U0001f600")],
)
def test_knows_what_its_fonts_lack(text, missing):
    assert set(missing_characters(text)) == set(missing)
