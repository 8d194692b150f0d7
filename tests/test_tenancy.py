"""Every address as every role of this clinic, of another, and as nobody. An address that is not listed fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinic.models import Duty, Endpoint, Message
from clinic.signing.content import piece_of
from clinic.signing.ledger import comment_on
from courses.alerts.messages.links import acknowledge_path
from courses.alerts.snoozing import silence
from courses.day_one.mail import received_path
from courses.dry_runs.pain_rules import set_bounds, try_bounds
from courses.flag_list.versions import FlagWords, change_flag
from courses.models import (
    AdverseEventItem,
    AftercareMeasure,
    Alert,
    AlertEvent,
    Appointment,
    CheckIn,
    HistoryImport,
    Letter,
    Measure,
    MeasureThreshold,
    Point,
    Protocol,
    RedFlag,
    Review,
)
from courses.priors.fitting import fit_clinic
from courses.reminders.links import check_in_path, unsubscribe_path
from courses.reviews.reviewing import ReviewEntry, record_review
from patients.identity.merging import merge_patients, version_of_pair
from patients.intake import record_specialist_letter
from patients.models import Consent, ConsentText, PainType, PatientMerge, ScreeningItem
from tests import factories
from tests.factories import flag, log_visit

pytestmark = pytest.mark.django_db

CLINICAL = frozenset({"practitioner", "lead", "manager"})
TREATING = frozenset({"practitioner", "lead"})
ALL = CLINICAL | {"front_desk"}
LEADING = frozenset({"lead", "manager"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """Who may open an address, which row it names, and whether it treats strangers like anybody."""

    roles: frozenset[str]
    about: str = ""
    more: dict[str, str] = field(default_factory=dict)
    # Pages with a token or without data of a clinic.
    is_public: bool = False
    # The user's account: open to whoever is signed in, wherever they work.
    is_own: bool = False


def model_rows(model: str, about: str, *, view: frozenset[str], add: frozenset[str] = NOBODY) -> dict[str, Row]:
    """The stock pages of a model; nothing can be deleted."""
    return {
        f"admin:{model}_changelist": Row(view),
        f"admin:{model}_add": Row(add),
        f"admin:{model}_change": Row(view, about),
        f"admin:{model}_history": Row(view, about),
        f"admin:{model}_delete": Row(NOBODY, about),
    }


TABLE: dict[str, Row] = {
    # Whoever works nowhere reads there what is missing.
    "home": Row(ALL, is_own=True),
    "switch-clinic": Row(ALL),
    "csp-report": Row(ALL, is_public=True),
    "account": Row(ALL, is_own=True),
    "account-invitations": Row(ALL, is_own=True),
    "two-factor-needed": Row(ALL, is_own=True),
    "healthz": Row(ALL, is_public=True),
    "metrics": Row(ALL, is_public=True),
    "dashboard": Row(LEADING),
    "curve-quality": Row(LEADING),
    "check-in": Row(ALL, is_public=True),
    "acknowledge-alert": Row(ALL, is_public=True),
    "unsubscribe": Row(ALL, is_public=True),
    "demo-mail": Row(ALL, is_public=True),
    "demo-mail-one": Row(ALL, is_public=True, more={"number": "1"}),
    "admin:index": Row(ALL),
    "admin:setup": Row(ALL),
    "logo": Row(ALL, is_public=True, more={"key": "4b0c6a0e-6a43-4b63-9c7e-0d9a0f6f2f11"}),
    "admin:clinic_clinic_hours": Row(frozenset({"manager"})),
    "admin:clinic_clinic_logo": Row(frozenset({"manager"})),
    "admin:clinic_clinic_logo_remove": Row(frozenset({"manager"})),
    "admin:clinic_clinic_sender": Row(frozenset({"manager"})),
    "admin:clinic_clinic_sender_check": Row(frozenset({"manager"})),
    "admin:practise": Row(ALL),
    "admin:practice_again": Row(ALL),
    "admin:setup_steps": Row(frozenset({"manager"})),
    "admin:setup_mail": Row(frozenset({"manager"}), more={"token": "none"}),
    "admin:password_change": Row(ALL),
    "admin:password_change_done": Row(ALL),
    "admin:jsi18n": Row(ALL, is_public=True),
    "admin:login": Row(NOBODY, is_public=True),
    "admin:logout": Row(ALL, is_public=True),
    "admin:autocomplete": Row(NOBODY),
    "admin:view_on_site": Row(NOBODY, more={"content_type_id": "1", "object_id": "1"}),
    "admin:app_list": Row(ALL, more={"app_label": "clinic"}),
    **model_rows("patients_patient", "patient", view=ALL, add=ALL),
    "admin:patients_patient_record": Row(TREATING, "patient", {"what": "assessment"}),
    "admin:patients_patient_letter": Row(CLINICAL, "patient", {"letter": "document"}),
    "admin:patients_patient_correct": Row(TREATING, "patient", {"what": "assessment", "number": "assessment"}),
    "admin:patients_patient_withdraw": Row(TREATING, "patient", {"report": "report"}),
    "admin:patients_patient_intake": Row(TREATING, "patient"),
    "admin:patients_patient_intake_step": Row(TREATING, "patient", {"step": "screening"}),
    "admin:patients_patient_address_works": Row(ALL, "patient"),
    "admin:patients_patient_archive": Row(ALL, "patient"),
    "admin:patients_patient_red_flag": Row(ALL, "patient"),
    "admin:patients_patient_start": Row(TREATING, "patient"),
    "admin:patients_patient_merge": Row(LEADING, "patient"),
    "admin:patients_patient_undo_merge": Row(LEADING, "patient", {"merge": "merge"}),
    **model_rows("patients_paintype", "pain_type", view=CLINICAL),
    **model_rows("patients_screeningitem", "screening_item", view=CLINICAL),
    **model_rows("courses_course", "course", view=CLINICAL),
    "admin:courses_course_log": Row(TREATING, "course"),
    "admin:courses_course_resume": Row(frozenset({"lead"}), "course"),
    "admin:courses_course_schedule": Row(CLINICAL, "course"),
    "admin:courses_course_override": Row(frozenset({"lead"}), "course"),
    "admin:courses_course_hold": Row(TREATING, "course"),
    "admin:courses_course_end": Row(TREATING, "course"),
    "admin:courses_course_review": Row(TREATING, "course"),
    "admin:patients_patient_void": Row(TREATING, "patient", {"what": "assessment", "number": "assessment"}),
    "admin:courses_session_void": Row(TREATING, "session"),
    "admin:courses_session_move": Row(TREATING, "session"),
    "admin:courses_course_void": Row(TREATING, "course", {"kind": "review", "number": "review_number"}),
    "admin:courses_course_reopen": Row(TREATING, "course"),
    "admin:courses_appointment_reopen": Row(ALL, "appointment"),
    "admin:courses_course_correct_review": Row(TREATING, "review"),
    "admin:courses_course_measures": Row(TREATING, "course"),
    "admin:courses_course_hand_over": Row(CLINICAL, "membership"),
    **model_rows("courses_letter", "letter", view=CLINICAL),
    "admin:courses_letter_summary": Row(TREATING, "course"),
    "admin:courses_letter_urgent": Row(TREATING, "alert"),
    "admin:courses_letter_pdf": Row(CLINICAL, "letter"),
    "admin:courses_letter_void": Row(TREATING, "letter"),
    **model_rows("courses_measure", "measure", view=CLINICAL),
    **model_rows("courses_measurethreshold", "threshold", view=CLINICAL),
    **model_rows("courses_session", "session", view=CLINICAL),
    "admin:courses_session_correct": Row(TREATING, "session"),
    **model_rows("courses_alert", "alert", view=CLINICAL),
    "admin:courses_alert_acknowledge": Row(CLINICAL, "alert"),
    "admin:courses_alert_note": Row(CLINICAL, "alert"),
    "admin:courses_alert_resolve": Row(TREATING, "alert"),
    "admin:courses_alert_snooze": Row(CLINICAL, "alert"),
    "admin:courses_alert_lower": Row(TREATING, "alert"),
    **model_rows("courses_silence", "silence", view=CLINICAL, add=LEADING),
    **model_rows("courses_historyimport", "history_import", view=LEADING, add=LEADING),
    "admin:courses_historyimport_columns": Row(LEADING, "history_import"),
    "admin:courses_historyimport_start": Row(LEADING, "history_import"),
    "admin:courses_historyimport_discard": Row(LEADING, "history_import"),
    "admin:courses_historyimport_undo": Row(LEADING, "history_import"),
    "admin:courses_historyimport_refused": Row(LEADING, "history_import"),
    "admin:courses_historyimport_progress": Row(LEADING, "history_import"),
    "admin:courses_historyimport_export": Row(frozenset({"manager"})),
    "admin:courses_silence_end": Row(LEADING, "silence"),
    **model_rows("courses_rulesettings", "rule_settings", view=CLINICAL),
    "admin:courses_rulesettings_bounds": Row(frozenset({"lead"})),
    **model_rows("clinic_duty", "duty", view=CLINICAL, add=LEADING),
    **model_rows("courses_appointment", "appointment", view=ALL, add=ALL),
    "admin:courses_appointment_move": Row(ALL, "appointment"),
    "admin:courses_appointment_cancel": Row(ALL, "appointment"),
    "admin:courses_appointment_missed": Row(ALL, "appointment"),
    **model_rows("courses_prior", "prior", view=CLINICAL),
    "admin:courses_prior_budget": Row(LEADING),
    "admin:courses_prior_use_shipped": Row(frozenset({"lead"})),
    "admin:courses_prior_use": Row(frozenset({"lead"}), "prior"),
    "admin:courses_prior_approve": Row(frozenset({"lead"}), more={"pk": "1"}),
    **model_rows("courses_protocol", "protocol", view=CLINICAL, add=frozenset({"lead"})),
    **model_rows("courses_point", "point", view=CLINICAL, add=frozenset({"lead"})),
    **model_rows("courses_aftercaremeasure", "aftercare_measure", view=CLINICAL, add=frozenset({"lead"})),
    **model_rows("courses_redflag", "red_flag", view=CLINICAL),
    "admin:courses_redflag_new_version": Row(frozenset({"lead"}), "red_flag"),
    "admin:courses_redflag_settle": Row(CLINICAL, "proposal"),
    **model_rows("courses_adverseeventitem", "adverse_event_item", view=CLINICAL),
    **model_rows("clinic_signoffevent", "sign_off_event", view=CLINICAL),
    "admin:clinic_signoffevent_sign": Row(frozenset({"lead"})),
    "admin:clinic_signoffevent_piece": Row(CLINICAL, more={"kind": "courses.redflag", "code": "cardiac"}),
    **model_rows("patients_consenttext", "consent_text", view=CLINICAL),
    "admin:patients_consenttext_new_version": Row(frozenset({"lead"}), "consent_text"),
    **model_rows("clinic_message", "message", view=LEADING),
    **model_rows("clinic_endpoint", "endpoint", view=frozenset({"manager"}), add=frozenset({"manager"})),
    "admin:clinic_endpoint_test": Row(frozenset({"manager"}), "endpoint"),
    "admin:clinic_endpoint_renew": Row(frozenset({"manager"}), "endpoint"),
    **model_rows("clinic_clinic", "clinic", view=ALL),
    **model_rows("clinic_membership", "membership", view=ALL, add=frozenset({"manager"})),
    "admin:clinic_membership_deactivate": Row(frozenset({"manager"}), "membership"),
    "admin:clinic_membership_stand_in": Row(frozenset({"manager"})),
    "admin:clinic_membership_reactivate": Row(frozenset({"manager"}), "membership"),
    "admin:clinic_membership_address": Row(frozenset({"manager"}), "membership"),
    "admin:clinic_membership_two_factor": Row(LEADING, "membership"),
    "admin:clinic_membership_invite": Row(frozenset({"manager"}), "membership"),
}
TABLE["admin:clinic_clinic_add"] = Row(NOBODY)
# A rota is a plan: the alert records who was on duty when it was raised.
TABLE["admin:clinic_duty_delete"] = Row(LEADING, "duty")
# allauth's own pages contain nothing of a clinic; tests/test_access_table.py opens them.
OPEN_PREFIXES = ("account_", "mfa_")


@pytest.fixture
def rows(course, lead, at) -> dict[str, Any]:
    """One row of each kind, in the clinic of the cast."""
    clinic, patient = course.clinic, course.patient
    session = log_visit(course, at, flags=(flag(clinic, "hand_clumsy", answer="slow"),)).session
    appointment = Appointment.objects.create(
        clinic=clinic,
        course=course,
        practitioner=course.practitioner,
        starts_at=at + timedelta(days=1),
        ends_at=at + timedelta(days=1, minutes=30),
        booked_by=lead,
        booked_at=at,
    )
    document = record_specialist_letter(
        patient=patient, document=factories.document(), written_by="Dr. Yew", written_on=at.date(), by=lead, at=at
    )
    review = record_review(
        course, entry=ReviewEntry(uuid4(), Review.Decision.CONTINUE), by=course.practitioner, at=at
    )
    return {
        # Parts of an address without a row of their own.
        "document": document.uuid,
        "report": session.red_flag_reports.get().uuid,
        "assessment": patient.assessments.get().pk,
        "patient": patient,
        "course": course,
        "session": session,
        "appointment": appointment,
        "alert": Alert.objects.get(course=course),
        "clinic": clinic,
        "membership": lead,
        "review": review,
        "review_number": review.pk,
        "letter": Letter.objects.create(
            clinic=clinic,
            patient=patient,
            course=course,
            kind=Letter.Kind.SUMMARY,
            addressee="Dr. Ilex",
            written_by=lead,
            written_at=at,
            pdf=b"%PDF-",
        ),
        "measure": Measure.objects.for_clinic(clinic)[0],
        "threshold": MeasureThreshold.objects.for_clinic(clinic)[0],
        "message": Message.objects.for_clinic(clinic).filter(kind="staff_alert")[0],
        "endpoint": Endpoint.objects.create(clinic=clinic, name="Chat", url="https://chat.example.org/in"),
        "pain_type": PainType.objects.for_clinic(clinic)[0],
        "screening_item": ScreeningItem.objects.for_clinic(clinic)[0],
        "prior": fit_clinic(clinic, at=at).prior,
        "protocol": Protocol.objects.for_clinic(clinic)[0],
        "point": Point.objects.for_clinic(clinic)[0],
        "aftercare_measure": AftercareMeasure.objects.for_clinic(clinic)[0],
        "red_flag": RedFlag.objects.for_clinic(clinic)[0],
        "proposal": _proposed(clinic, lead, at),
        "adverse_event_item": AdverseEventItem.objects.for_clinic(clinic)[0],
        "sign_off_event": comment_on(piece_of(Point.objects.for_clinic(clinic)[0]), "Seen.", by=lead, at=at),
        "consent_text": ConsentText.objects.for_clinic(clinic).get(),
        "history_import": HistoryImport.objects.create(
            clinic=clinic,
            uploaded_by=lead,
            uploaded_at=at,
            file_name="list.csv",
            content=b"First Name,Last Name,DOB\nAnna,Lee,31/05/1980\n",
            refused=b"Line,Why it was refused\n",
            digest="x",
        ),
        "silence": silence(by=lead, reason="New scale.", ends_at=at + timedelta(days=1), at=at),
        "rule_settings": set_bounds(clinic, try_bounds(clinic, {}, at=at), reason="As shipped.", by=lead, at=at),
        "merge": _merged(patient, lead, at).uuid,
        "duty": Duty.objects.create(clinic=clinic, member=lead, starts_at=at, ends_at=at + timedelta(days=10000)),
    }


def _proposed(clinic: Any, lead: Any, at: Any) -> Any:
    """A less urgent red flag that waits for a second person."""
    flag = RedFlag.objects.for_clinic(clinic).current().get(code="trauma")
    words = FlagWords(flag.wording, "C", flag.follow_up, flag.follow_up_levels, "Seen by a doctor before.")
    return change_flag(flag, words, by=lead, at=at)


def _merged(patient: Any, lead: Any, at: Any) -> PatientMerge:
    """Another record, merged into the patient's."""
    other = factories.PatientFactory(clinic=patient.clinic, family_name="Merged-Heron")
    version = version_of_pair(patient, other)
    return merge_patients(patient, other, choices={}, version=version, reason="one passport", by=lead, at=at)


