"""From a file to records, and back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message
from courses.bringing.cells import Order
from courses.bringing.columns import guess_columns
from courses.bringing.file_choices import Choices, Needles, OpenCourses
from courses.bringing.running import choose, first_rows, forget_files, run_due, start, upload
from courses.bringing.undoing import CannotUndo, undo_import
from courses.models import Alert, Course, HistoryImport, PainScore, Protocol, Session
from patients.models import Patient
from tests.factories import PatientFactory, log_visit

pytestmark = pytest.mark.django_db

PATIENTS = """First Name,Last Name,Date of Birth,Mobile Phone,Email
Anna,Lee,31/05/1980,+49 30 23125 001,anna@example.org
Bo,Chen,12.3.1975,,
"""
HISTORY = """Client,DOB,Session date,Pain before,Pain after,Needles used
"Lee, Anna",31/05/1980,01/12/2025,7/10,5,yes
"Lee, Anna",31/05/1980,08/12/2025,6,4,yes
"Lee, Anna",31/05/1980,15/12/2025,5,3,no
"""


def bring(clinic, by, text, *, at, is_partial=False, **more):
    """Upload, choose, check."""
    row, _is_new = upload(clinic, text.encode(), file_name="list.csv", by=by, at=at)
    protocol = Protocol.objects.get(clinic=clinic, code="standard")
    columns = tuple(guess_columns(first_rows(row).headings))
    kept = {"order": Order.DAY_FIRST, "practitioner": by.pk, "protocol": protocol.pk, **more}
    assert choose(row, Choices(columns=columns, **kept))
    assert run_due(clock=lambda: at) == 1
    row.refresh_from_db()
    return row


def carry_through(clinic, by, text, *, at, is_partial=False, **more):
    """All the way."""
    row = bring(clinic, by, text, at=at, **more)
    assert start(row, is_partial=is_partial, by=by)
    assert run_due(clock=lambda: at) == 1
    row.refresh_from_db()
    return row


def test_patients_are_previewed_and_imported(clinic, manager, at):
    row = bring(clinic, manager, PATIENTS, at=at)
    assert (row.state, row.found["n_new"], row.found["n_refused"]) == ("checked", 2, 0)
    assert Patient.objects.count() == 0
    assert start(row, is_partial=False, by=manager)
    run_due(clock=lambda: at)
    anna = Patient.objects.get(family_name="Lee")
    assert (anna.given_name, anna.born_on, anna.email) == ("Anna", date(1980, 5, 31), "anna@example.org")
    assert Patient.objects.get(family_name="Chen").born_on == date(1975, 3, 12)
    row.refresh_from_db()
    assert (row.state, bytes(row.content), row.preview, row.file_name) == ("imported", b"", {}, "")


def test_a_past_course_is_imported_and_alarms_nobody(clinic, lead, at):
    carry_through(clinic, lead, HISTORY.replace(",5,3,no", ",10,10,no"), at=at)
    course = Course.objects.get()
    assert (course.status, course.starts_on, course.ended_on) == (
        "completed",
        date(2025, 12, 1),
        date(2025, 12, 15),
    )
    assert [one.number for one in course.sessions.order_by("number")] == [1, 2, 3]
    assert list(course.scores.order_by("scored_at", "timing").values_list("score", flat=True)) == [
        5,
        7,
        4,
        6,
        10,
        10,
    ]
    assert Alert.objects.count() == Message.objects.count() == 0
    assert [one.is_needled for one in course.sessions.order_by("number")] == [True, True, False]
    assert clinic.local(course.sessions.get(number=1).held_at).strftime("%H:%M") == "12:00"


def test_a_second_start_imports_once(clinic, manager, at):
    row = bring(clinic, manager, PATIENTS, at=at)
    assert start(row, is_partial=False, by=manager)
    assert not start(row, is_partial=False, by=manager)
    run_due(clock=lambda: at)
    assert not start(row, is_partial=False, by=manager)
    assert run_due(clock=lambda: at) == 0
    assert Patient.objects.count() == 2


def test_the_same_file_again_is_the_same_import(clinic, manager, at):
    first, _ = upload(clinic, PATIENTS.encode(), file_name="a.csv", by=manager, at=at)
    again, is_new = upload(clinic, PATIENTS.encode(), file_name="b.csv", by=manager, at=at)
    assert (again.pk, is_new) == (first.pk, False)


def test_what_is_on_file_is_not_imported_twice(clinic, lead, at):
    carry_through(clinic, lead, HISTORY, at=at)
    row = carry_through(clinic, lead, HISTORY + "\n", at=at)
    assert (row.found["n_new"], row.found["n_courses"], row.found["n_sessions_on_file"]) == (0, 0, 3)
    assert (Patient.objects.count(), Course.objects.count(), Session.objects.count()) == (1, 1, 3)


def test_all_or_nothing_unless_chosen_otherwise(clinic, manager, at):
    row = bring(clinic, manager, PATIENTS + "Cy,Oak,32/01/1980,,\n", at=at)
    assert row.found["n_refused"] == 1
    with pytest.raises(ValidationError):
        start(row, is_partial=False, by=manager)
    text = bytes(row.refused).decode("utf-8-sig")
    assert text.splitlines()[1].startswith('4,"Date of birth: “32/01/1980” is not in the calendar')
    assert start(row, is_partial=True, by=manager)
    run_due(clock=lambda: at)
    assert set(Patient.objects.values_list("family_name", flat=True)) == {"Lee", "Chen"}


def test_records_that_changed_since_the_preview_are_shown_again(clinic, manager, at):
    row = bring(clinic, manager, PATIENTS, at=at)
    PatientFactory(clinic=clinic, given_name="Anna", family_name="Lee", born_on=date(1980, 5, 31))
    start(row, is_partial=False, by=manager)
    run_due(clock=lambda: at)
    row.refresh_from_db()
    assert (row.state, row.found["n_new"], Patient.objects.count()) == ("checked", 1, 1)


def test_undo_takes_away_everything_it_wrote(clinic, lead, at):
    row = carry_through(clinic, lead, HISTORY, at=at)
    undo_import(row, reason="wrong file", by=lead, at=at + timedelta(hours=1))
    assert not any(model.objects.exists() for model in (Patient, Course, Session, PainScore))
    row.refresh_from_db()
    assert (row.state, row.undo_reason) == ("undone", "wrong file")
    carry_through(clinic, lead, HISTORY, at=at + timedelta(hours=2))
    assert Session.objects.count() == 3


def test_undo_leaves_who_was_on_file(clinic, lead, at):
    anna = PatientFactory(clinic=clinic, given_name="Anna", family_name="Lee", born_on=date(1980, 5, 31))
    row = carry_through(clinic, lead, HISTORY, at=at)
    assert Course.objects.get().patient == anna
    undo_import(row, reason="wrong file", by=lead, at=at)
    assert (Patient.objects.get(), Course.objects.exists()) == (anna, False)


def test_no_undo_once_something_new_was_written(clinic, lead, at):
    row = carry_through(
        clinic, lead, HISTORY + "Bo Chen,1.2.1970,2.2.2026,3,2,no\n", at=at, open_courses=OpenCourses.RUNNING
    )
    running = Course.objects.get(status="active")
    log_visit(running, at, is_needled=False)
    with pytest.raises(CannotUndo) as refused:
        undo_import(row, reason="wrong file", by=lead, at=at)
    assert [one.name for one in refused.value.patients] == ["Bo Chen"]
    assert Session.objects.count() == 5


def test_file_is_deleted_after_a_week(clinic, manager, at):
    row = bring(clinic, manager, PATIENTS, at=at)
    assert forget_files(at=at + timedelta(days=6)) == 0
    assert forget_files(at=at + timedelta(days=8)) == 1
    row.refresh_from_db()
    assert (row.state, bytes(row.content), row.preview, row.file_name) == ("discarded", b"", {}, "")


def test_no_file_is_worked_on_twice_at_once(clinic, manager, at):
    row = bring(clinic, manager, PATIENTS, at=at)
    start(row, is_partial=False, by=manager)
    HistoryImport.objects.filter(pk=row.pk).update(lease_until=at + timedelta(minutes=1))
    assert run_due(clock=lambda: at) == 0
    assert run_due(clock=lambda: at + timedelta(minutes=2)) == 1


def test_needles_are_asked_where_the_file_says_nothing(clinic, lead, at):
    text = HISTORY.replace(",Needles used", "").replace(",yes", "").replace(",no", "")
    assert bring(clinic, lead, text, at=at).found["n_refused"] == 3
    row = bring(clinic, lead, text + "\n", at=at, needles=Needles.YES)
    assert row.found["n_sessions"] == 3


def test_file_with_too_many_rows_is_refused_by_the_worker_with_the_reason(monkeypatch, clinic, manager, at):
    monkeypatch.setattr("courses.bringing.reading.MOST_ROWS", 250)
    text = "Name,DOB\n" + "".join(f"Anna{n} Lee,1980\n" for n in range(300))
    row = bring(clinic, manager, text, at=at)
    assert (row.state, row.preview["why"]) == ("failed", "The file has more than 250 rows. Split it.")
