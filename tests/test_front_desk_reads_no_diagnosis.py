"""The front desk learns whom to ask, never why: no page and no refusal names a reason, a type or a red flag.

Every address that the front desk may open is requested and posted to, for patients with each reason against
needling and with every red flag. Text that was on the page before counts as known: a list of questions for
every patient reveals nothing about one.
"""

from __future__ import annotations

import ast
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse

from clinic.models import Duty
from courses.models import Appointment, Course, Protocol, RedFlag
from courses.plans.booking import book_appointment, cancel_appointment
from courses.plans.course_state import clearance_for
from courses.plans.whom_to_ask import whom_to_ask
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.recording import report_red_flags
from patients.clearance import NEEDS_ONLY_A_CHECK, ReasonCode
from patients.intake import (
    record_neuro_check,
    record_pain_type,
    record_screening,
    record_specialist_letter,
)
from patients.models import NeuroCheck, PainType, PatientPainType, ScreeningItem
from patients.wording import REASONS
from tests.factories import CourseFactory, MembershipFactory, PatientFactory, cleared_patient, document, log_run
from tests.test_tenancy import TABLE, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[1]
DAY = timedelta(days=1)
Code = ReasonCode
DESK = sorted(
    name
    for name, row in TABLE.items()
    if "front_desk" in row.roles and not row.is_public and not row.is_own and name != "switch-clinic"
)


def _type(code, **more):
    def add(course, by, at):
        day = at.date() - timedelta(days=60)
        record_pain_type(
            patient=course.patient, code=code, status=PatientPainType.Status.CONFIRMED, starts_on=day, by=by,
            at=at - timedelta(days=60), **more,
        )  # fmt: skip

    return add


def _flags(*codes, answer=""):
    def add(course, by, at):
        every = RedFlag.objects.for_clinic(course.clinic).current()
        wanted = every.filter(code__in=codes) if codes else every
        told = [FlagEntry(one, answer) for one in wanted]
        report_red_flags(
            patient=course.patient,
            course=course,
            flags=told,
            form_key=uuid.uuid4(),
            caller="",
            note="",
            by=by,
            at=at,
        )

    return add


def _letter_expired(course, by, at):
    _type("vertebral_artery")(course, by, at)
    record_specialist_letter(
        patient=course.patient, document=document(), written_by="Dr. Yew", written_on=at.date() - 40 * DAY,
        expires_on=at.date() - 2 * DAY, by=by, at=at - timedelta(days=40),
    )  # fmt: skip


def _contraindicated(course, by, at):
    item = ScreeningItem.objects.for_clinic(course.clinic).filter(effect="blocks").first()
    record_screening(patient=course.patient, findings={item: ""}, by=by, at=at)


def _checked(result, n_sessions=0):
    def add(course, by, at):
        _type("radiculopathy")(course, by, at)
        record_neuro_check(
            patient=course.patient,
            checked_on=at.date() - 30 * DAY,
            result=result,
            by=by,
            at=at - timedelta(days=30),
        )
        log_run(course, [(5, 4)] * n_sessions, until=at - DAY)

    return add


def _member(**values):
    def change(course, by, at):
        type(by).objects.filter(pk=course.practitioner_id).update(**values)

    return change


def _nothing_on_file(course, by, at):
    bare = PatientFactory(clinic=course.clinic)
    Course.objects.filter(pk=course.pk).update(patient=bare)


def _mixed_with_vertigo(course, by, at):
    for code in ("radiculopathy", "sympathetic"):
        _type(code, has_vertigo=True)(course, by, at)


# What is done to the file, and the resulting reasons.
CASES = {
    "nothing on file": (_nothing_on_file, {Code.NO_DIAGNOSIS, Code.NO_TYPE, Code.NO_CONSENT, Code.NO_SCREENING}),
    "every red flag": (_flags(), {Code.OPEN_RED_FLAG, Code.ON_HOLD, Code.WITHDRAWN}),
    "usual severe pain": (_flags("severe_pain", answer="usual"), {Code.REVIEW_MISSING}),
    "cord": (_type("myelopathy"), {Code.CORD_WITHOUT_LETTER}),
    "artery": (_type("vertebral_artery"), {Code.SPECIALIST_MISSING}),
    "letter expired": (_letter_expired, {Code.LETTER_EXPIRED}),
    "mixed": (_type("mixed"), {Code.MIXED_UNNAMED}),
    "vertigo": (_mixed_with_vertigo, {Code.VERTIGO_UNEXPLAINED, Code.PLAN_NOT_SPECIALISED}),
    "contraindicated": (_contraindicated, {Code.CONTRAINDICATED}),
    "check missing": (_type("radiculopathy"), {Code.CHECK_MISSING}),
    "check overdue": (_checked("unchanged", 4), {Code.CHECK_OVERDUE}),
    "check worse": (_checked(NeuroCheck.Result.WORSE), {Code.CHECK_WORSE}),
    "no licence": (_member(licence_number=""), {Code.LICENCE_MISSING}),
    "licence expired": (_member(licence_expires_on="2020-01-01"), {Code.LICENCE_EXPIRED}),
    "no supervisor": (_member(is_supervised=True), {Code.SUPERVISOR_MISSING}),
}


