"""The output of processes: everything to a log file each, important lines to the terminal."""

import os
import re
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO

LEVEL = re.compile(r"(?:level=|\[|: )(debug|info|warning|error|critical)\b", re.IGNORECASE)
MATTERS = {"warning", "error", "critical"}
N_LAST_WORDS = 8
STDOUT = 1


def say(text: str) -> None:
    """Print a line on the terminal, which may have been closed."""
    with suppress(OSError):
        os.write(STDOUT, f"{text}\n".encode())


class ProcessOutput:
    """The destination of one process's lines; a line without a level belongs to the one before it."""

    def __init__(self, name: str, folder: Path, *, width: int = 8, is_verbose: bool = False) -> None:
        self.log_path = folder / f"{name}.log"
        self.last_words: deque[str] = deque(maxlen=N_LAST_WORDS)
        self._log: IO[str] = self.log_path.open("w", buffering=1, encoding="utf-8")
        self._prefix = f"{name:<{width}} | "
        self._is_verbose = is_verbose
        self._is_showing = False

    def write(self, line: str) -> None:
        """Handle one line."""
        self._log.write(f"{line}\n")
        level = LEVEL.search(line)
        if level is not None:
            self._is_showing = level[1].lower() in MATTERS
        if self._is_showing or self._is_verbose:
            say(self._prefix + line)
        else:
            self.last_words.append(line)

    def show_last_words(self) -> None:
        """Show on the terminal how it ended, unless that was already shown."""
        for line in self.last_words:
            say(self._prefix + line)
        self.last_words.clear()

    def close(self) -> None:
        """Close the log file."""
        self._log.close()
