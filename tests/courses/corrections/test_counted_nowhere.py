"""A void session counts nowhere: every page and every figure is as before the session was logged."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from clinic.models import Voidable
from courses.corrections.voiding import void_session
from courses.models import AdverseEventItem, Appointment, CheckIn, Course, PainScore, Session
from courses.plans.checks_due import patients_with_check_due
from courses.plans.course_state import CourseState
from courses.priors.course_records import records_of
from courses.priors.fitting import fit_clinic
from courses.reminders.links import check_in_path
from courses.sessions.entry import CheckInEntry, EventEntry
from courses.sessions.log import log_check_in
from patients.models import Patient
from tests.factories import cleared_patient, log_run, log_visit
from tests.html import packed
from tests.test_tenancy import TABLE, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]

# Rows that point to a patient, a course or a session and cannot be void, each with the reason.
NOT_VOIDABLE = {
    "courses.Alert": "resolved by a person, or brought in line by corrections",
    "courses.AlertEvent": "a history",
    "courses.Appointment": "cancelled, marked and booked again, each an event",
    "courses.AppointmentEvent": "a history",
    "courses.CourseEvent": "a history",
    "courses.AftercareGiven": "read through its session alone",
    "courses.CheckInAnswer": "read through its check-in alone",
    "courses.Correction": "a history",
    "courses.Course": "ended and reopened",
    "courses.HandOver": "handed back by another one",
    "courses.Hold": "ended by a person",
    "courses.LetterEvent": "a history",
    "courses.Needling": "read through its session alone",
    "courses.Prediction": "read through its score alone; frozen as it was said",
    "courses.RedFlagReport": "withdrawn by a person, with its own event",
    "courses.Reminder": "cancelled",
    "courses.SessionMotion": "read through its session alone",
    "courses.SessionSymptom": "read through its session alone",
    "courses.Silence": "ends by itself",
    "patients.ContactChange": "a history",
    "patients.FileCorrection": "a history",
    "patients.Imaging": "read through its assessment alone",
    "patients.IntakeDraft": "not yet on file",
    "patients.Patient": "merged, not voided: points to the record it went into",
    "patients.PatientMerge": "a history; undone, not voided",
    "patients.ScreeningFinding": "read through its screening alone",
}
# Who may read void rows too, and why.
READERS_OF_VOID = {
    "courses/admin/person/letter.py": "the page of a void letter, and the filter of the list",
    "courses/admin/mistake_lists.py": "shows what is void",
    "courses/exchange/letters.py": "says who voided a letter already",
    "courses/admin/visit/session.py": "the page of a void session, and the filter of the list",
    "courses/admin/visit/late_flags.py": "a red flag in a correction of a void session",
    "courses/corrections/entries.py": "says who voided an entry already",
    "courses/corrections/moving.py": "says who voided a session already",
    "courses/corrections/voiding.py": "says who voided a session already; revokes every link",
    "courses/measures/recording.py": "the same form sent twice",
    "courses/reminders/links.py": "a red flag through the link of a void check-in",
    "courses/reviews/reviewing.py": "the same form sent twice, and correcting what is void",
    "courses/corrections/correct.py": "correcting what is void",
    "courses/sessions/check_in_answers.py": "an answer to a void check-in, whose red flags count",
    "courses/sessions/log.py": "the same form sent twice",
    "patients/voiding.py": "shows what is void, and who voided it",
}
# Pages that show history, which stays.
TELLS_WHAT_HAPPENED = {
    "admin:clinic_message_changelist": "the mails of check-ins, now cancelled",
    "admin:courses_appointment_change": "the history of the visit",
    "admin:courses_letter_change": "its downloads, one more each time its file is opened here",
    "admin:courses_session_history": "the page of the void session itself",
}


def test_every_clinical_row_is_voidable_or_says_why_not():
    owners = {Patient, Course, Session, Appointment, CheckIn}
    clinical = {
        model._meta.label
        for model in apps.get_models()
        if not issubclass(model, Voidable)
        and any(
            isinstance(field, models.ForeignKey) and _owner(field) in owners for field in model._meta.get_fields()
        )
    }
    # Parts of parts.
    clinical |= {"courses.AlertEvent", "courses.LetterEvent", "patients.Imaging", "patients.ScreeningFinding"}
    assert clinical == NOT_VOIDABLE.keys()


def _owner(field):
    return field.remote_field.model


@pytest.mark.parametrize("model", [one for one in apps.get_models() if issubclass(one, Voidable)], ids=str)
def test_plain_manager_leaves_void_rows_out(model):
    assert "voided_at" in str(model._default_manager.all().query.where)
    assert model.every.all().query.where.children == []
    assert any(one.name.endswith("_void_says_why") for one in model._meta.constraints)


def test_readers_of_void_rows_are_known():
    found = set()
    for path in (one for app in ("clinic", "patients", "courses") for one in (ROOT / app).rglob("*.py")):
        if "migrations" in path.parts or "models" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        if any(isinstance(node, ast.Attribute) and node.attr == "every" for node in ast.walk(tree)):
            found.add(str(path.relative_to(ROOT)))
    assert found == READERS_OF_VOID.keys()


@pytest.fixture
def now():
    return timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)


@pytest.fixture
def running(clinic, practitioner, now):
    """A course with four visits, the last a week ago."""
    patient = cleared_patient(clinic, by=practitioner, at=now - timedelta(days=60))
    course = Course.objects.create(
        clinic=patient.clinic,
        patient=patient,
        practitioner=practitioner,
        protocol=patient.clinic.protocols.first(),
        starts_on=(now - timedelta(days=40)).date(),
        weekly_sessions=[2, 2, 2, 2, 2, 2],
        review_sessions=[10],
    )
    log_run(course, [(6, 5), (6, 5), (5, 4), (5, 4)], until=now - timedelta(days=7))
    return course


@pytest.fixture
def visit(running, practitioner, now):
    """Log a visit of a few minutes ago with everything that can belong to one."""
    appointment = Appointment.objects.create(
        clinic=running.clinic,
        course=running,
        practitioner=practitioner,
        starts_at=now - timedelta(minutes=30),
        ends_at=now,
        booked_by=practitioner,
        booked_at=now - timedelta(days=3),
    )
    item = AdverseEventItem.objects.for_clinic(running.clinic).first()

    def log():
        running.refresh_from_db()
        session = log_visit(
            running, now, before=5, after=4, appointment=appointment, events=(EventEntry(item),)
        ).session
        check_in = session.check_ins.get(kind="day1")
        entry = CheckInEntry(form_key=session.uuid, score=4)
        log_check_in(check_in, entry=entry, at=timezone.now())
        return session

    return log


def _pages(client, rows):  # noqa: F811 - a fixture's value
    """The text of every page, by name, without what changes between two visits."""
    found = {}
    for name in sorted(TABLE.keys()):
        if name in TELLS_WHAT_HAPPENED or name == "check-in":
            continue
        response = client.get(_url(name, rows), follow=True)
        if response.status_code == 200 and "text/html" in response.get("Content-Type", ""):
            found[name] = _stable(response.content.decode())
    return found


def _stable(html: str) -> str:
    html = re.sub(
        r"<(section|details)[^>]*(data-void|data-history|voidable-entries).*?</\1>", "", html, flags=re.S
    )
    html = re.sub(r"<section[^>]*\"mail-head\".*?</section>", "", html, flags=re.S)
    html = re.sub(r'<ul class="messagelist.*?</ul>', "", html, flags=re.S)
    html = re.sub(
        r'name="(csrfmiddlewaretoken|form_key|flags_key|sent_key|opened|version)" value="[^"]*"', "", html
    )
    html = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", html)
    html = re.sub(r"nonce-[\w-]+|nonce=\"[^\"]*\"|/(c|a|u)/[\w:.-]+/", "", html)
    # A page that shows the current time.
    html = re.sub(r"\d+(\xa0|&nbsp;| )(minutes?|seconds?|hours?)|\d\d:\d\d(:\d\d)?", "TIME", html)
    return packed(html)


@pytest.mark.parametrize("role", ["practitioner", "lead", "front_desk"])
def test_every_page_is_as_before(role, signed_in, cast, rows, visit, running, smtp, practitioner, now):  # noqa: F811
    client = signed_in(cast[role])
    rows = {**rows, "course": running, "patient": running.patient, "session": running.sessions.last()}
    before = _pages(client, rows)
    session = visit()
    logged = _pages(client, rows)
    void_session(session, reason="wrong patient", by=practitioner, at=timezone.now())
    after = _pages(client, rows)
    assert len(before) > 25
    assert {name for name in before if before[name] != logged.get(name)}, "the session showed nowhere"
    changed = {
        name: _first_difference(before[name], after.get(name, ""))
        for name in before
        if before[name] != after.get(name)
    }
    assert changed == {}


def _first_difference(one: str, other: str) -> str:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return f"{one[max(place - 80, 0) : place + 80]!r} -> {other[max(place - 80, 0) : place + 80]!r}"
    return f"length {len(one)} -> {len(other)}"


def test_every_figure_is_as_before(running, visit, practitioner, now):
    before = _figures(running, now)
    session = visit()
    assert _figures(running, now) != before
    void_session(session, reason="entered twice", by=practitioner, at=timezone.now())
    assert _figures(running, now) == before


def _figures(course, now):
    course = (
        Course.objects.with_held()
        .select_related("clinic", "patient", "practitioner", "protocol")
        .get(pk=course.pk)
    )
    state, at = CourseState(course), now + timedelta(hours=1)
    prior = fit_clinic(course.clinic, at=at).prior
    return {
        "held": (course.n_held, course.last_held_at, course.status),
        "next number": state.last_number + 1,
        "last needled": state.last_needled,
        "scores": [(one.timing, one.score) for one in state.scores],
        "record": [
            (row.timing, row.score) for row in records_of([course], clinic=course.clinic, at=at)[course.pk].rows
        ],
        "prior": {name: value for name, value in prior.numbers.items() if name != "version"},
        "clearance": state.clearance(on=at.date()).verdict,
        "checks due": patients_with_check_due(course.clinic, [course.patient_id], on=at.date()),
        "unanswered": CheckIn.objects.filter(session__course=course, answered_at=None).count(),
        "planned mails": course.reminders.filter(state="planned").count(),
        "side effects": course.adverse_events.count(),
        "pain": PainScore.objects.filter(course=course).count(),
        "appointments": sorted(course.appointments.values_list("status", flat=True)),
    }


def test_link_of_a_void_check_in_still_opens_its_page(client, visit, practitioner):
    session = visit()
    check_in = session.check_ins.get(kind="day3")
    void_session(session, reason="wrong patient", by=practitioner, at=timezone.now())
    assert client.get(check_in_path(check_in)).status_code == 410