@pytest.fixture
def desk(clinic, practitioner, front_desk, at, time_machine, signed_in):
    """A patient with a visit of today, one of tomorrow and one that was cancelled; the front desk is signed in."""
    time_machine.move_to(at, tick=False)
    patient = cleared_patient(clinic, by=practitioner, at=at - timedelta(days=60))
    course = CourseFactory(
        patient=patient, practitioner=practitioner, starts_on=(at - timedelta(days=50)).date(),
        protocol=Protocol.objects.get(clinic=clinic, code="standard"),
    )  # fmt: skip
    visits = [
        book_appointment(
            course=course, practitioner=practitioner, starts_at=at + hours,
            ends_at=at + hours + timedelta(minutes=30), is_for_needling=True, by=front_desk, at=at,
        )
        for hours in (timedelta(hours=1), DAY + timedelta(hours=2), 2 * DAY)
    ]  # fmt: skip
    cancel_appointment(visits[2], reason="ill", by=front_desk, at=at)
    return Desk(signed_in(front_desk), course, visits)


class Desk:
    """What the front desk can send."""

    def __init__(self, client, course, visits):
        self.client, self.course, self.visits = client, course, visits

    def rows(self, rows):  # noqa: F811
        """The rows in the addresses: this patient's."""
        self.course.refresh_from_db()
        return {**rows, "course": self.course, "patient": self.course.patient, "appointment": self.visits[1]}

    def book(self):
        """A needling visit on the day after tomorrow."""
        values = {
            "course": self.course.pk, "practitioner": self.course.practitioner_id, "minutes": 30,
            "starts_at": f"{self.course.clinic.local(self.visits[1].starts_at) + 2 * DAY:%Y-%m-%dT%H:%M}",
            "is_for_needling": "on",
        }  # fmt: skip
        return self.client.post(reverse("admin:courses_appointment_add"), values)

    def move(self):
        """Move a booked needling visit to another day."""
        values = {
            "practitioner": self.course.practitioner_id, "minutes": 30,
            "starts_at": f"{self.course.clinic.local(self.visits[1].starts_at) + 3 * DAY:%Y-%m-%dT%H:%M}",
        }  # fmt: skip
        return self.client.post(reverse("admin:courses_appointment_move", args=[self.visits[1].pk]), values)

    def reopen(self):
        """A needling visit that was cancelled."""
        url = reverse("admin:courses_appointment_reopen", args=[self.visits[2].pk])
        return self.client.post(url, {"reason": "cancelled by mistake"})

    def walk(self, rows):  # noqa: F811
        """Every page of the front desk, and its response to everything on it."""
        pages, named = {}, self.rows(rows)
        for act in (self.book, self.move, self.reopen):
            pages[act.__name__] = act().content.decode()
        for name in DESK:
            pages[name] = self.client.get(_url(name, named), follow=True).content.decode()
        for name in DESK:
            if not name.endswith(("_cancel", "_missed")):
                answer = self.client.post(_url(name, named), {"reason": "x", "archive": "1"}, follow=True)
                pages[f"{name}, sent"] = answer.content.decode()
        return pages


def _forbidden(clinic):
    """Every wording that only a clinician may read."""
    words = {str(text).split("%(detail)s")[0].strip(" (:") for text in REASONS.values()}
    for one in RedFlag.objects.for_clinic(clinic):
        words |= {one.wording, one.code, one.follow_up}
    words |= set(PainType.objects.for_clinic(clinic).values_list("name", flat=True))
    words |= set(ScreeningItem.objects.for_clinic(clinic).values_list("wording", flat=True))
    words |= {"Dr. Ilex", "Dr. Yew", "red flag of this", "structural", "myelopathy", "radiculopathy"}
    return {word for word in words if len(word) > 4}


