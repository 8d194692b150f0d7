"""What the demo prepares before it starts."""

from __future__ import annotations

import pytest
from django.db.utils import ProgrammingError

from demo import prepare


def test_data_of_another_version_is_reported_with_the_fix(monkeypatch):
    def fail(*_args, **_kwargs):
        raise ProgrammingError('relation "clinic_duty" does not exist\nLINE 1')

    monkeypatch.setattr(prepare, "call_command", fail)
    with pytest.raises(SystemExit, match=r"Remove the folder \.demo to start again.*clinic_duty"):
        prepare.main()
