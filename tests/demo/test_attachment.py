"""A run ends when its terminal or parent does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.attachment import Attachment

AT_A_TERMINAL = """
import os, signal, time
from demo.attachment import Attachment
os.setsid()
os.close(os.open(os.ttyname(0), os.O_RDWR))
signal.signal(signal.SIGHUP, signal.SIG_IGN)
attachment = Attachment(is_to_parent=False)
print(attachment.is_lost(), flush=True)
while not attachment.is_lost():
    time.sleep(0.01)
print(attachment.is_lost(), flush=True)
"""


@pytest.mark.parametrize("is_to_parent", [True, False])
def test_the_parents_end_matters_if_asked_for(monkeypatch: pytest.MonkeyPatch, *, is_to_parent: bool) -> None:
    attachment = Attachment(is_to_parent=is_to_parent)
    assert not attachment.is_lost()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert attachment.is_lost() is is_to_parent


def test_a_closed_terminal_is_noticed() -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL],
        cwd=Path(__file__).parents[2],
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        os.close(theirs)
        assert child.stdout is not None
        assert child.stdout.readline() == "False\n"
        os.close(ours)
        assert child.stdout.readline() == "True\n"
