"""Files as they come: lines that contradict each other, cells that are not what they seem, long text."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from courses.bringing.file_choices import OpenCourses
from courses.models import Course, PainScore, Session
from patients.models import Patient
from tests.courses.bringing.test_running import bring, carry_through
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db
HEAD = "Client,DOB,Session date,Pain before,Pain after,Needles used,Episode,Complaint,Discharge date\n"
FIRST, SECOND = "01/12/2025,7,5,yes,E1,", "08/12/2025,6,4,yes,E1,"
ANNA = '"Lee, Anna",31/05/1980'


def reasons(row):
    return {one["line"]: " ".join(one["why"]) for one in row.preview["refused"]}


@pytest.mark.parametrize(
    ("lines", "line", "why"),
    [
        ((f"{FIRST},10/12/2025", f"{SECOND},11/12/2025"), 3, "Line 2 has the same course with another end"),
        ((f"{FIRST[:-1]},Neck,", f"{SECOND[:-1]},Knee,"), 3, "Line 2 has the same course with another complaint"),
        ((f"{FIRST},02/12/2025", f"{SECOND},"), 3, "The course ended before this session"),
        (("01/12/2025,7,5,yes,E1,,30/11/2025",), 2, "The course ended before this session"),
        (("01/12/2025,7,5,yes,E1,,", "01/12/2025,3,2,yes,E1,,"), 3, "The same session is in line 2"),
        (("01/12/2025,7,5,yes,E1,,,more",), 2, "There is a cell to the right of the last heading"),
        (("01/12/2025,#N/A,5,yes,E1,,",), 2, "Pain before (0 to 10): “#N/A” is an error of the spreadsheet"),
        ((f"01/12/2025,7,5,yes,E1,{'x' * 121},",), 2, "The complaint is longer than 120 letters"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_or_does_not_fit_is_refused(clinic, lead, at, lines, line, why):
    row = bring(clinic, lead, HEAD + "".join(f"{ANNA},{one}\n" for one in lines), at=at)
    assert reasons(row)[line].startswith(why)
    assert row.found["n_courses"] == 0


def test_after_the_end_that_the_file_names_another_course_begins(clinic, lead, at):
    lines = (
        "01/12/2025,7,5,yes,,,10/12/2025",
        "08/12/2025,6,4,yes,,,10/12/2025",
        "05/01/2026,6,4,yes,,,20/01/2026",
    )
    carry_through(clinic, lead, HEAD + "".join(f"{ANNA},{one}\n" for one in lines), at=at)
    ends = list(Course.objects.order_by("starts_on").values_list("ended_on", flat=True))
    assert ends == [date(2025, 12, 10), date(2026, 1, 20)]


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#VALUE!"])
def test_an_error_of_a_spreadsheet_is_no_name(clinic, lead, at, text):
    row = bring(clinic, lead, f"Name,DOB\n{text},31/05/1980\n", at=at)
    assert "is an error of the spreadsheet" in reasons(row)[2]


def test_an_address_that_the_record_cannot_hold_is_refused(clinic, lead, at):
    address = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org"
    row = bring(clinic, lead, f"Name,DOB,Email\nAnna Lee,31/05/1980,{address}\n", at=at)
    assert len(address) > 254
    assert "is not an address" in reasons(row)[2]


def test_two_numbers_of_one_person_on_file_are_one_person(clinic, lead, at):
    known = PatientFactory(clinic=clinic, given_name="Anna", family_name="Lee", born_on="1980-05-31")
    text = "Patient Number,Name,DOB,Session date,Pain before,Needles used\n" + "".join(
        f"{number},Anna Lee,31/05/1980,{day}/02/2026,5,no\n" for number, day in (("P1", "20"), ("P2", "21"))
    )
    row = carry_through(clinic, lead, text, at=at, open_courses=OpenCourses.RUNNING)
    assert (row.found["n_on_file"], row.found["n_courses"]) == (1, 1)
    assert Course.objects.get().patient == known
    assert Session.objects.count() == 2


def test_one_record_chosen_for_two_people_of_the_file_gets_both(clinic, lead, at):
    known = PatientFactory(clinic=clinic, given_name="Anna", family_name="Lee", born_on="1980-05-31")
    text = "Name,DOB,Record here\n" + f"Ana Lee,31/05/1980,{known.pk}\nAnna Leigh,31/05/1980,{known.pk}\n"
    row = carry_through(clinic, lead, text, at=at)
    assert (row.state, row.found["n_on_file"], Patient.objects.count()) == ("imported", 1, 1)


def test_complaints_that_differ_in_case_only_are_one_course(clinic, lead, at):
    lines = ("20/02/2026,7,5,yes,E1,Neck Pain,", "25/02/2026,6,4,yes,E2,neck pain,")
    text = HEAD + "".join(f"{ANNA},{one}\n" for one in lines)
    carry_through(clinic, lead, text, at=at, open_courses=OpenCourses.RUNNING)
    assert Course.objects.open().count() == 1


def test_who_has_left_is_not_responsible_for_a_course_that_is_still_running(clinic, lead, practitioner, at):
    type(practitioner).objects.filter(pk=practitioner.pk).update(deactivated_at=at)
    text = "Name,DOB,Session date,Pain before,Needles used,Provider\n" + "".join(
        f"Anna Lee,31/05/1980,{(at - timedelta(days=days)).date()},5,no,Practitioner Tree\n" for days in (9, 2)
    )
    carry_through(clinic, lead, text, at=at, open_courses=OpenCourses.RUNNING)
    assert (Course.objects.get().practitioner, Session.objects.first().practitioner) == (lead, practitioner)


def test_text_with_signs_that_nobody_sees_and_several_lines_is_stored_plainly(clinic, lead, at):
    text = HEAD + f'{ANNA},01/12/2025,7,5,yes,,"Neck\n  pain\x07",\n'
    text += " " * 5000 + "\n"
    carry_through(clinic, lead, text, at=at)
    assert Course.objects.get().complaint == "Neck pain"


def test_formulas_in_a_note_are_text_here(clinic, lead, at):
    text = "Name,DOB,Session date,Pain before,Needles used,Note\nAnna Lee,31/05/1980,01/12/2025,5,no,=1+1\n"
    carry_through(clinic, lead, text, at=at)
    assert Session.objects.get().note == "=1+1"


@pytest.mark.parametrize(
    ("zone", "clock", "utc"),
    [("Europe/Berlin", "14:30", "13:30"), ("America/Los_Angeles", "14:30", "22:30"), ("Asia/Tokyo", "", "03:00")],
)
def test_times_are_those_of_the_clinic(clinic, lead, at, zone, clock, utc):
    type(clinic).objects.filter(pk=clinic.pk).update(zone=zone, country="DE")
    text = f"Name,DOB,Session date,Session time,Pain before,Needles used\nAnna Lee,1980,01/12/2025,{clock},5,no\n"
    carry_through(clinic, lead, text, at=at)
    assert PainScore.objects.get().scored_at.strftime("%d %H:%M") == f"01 {utc}"
