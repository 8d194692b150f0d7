"""Ties a run to its terminal and to the program that started it."""

import os

STDIN = 0


class Attachment:
    """Detects that a run has lost its terminal or parent, which does not always cause a signal."""

    def __init__(self, *, is_to_parent: bool) -> None:
        self._parent = os.getppid() if is_to_parent else None
        self._had_terminal = has_terminal()

    def is_lost(self) -> bool:
        """Whether the terminal was closed, or the parent has ended."""
        # A closed terminal signals only its session's first process, which may be a waiting make.
        is_terminal_gone = self._had_terminal and not has_terminal()
        return is_terminal_gone or self._parent not in {None, os.getppid()}


def has_terminal() -> bool:
    """Whether standard input is a terminal."""
    try:
        os.tcgetpgrp(STDIN)
    except OSError:
        return False
    return True
