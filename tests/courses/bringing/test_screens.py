"""The pages of an import: who may, what a second press does, what is never said."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.bringing.file_choices import Choices, OpenCourses
from courses.bringing.forms import megabytes
from courses.bringing.found import found_lines
from courses.bringing.reading import MEGABYTE, MOST_BYTES
from courses.bringing.running import choose, run_due
from courses.models import Alert, Course, HistoryImport, Session
from courses.watching.findings import watch_courses
from patients.models import Patient
from tests.courses.bringing.test_running import HISTORY, PATIENTS, bring, carry_through
from tests.factories import PatientFactory, log_visit

pytestmark = pytest.mark.django_db
UPLOAD = "/admin/courses/historyimport/add/"


def file(text=PATIENTS, name="patients of Linden.csv"):
    return SimpleUploadedFile(name, text.encode())


def url(row, step="change"):
    return f"/admin/courses/historyimport/{row.pk}/{step}/"


def press_import(client, row, **more):
    """As the page that was opened last would send it."""
    page = BeautifulSoup(client.get(url(row)).content.decode(), "html.parser")
    return client.post(
        url(row, "start"), {"seen": page.find("input", {"name": "seen"})["value"], **more}, follow=True
    )


def test_upload_sent_twice_is_one_import(signed_in, manager):
    client = signed_in(manager)
    for key in ("b1c9fcb2-1f57-4cf6-8a31-2d1a7f1a4a0e",) * 2 + ("0f0e0d0c-1f57-4cf6-8a31-2d1a7f1a4a0e",):
        assert client.post(UPLOAD, {"upload": file(), "sent_key": key}).status_code == 302
    assert HistoryImport.objects.count() == 1


def test_file_that_is_too_large_is_refused_and_nothing_is_kept(signed_in, manager):
    large = SimpleUploadedFile("large.csv", b"Name\n" + b"x" * MOST_BYTES)
    page = signed_in(manager).post(UPLOAD, {"upload": large})
    assert (page.status_code, HistoryImport.objects.count()) == (422, 0)
    assert f"The file is 20,1 MB. At most {MOST_BYTES // MEGABYTE} MB" in page.content.decode()


def test_start_pressed_twice_imports_once_and_says_so(signed_in, manager, clinic, at):
    row, client = bring(clinic, manager, PATIENTS, at=at), signed_in(manager)
    values = {"seen": str(row.checked_at.timestamp())}
    assert client.post(url(row, "start"), values).status_code == 302
    page = client.post(url(row, "start"), values, follow=True).content.decode()
    assert "This import is already running.<" in page
    run_due(clock=lambda: at)
    page = client.post(url(row, "start"), values, follow=True).content.decode()
    assert "This import is already finished." in page
    assert run_due(clock=lambda: at) == 0
    assert Patient.objects.count() == 2


def test_refused_lines_are_not_left_out_unless_chosen(signed_in, manager, clinic, at):
    row, client = bring(clinic, manager, PATIENTS + "Cy,Oak,32/01/1980,,\n", at=at), signed_in(manager)
    page = press_import(client, row).content.decode()
    assert "Some lines are refused" in page
    row.refresh_from_db()
    assert row.state == "checked"


def test_columns_are_asked_again_with_everything_chosen(signed_in, manager, practitioner, clinic):
    client = signed_in(manager)
    client.post(UPLOAD, {"upload": file()})
    row = HistoryImport.objects.get()
    page = client.post(url(row, "columns"), {"column_0": "given", "column_1": "given", "needles": "yes"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "two columns cannot both be this" in text
    assert "Choose one: look at the dates" in text
    assert 'value="yes"' in text
    assert "checked" in text.split('value="yes"')[1][:80]


def test_progress_is_shown(signed_in, lead, clinic, at):
    row = bring(clinic, lead, PATIENTS, at=at)
    HistoryImport.objects.filter(pk=row.pk).update(state="importing", n_done=1, n_total=2, lease_until=at)
    client = signed_in(lead)
    assert json.loads(client.get(url(row, "progress")).content) == {
        "state": "importing",
        "n_done": 1,
        "n_total": 2,
    }
    assert '<progress class="import-progress"' in client.get(url(row)).content.decode()


def test_undo_names_the_records_that_prevent_it(signed_in, lead, clinic, at):
    row = carry_through(clinic, lead, HISTORY, at=at)
    PatientFactory(clinic=clinic)
    Patient.objects.filter(family_name="Lee").update(phone="+49 30 1234567")
    client = signed_in(lead)
    page = client.post(url(row, "undo"), {"reason": "wrong"})
    assert page.status_code == 409
    assert "cannot be undone any more" in page.content.decode()
    assert "Anna Lee" in page.content.decode()
    assert Session.objects.count() == 3


def test_undo_asks_for_a_reason_and_twice_is_once(signed_in, lead, clinic, at):
    row, client = carry_through(clinic, lead, HISTORY, at=at), signed_in(lead)
    assert client.post(url(row, "undo"), {"reason": " "}).status_code == 422
    for _ in range(2):
        assert client.post(url(row, "undo"), {"reason": "wrong"}).status_code == 302
    assert not Patient.objects.exists()


def test_the_database_takes_away_nothing_else(refused, lead, clinic, course, at):
    """Neither rows of an import that was not undone, nor live rows of a course that was imported."""
    row = carry_through(clinic, lead, HISTORY, at=at)
    with refused("courses_append_only"):
        rows = Session.objects.filter(course__brought_by=row)
        rows._raw_delete(rows.db)
    with refused("patients_kept"):
        rows = Patient.objects.filter(family_name="Lee")
        rows._raw_delete(rows.db)


def test_imported_running_course_alarms_nobody_until_it_is_seen_here(lead, clinic, at):
    text = "Name,DOB,Session date,Pain before,Pain after,Needles used\n"
    for days, score in ((50, 3), (47, 4), (44, 9), (41, 10)):
        text += f"Anna Lee,31/05/1980,{(at - timedelta(days=days)).date()},{score},{score},no\n"
    carry_through(clinic, lead, text, at=at, open_courses=OpenCourses.RUNNING)
    course = Course.objects.get()
    assert course.status == "active"
    watch_courses(at=at)
    assert not Alert.objects.exists()
    log_visit(course, at + timedelta(hours=1), is_needled=False, before=2, after=2)
    watch_courses(at=at + timedelta(days=40))
    assert "lapsed" in set(Alert.objects.values_list("rule", flat=True))


def test_nothing_of_the_file_is_in_a_log(caplog, capsys, lead, clinic, at):
    caplog.set_level("DEBUG")
    carry_through(clinic, lead, HISTORY + "Cy Oakhurst,32/01/1980,,6-7,,\n", at=at, is_partial=True)
    said = caplog.text + capsys.readouterr().err
    assert "import written" in said
    assert not [word for word in ("Anna", "Lee", "Oakhurst", "1980", "list.csv") if word in said]


def test_imported_session_and_course_have_pages(signed_in, practitioner, lead, clinic, at):
    carry_through(clinic, lead, HISTORY, at=at)
    client, course = signed_in(practitioner), Course.objects.get()
    assert client.get(f"/admin/courses/course/{course.pk}/change/").status_code == 200
    for session in course.sessions.all():
        assert client.get(f"/admin/courses/session/{session.pk}/change/").status_code == 200


def test_a_check_that_the_page_did_not_show_is_read_before_it_is_imported(signed_in, manager, clinic, at):
    """Somebody chose other columns meanwhile."""
    row, client = bring(clinic, manager, PATIENTS, at=at), signed_in(manager)
    old = str(row.checked_at.timestamp())
    choose(row, Choices.of_json(row.choices))
    run_due(clock=lambda: at + timedelta(minutes=1))
    for values in ({"seen": old}, {}):
        page = client.post(url(row, "start"), values, follow=True).content.decode()
        assert "Not started: the file was checked again." in page
    row.refresh_from_db()
    assert row.state == "checked"
    press_import(client, row)
    row.refresh_from_db()
    assert row.state == "importing"


def test_old_pages_change_nothing_and_say_so(signed_in, manager, clinic, at):
    row, client = bring(clinic, manager, PATIENTS, at=at), signed_in(manager)
    for step, values in (("undo", {"reason": "wrong"}), ("discard", {})):
        HistoryImport.objects.filter(pk=row.pk).update(state="importing")
        page = client.post(url(row, step), values, follow=True).content.decode()
        assert "Your last step was not done" in page, step
        assert "Import undone" not in page
    page = client.post(url(row, "columns"), {"column_0": "given"}, follow=True).content.decode()
    assert "Your last step was not done" in page


def test_a_file_deleted_while_its_columns_are_open_is_no_error(signed_in, manager, clinic, at):
    row, client = bring(clinic, manager, PATIENTS, at=at), signed_in(manager)
    HistoryImport.objects.filter(pk=row.pk).update(content=b"")
    assert client.get(url(row, "columns")).status_code == 302
    assert client.post(url(row, "columns"), {"column_0": "given"}).status_code == 302


def test_a_second_undo_says_that_nothing_was_changed(signed_in, lead, clinic, at):
    row, client = carry_through(clinic, lead, HISTORY, at=at), signed_in(lead)
    page = client.post(url(row, "undo"), {"reason": "wrong"}, follow=True).content.decode()
    assert "Import undone." in page
    assert "What this import had added" in page
    page = client.post(url(row, "undo"), {"reason": "wrong, again"}, follow=True).content.decode()
    assert "Your last step was not done" in page


def test_a_file_that_was_deleted_shows_no_plan(signed_in, lead, clinic, at):
    row, client = bring(clinic, lead, HISTORY, at=at), signed_in(lead)
    page = client.post(url(row, "discard"), follow=True).content.decode()
    assert "The file was deleted" in page
    assert "What would be imported" not in page


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ({}, []),
        (
            {"n_lines": 1, "n_new": 1, "n_courses": 1, "n_open": 1, "n_sessions": 1, "n_scores": 1},
            ["1 line read", "1 new patient", "1 course, 1 of them open", "1 session with 1 pain score"],
        ),
        (
            {"n_lines": 9, "n_on_file": 2, "n_courses": 2, "n_sessions": 3, "n_sessions_on_file": 1},
            [
                "9 lines read",
                "2 patients already on file",
                "2 courses",
                "3 sessions with 0 pain scores",
                "1 session already on file, not imported again",
            ],
        ),
    ],
)
def test_what_was_found_is_counted_in_words(found, lines):
    assert found_lines(found) == lines


def test_of_an_import_that_was_undone_what_it_had_added_is_counted():
    found = {"n_lines": 5, "n_new": 1, "n_on_file": 2, "n_refused": 1, "n_sharing_contact": 1}
    assert found_lines(found, is_undone=True) == ["1 new patient"]


@pytest.mark.parametrize(
    ("n_bytes", "words"), [(MOST_BYTES + 1, "20,1"), (int(20.6 * MEGABYTE), "20,6"), (300 * MEGABYTE, "300,0")]
)
def test_size_of_a_file_that_is_too_large(clinic, n_bytes, words):
    assert megabytes(n_bytes).replace(".", ",") == words


def test_a_right_that_was_withdrawn_meanwhile_ends_every_step(signed_in, lead, clinic, at):
    row, client = bring(clinic, lead, PATIENTS, at=at), signed_in(lead)
    type(lead).objects.filter(pk=lead.pk).update(role="front_desk")
    for step in ("columns", "start", "discard", "undo"):
        assert client.post(url(row, step), {"reason": "wrong"}).status_code in {302, 403, 404}, step
    row.refresh_from_db()
    assert row.state == "checked"
    assert run_due(clock=lambda: at) == 0


def test_an_expired_session_changes_nothing(client, lead, clinic, at):
    row = bring(clinic, lead, PATIENTS, at=at)
    for step in ("columns", "start", "discard", "undo"):
        response = client.post(url(row, step), {"reason": "wrong"})
        assert response.status_code in {302, 401}, step
    row.refresh_from_db()
    assert row.state == "checked"
