"""What a run hangs on: its terminal, and the program that started it."""

import os

STDIN = 0


class Attachment:
    """Tells when a run has lost what it began with; not every loss comes with a signal."""

    def __init__(self, *, is_to_parent: bool) -> None:
        self._parent = os.getppid() if is_to_parent else None
        self._had_terminal = has_terminal()

    def is_lost(self) -> bool:
        """Whether the terminal was closed, or the parent ended without a word."""
        # A terminal that closes tells only its session's first process, which may be a waiting make.
        is_terminal_gone = self._had_terminal and not has_terminal()
        return is_terminal_gone or self._parent not in {None, os.getppid()}


def has_terminal() -> bool:
    """Whether standard input is a terminal with someone at it."""
    try:
        os.tcgetpgrp(STDIN)
    except OSError:
        return False
    return True