@pytest.fixture
def cast(practitioner, lead, manager, front_desk, stranger) -> dict[str, Any]:
    """Everybody by role."""
    return {
        "practitioner": practitioner,
        "lead": lead,
        "manager": manager,
        "front_desk": front_desk,
        "stranger": stranger,
    }


def test_every_address_is_listed():
    missing = {name for name in _names(get_resolver()) if not name.startswith(OPEN_PREFIXES)} - TABLE.keys()
    assert missing == set()


def test_nothing_is_listed_that_does_not_exist():
    assert TABLE.keys() <= set(_names(get_resolver()))


@pytest.mark.parametrize("role", ["anonymous", *sorted(ALL), "stranger"])
def test_every_address_as(client, cast, rows, smtp, settings, tmp_path, role):
    settings.EMAIL_FILE_PATH = tmp_path
    if role in cast:
        client.force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
    assert _surprises(client, rows, {role}) == {}


@pytest.mark.parametrize(("main", "other"), list(combinations(sorted(ALL), 2)))
def test_every_address_with_two_roles(client, clinic, rows, smtp, settings, tmp_path, main, other):
    """Whoever has two roles may open what either may, whichever is the main one, and nothing else."""
    settings.EMAIL_FILE_PATH = tmp_path
    member = factories.MembershipFactory(clinic=clinic, role=main, more_roles=[other], licence_number="L-1")
    client.force_login(member.user, backend="clinic.account.sign_in.MembershipBackend")
    assert _surprises(client, rows, {main, other}) == {}


