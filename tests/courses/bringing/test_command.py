"""`import_history`: what the pages do, from the command line."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from courses.bringing.claims import alone
from courses.models import Course, HistoryImport, Session
from patients.models import Patient
from tests.courses.bringing.test_running import bring

pytestmark = pytest.mark.django_db
GOOD = "Name,DOB,Session date,Pain before,Pain after,Needles used\nAnna Lee,1980-05-31,2025-12-01,7,5,yes\n"
BAD = GOOD + "Bo Oak,1970-05-31,2025-12-01,6-7,5,yes\n"


@pytest.fixture(autouse=True)
def staff(lead, manager, practitioner):
    """Who imports, and who treated."""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "history.csv"
        path.write_text(text)
        return path

    return write


def test_past_courses_are_imported(file, capsys):
    call_command("import_history", file(GOOD))
    assert (Patient.objects.count(), Course.objects.count(), Session.objects.count()) == (1, 1, 1)
    assert "sessions: 1" in capsys.readouterr().out


def test_dry_run_writes_nothing_and_keeps_no_file(file, capsys):
    call_command("import_history", file(BAD), "--dry-run")
    said = capsys.readouterr()
    assert "line 3: Pain before: “6-7” is more than one number. Enter one." in said.err
    assert "refused: 1" in said.out
    assert not Patient.objects.exists()
    assert not HistoryImport.objects.exclude(content=b"").exists()


def test_all_or_nothing_unless_asked_otherwise(file):
    with pytest.raises(CommandError) as refused:
        call_command("import_history", file(BAD))
    assert (refused.value.returncode, Patient.objects.count()) == (2, 0)
    call_command("import_history", file(BAD), "--skip-bad")
    assert Patient.objects.get().family_name == "Lee"


def test_the_same_file_is_not_imported_twice(file):
    call_command("import_history", file(GOOD))
    with pytest.raises(CommandError, match="imported before"):
        call_command("import_history", file(GOOD))
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        ("", (), "empty"),
        ("Colour\nred\n", (), "No column holds a name"),
        (GOOD, ("--clinic", "nowhere"), "Say which clinic"),
        (GOOD, ("--by", "practitioner"), "no such member"),
    ],
)
def test_what_cannot_be_done_is_said(file, text, options, why):
    with pytest.raises(CommandError, match=why):
        call_command("import_history", file(text), *options)
    assert not Patient.objects.exists()


def test_a_file_that_somebody_uploaded_on_the_page_stays_theirs(file, clinic, manager, at):
    row = bring(clinic, manager, GOOD, at=at)
    with pytest.raises(CommandError, match="uploaded before") as refused:
        call_command("import_history", file(GOOD), "--dry-run")
    row.refresh_from_db()
    assert (refused.value.returncode, row.state, bool(row.content)) == (2, "checked", True)


def test_an_import_that_breaks_leaves_nothing_for_a_worker(file, monkeypatch, at):
    def fail(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr("courses.bringing.running.write_plan", fail)
    with pytest.raises(RuntimeError):
        call_command("import_history", file(GOOD))
    row = HistoryImport.objects.get()
    assert (row.state, bytes(row.content)) == ("discarded", b"")


@pytest.mark.django_db(transaction=True)
def test_a_second_import_at_once_is_refused(file, at_once):
    with alone():
        (error,) = at_once(lambda: call_command("import_history", file(GOOD)))
    assert "Another file is being imported" in str(error)
    assert not HistoryImport.objects.exists()