def test_every_reason_has_a_case():
    assert set().union(*(codes for _make, codes in CASES.values())) == set(ReasonCode)


@pytest.mark.parametrize("case", CASES)
def test_no_page_and_no_refusal_says_why(case, desk, rows, practitioner, clinic, at, smtp):  # noqa: F811
    make, codes = CASES[case]
    # The file of the other patient in `rows` is the same before and after.
    before = {name: desk.client.get(_url(name, desk.rows(rows)), follow=True).content.decode() for name in DESK}
    make(desk.course, practitioner, at)
    desk.course = Course.objects.get(pk=desk.course.pk)
    found = clearance_for(desk.course, on=(at + DAY).date(), practitioner=desk.course.practitioner)
    assert codes <= {reason.code for reason in found.reasons}
    leaks = {}
    for name, page in desk.walk(rows).items():
        known = before.get(name.removesuffix(", sent"), "")
        told = [word for word in _forbidden(clinic) if page.count(word) > known.count(word)]
        if told:
            leaks[name] = told
    assert leaks == {}


@pytest.mark.parametrize("case", [name for name, (_make, codes) in CASES.items() if codes - NEEDS_ONLY_A_CHECK])
@pytest.mark.parametrize("act", ["book", "move", "reopen"])
def test_refused_booking_names_whom_to_ask_and_nothing_else(act, case, desk, practitioner, at, smtp):
    CASES[case][0](desk.course, practitioner, at)
    desk.course = Course.objects.get(pk=desk.course.pk)
    n_booked = Appointment.objects.count()
    page = getattr(desk, act)()
    errors = [str(one) for several in page.context["form"].errors.values() for one in several]
    assert errors == [f"Needs a clinician: ask {practitioner}."]
    assert (page.status_code, Appointment.objects.count()) == (422, n_booked)


def test_every_red_flag_alone(desk, clinic, practitioner, at, smtp):
    for one in RedFlag.objects.for_clinic(clinic).current():
        _flags(one.code)(desk.course, practitioner, at)
        desk.course = Course.objects.get(pk=desk.course.pk)
        page = desk.book()
        errors = [str(error) for several in page.context["form"].errors.values() for error in several]
        assert errors == [f"Needs a clinician: ask {practitioner}."], one.code
        assert one.wording not in page.content.decode()


def test_archive_is_refused_without_the_red_flag(desk, practitioner, at, smtp):
    _flags("bladder_bowel")(desk.course, practitioner, at)
    url = reverse("admin:patients_patient_archive", args=[desk.course.patient_id])
    page = desk.client.post(url, {"archive": "1"})
    text = page.content.decode()
    assert page.status_code == 409
    assert f"Needs a clinician: ask {practitioner}." in text
    assert "A red flag" not in text
    assert not list(get_messages(page.wsgi_request))


@pytest.mark.parametrize("role", ["practitioner", "lead", "manager"])
def test_those_who_may_read_it_see_why(role, desk, cast, practitioner, at, smtp):  # noqa: F811
    _contraindicated(desk.course, practitioner, at)
    with pytest.raises(ValidationError) as caught:
        book_appointment(
            course=desk.course, practitioner=practitioner, starts_at=at + 4 * DAY,
            ends_at=at + 4 * DAY + timedelta(minutes=30), is_for_needling=True, by=cast[role], at=at,
        )  # fmt: skip
    assert caught.value.messages[0].startswith("Contraindication: ")


def test_lead_on_duty_is_named_where_the_practitioner_left(course, lead, at):
    other = MembershipFactory(clinic=lead.clinic, role="lead")
    type(lead).objects.filter(pk=course.practitioner_id).update(deactivated_at=at)
    course = Course.objects.get(pk=course.pk)
    assert whom_to_ask(course.clinic, course, at=at) == lead
    Duty.objects.create(clinic=course.clinic, member=other, starts_at=at, ends_at=at + DAY)
    assert whom_to_ask(course.clinic, course, at=at) == other


# Modules that word a reason without checking who reads it, each with the right its page requires.
READERS = {
    "courses/admin/person/intake.py": "patients.add_assessment",
    "courses/admin/visit/session.py": "courses.view_session",
    "courses/plans/overriding.py": "patients.override_clearance",
    "patients/wording.py": "its own",
}


def test_words_of_a_reason_go_through_one_function():
    found = set()
    for path in (one for app in ("clinic", "patients", "courses") for one in (ROOT / app).rglob("*.py")):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if names & {"REASONS", "reason_text"}:
            found.add(str(path.relative_to(ROOT)))
    assert found == READERS.keys()