def _surprises(client: Any, rows: dict[str, Any], roles: set[str]) -> dict[str, int]:
    """What answers otherwise than the table says for somebody with these roles."""
    found = {name: _status(client, _url(name, rows)) for name in TABLE}
    # The role that opens an address, where one does; otherwise all are refused alike.
    opening = {name: next((one for one in roles if one in row.roles), min(roles)) for name, row in TABLE.items()}
    allowed = {name: _expected(row, opening[name]) for name, row in TABLE.items()}
    return {name: status for name, status in found.items() if status not in allowed[name]}


def test_strangers_lists_hold_nothing_of_this_clinic(signed_in, stranger, rows):
    client = signed_in(stranger)
    for name in TABLE:
        if name.endswith("_changelist") or name in {"admin:index", "dashboard"}:
            page = client.get(_url(name, rows), follow=True).content.decode()
            assert rows["patient"].family_name not in page, name
            assert rows["membership"].user.email not in page, name
            assert str(rows["membership"]) not in page, name


def test_stranger_cannot_name_our_rows_in_a_form(signed_in, stranger, rows, at):
    client = signed_in(stranger)
    values = {
        "course": rows["course"].pk,
        "practitioner": stranger.pk,
        "starts_at": "2099-01-01T10:00",
        "minutes": 30,
    }
    response = client.post(reverse("admin:courses_appointment_add"), values)
    assert response.status_code == 422
    assert Appointment.objects.filter(practitioner=stranger).count() == 0


