"""All lines go to the log, important ones to the terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.output import ProcessOutput


@pytest.fixture
def output(tmp_path: Path) -> Iterator[ProcessOutput]:
    made = ProcessOutput("web", tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    "line",
    [
        "[2026-01-01 10:00:00 +0000] [7] [ERROR] Connection in use",
        "[2026-01-01 10:00:00,000: WARNING/MainProcess] consumer: Connection lost",
        "timestamp=2026-01-01T10:00:00Z level=error logger=clinic event=failed",
    ],
)
def test_warnings_and_errors_show_with_the_name(
    output: ProcessOutput, capfd: pytest.CaptureFixture[str], line: str
) -> None:
    output.write(line)
    assert capfd.readouterr().out == f"web      | {line}\n"


def test_the_rest_goes_to_the_log_alone(output: ProcessOutput, capfd: pytest.CaptureFixture[str]) -> None:
    output.write("timestamp=2026-01-01T10:00:00Z level=info event=error.page.shown")
    output.write("plain words")
    assert capfd.readouterr().out == ""
    assert output.log_path.read_text().splitlines()[1] == "plain words"


def test_lines_without_a_level_belong_to_the_one_before(
    output: ProcessOutput, capfd: pytest.CaptureFixture[str]
) -> None:
    for line in ("level=error event=failed", "Traceback:", "level=info event=calm", "more calm"):
        output.write(line)
    assert capfd.readouterr().out == "web      | level=error event=failed\nweb      | Traceback:\n"


def test_last_words_are_what_was_not_shown(output: ProcessOutput, capfd: pytest.CaptureFixture[str]) -> None:
    output.write("about to fall")
    output.show_last_words()
    output.show_last_words()
    assert capfd.readouterr().out == "web      | about to fall\n"


def test_a_log_starts_again_with_each_start(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("of the day before\n")
    ProcessOutput("web", tmp_path).close()
    assert (tmp_path / "web.log").read_text() == ""
