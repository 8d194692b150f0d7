"""Makes a PDF from a template and its data, in a separate process that can be stopped.

Run as a module it is that process: it reads the files as JSON and writes the PDF. It gets nothing else, no
setting and no secret.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import typst

FONTS = Path(__file__).parent / "fonts"
ROOT = Path(__file__).parent.parent.parent
SECONDS = 15.0
MOST_MEMORY = 2 * 1024**3
# The wheel's fonts contain Latin, Greek and Cyrillic letters, and signs up to this code.
LAST_OF_EUROPE, SIGNS = 0x052F, range(0x2000, 0x2300)


class TypesettingFailed(Exception):
    """No PDF was made, or not in time."""


def typeset(files: dict[str, str], *, at: datetime, seconds: float = SECONDS) -> bytes:
    """The PDF of `main.typ` with the files beside it; TypesettingFailed after the time limit or on an error."""
    command = [sys.executable, "-m", "courses.exchange.typesetting"]
    given = json.dumps({"files": files, "seconds": seconds, "at": at.timestamp()}).encode()
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command,
            input=given,
            capture_output=True,
            timeout=seconds,
            check=True,
            cwd=ROOT,
            env={"LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingFailed("time limit") from error
    except subprocess.CalledProcessError as error:
        # The child's error text may quote the letter, so it is not passed on.
        raise TypesettingFailed(f"exit {error.returncode}") from None
    if not done.stdout.startswith(b"%PDF-"):
        raise TypesettingFailed("no PDF")
    return done.stdout


def missing_characters(text: str) -> str:
    """Characters that no shipped font has, each once."""
    return "".join(sorted({letter for letter in text if not _is_covered(letter)}))


def _is_covered(letter: str) -> bool:
    number = ord(letter)
    if number <= LAST_OF_EUROPE or number in SIGNS or 0x1E00 <= number <= 0x1FFF:
        return True
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def main() -> None:
    """Read files, write a PDF."""
    given = json.load(sys.stdin)
    seconds = int(given["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    files = {name: content.encode() for name, content in given["files"].items()}
    pdf = typst.compile(files, format="pdf", font_paths=[str(FONTS)], timestamp=int(given["at"]))  # type: ignore[call-overload]
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