@pytest.mark.parametrize(
    "name", ["courses_alert_acknowledge", "courses_alert_resolve", "patients_patient_red_flag"]
)
def test_stranger_changes_nothing_by_post(signed_in, stranger, rows, name):
    about = TABLE[f"admin:{name}"].about
    before = AlertEvent.objects.count()
    response = signed_in(stranger).post(reverse(f"admin:{name}", args=[rows[about].pk]), {"seen": 10**6})
    assert (response.status_code, AlertEvent.objects.count()) == (404, before)


def test_user_without_membership_finds_nothing(client, clinic):
    client.force_login(factories.UserFactory(), backend="clinic.account.sign_in.MembershipBackend")
    assert [client.get(reverse(name)).status_code for name in ("home", "admin:index", "dashboard")] == [
        200,
        404,
        404,
    ]


def test_deactivated_member_finds_nothing(signed_in, practitioner, at):
    client = signed_in(practitioner)
    practitioner.deactivated_at = at
    practitioner.save()
    page = client.get(reverse("admin:index"))
    assert page.status_code == 404
    assert "You do not work at a clinic here now" in page.content.decode()


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern, namespace + inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name


def _url(name: str, rows: dict[str, Any]) -> str:
    if name == "check-in":
        return check_in_path(CheckIn.objects.get(session=rows["session"], kind="day1"))
    if name == "acknowledge-alert":
        return acknowledge_path(rows["alert"], rows["membership"])
    if name == "unsubscribe":
        return unsubscribe_path(rows["patient"], Consent.Stream.REMINDERS)
    if name == "admin:setup_mail":
        return received_path(rows["membership"])
    row = TABLE[name]
    if not row.about:
        return reverse(name, kwargs=row.more)
    stock = name.rsplit("_", 1)[-1] in {"change", "history", "delete"}
    # Parts that name a second row are found among the rows; the others stay as they are.
    more = {
        key: rows.get(value, value) if key in {"letter", "report", "number", "merge"} else value
        for key, value in row.more.items()
    }
    return reverse(name, kwargs={"object_id" if stock else "pk": rows[row.about].pk, **more})


def _status(client: Any, url: str) -> int:
    response = client.get(url)
    if response.status_code == 302 and "/login/" in response["Location"]:
        return 401
    return int(response.status_code)


def _expected(row: Row, role: str) -> set[int]:
    if row.is_public:
        return {200, 302, 401, 404, 405, 410, 503}
    if role == "anonymous":
        return {401, 405}
    if role == "stranger":
        if row.about:
            return {404} if "practitioner" in row.roles or row.roles == NOBODY else {403, 404}
        role = "practitioner"
    # A page that only accepts POST answers GET with 302 back, or 405.
    return {200, 302, 405} if role in row.roles else {403, 404}
