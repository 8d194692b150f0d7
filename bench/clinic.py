"""A clinic for measurements: its staff, its courses, a backlog, a long history. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from clinic.models import Clinic, Membership, Message, Role, User
from clinic.presets import install_all
from courses.models import Alert, AlertEvent, Course, Protocol, RedFlag
from patients.models import Patient

N_COURSES = 200
BATCH = 2000
FAR = timedelta(days=365)


@dataclass(frozen=True)
class Cast:
    """The reporter, the courses and the flag."""

    clinic: Clinic
    practitioner: Membership
    flag: RedFlag
    course_ids: list[int]


def make_cast() -> Cast:
    """A clinic open at all hours with a practitioner, a lead and courses."""
    clinic = Clinic.objects.create(
        name="Bench",
        slug="bench",
        zone="Europe/London",
        confirmed_emergency_number="112",
        set_up_at=timezone.now(),
    )
    install_all(clinic)
    practitioner, _lead = [_member(clinic, role) for role in (Role.PRACTITIONER, Role.LEAD)]
    protocol = Protocol.objects.get(clinic=clinic, code="standard")
    courses = [_course(clinic, practitioner, protocol, number) for number in range(N_COURSES)]
    flag = RedFlag.objects.for_clinic(clinic).current().get(code="cardiac")
    return Cast(clinic, practitioner, flag, [course.pk for course in courses])


def _member(clinic: Clinic, role: Role) -> Membership:
    user = User.objects.create(username=f"bench-{role}", email=f"{role}@example.org")
    return Membership.objects.create(
        clinic=clinic, user=user, role=role, licence_number="L-1", licence_expires_on=date(2035, 12, 31)
    )


def _course(clinic: Clinic, practitioner: Membership, protocol: Protocol, number: int) -> Course:
    patient = Patient.objects.create(
        clinic=clinic, given_name=f"Given{number}", family_name="Heron", born_on=date(1980, 5, 31)
    )
    return Course.objects.create(
        clinic=clinic,
        patient=patient,
        practitioner=practitioner,
        protocol=protocol,
        weekly_sessions=protocol.weekly_sessions,
        review_sessions=protocol.review_sessions,
        complaint="Neck pain",
        starts_on=timezone.now().date() - timedelta(days=7),
        status=Course.Status.ACTIVE,
    )


def make_backlog(cast: Cast, n_messages: int, *, at: datetime) -> None:
    """So many emergencies, each with one mail that is due."""
    course = Course.objects.get(pk=cast.course_ids[0])
    chain = [{"step": "practitioner", "members": [cast.practitioner.pk]}]
    for start in range(0, n_messages, BATCH):
        numbers = range(start, min(start + BATCH, n_messages))
        alerts = Alert.objects.bulk_create(
            Alert(
                clinic=cast.clinic,
                patient_id=course.patient_id,
                course=course,
                rule=Alert.Rule.RED_FLAG,
                flag_code=f"flag{number}",
                severity="E0",
                chain=chain,
                raised_at=at,
                repeat_at=at + FAR,
                next_step_at=at + FAR,
            )
            for number in numbers
        )
        events = AlertEvent.objects.bulk_create(
            AlertEvent(
                clinic=cast.clinic, alert=alert, kind="raised", happened_at=at, old_state="open", new_state="open"
            )
            for alert in alerts
        )
        Message.objects.bulk_create(_message(cast, event, at=at) for event in events)


def _message(cast: Cast, event: AlertEvent, *, at: datetime) -> Message:
    return Message(
        clinic=cast.clinic,
        kind="staff_alert",
        subject_id=event.pk,
        recipient=f"membership:{cast.practitioner.pk}",
        dedup_key=f"alert-event:{event.pk}:{cast.practitioner.pk}",
        guarantee=Message.Guarantee.AT_LEAST_ONCE,
        is_urgent=True,
        group_key=f"alert:{event.alert_id}",
        created_at=at,
        due_at=at,
    )


def settle_everything(*, at: datetime) -> None:
    """Settle everything that is open or waiting: otherwise a sweep would also measure what becomes due later."""
    clocks = dict.fromkeys(("repeat_at", "escalate_at", "lapses_at", "silenced_until", "next_step_at"))
    Alert.objects.unresolved().update(state="resolved", outcome="advised", resolved_at=at, **clocks)
    Message.objects.filter(state="pending").update(state="cancelled", settled_at=at)


def make_history(cast: Cast, n_rows: int) -> None:
    """So many sent messages and as many resolved alerts, copied from one of each in the database."""
    message = Message.objects.filter(state="sent").latest("pk")
    alert = Alert.objects.latest("pk")
    resolved = {
        "state": "'resolved'",
        "resolved_at": "now()",
        "outcome": "'advised'",
        "flag_code": "'old'",
        **dict.fromkeys(("repeat_at", "escalate_at", "lapses_at", "next_step_at"), "NULL"),
    }
    _copy(Message, message.pk, n_rows, {"dedup_key": "'old:' || n"})
    _copy(Alert, alert.pk, n_rows, resolved)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(model: type[Message] | type[Alert], pk: int, n_rows: int, changed: dict[str, str]) -> None:
    columns = {
        field.column: changed.get(field.column, f't."{field.column}"')
        for field in model._meta.concrete_fields
        if not field.primary_key and field.column
    }
    columns["uuid"] = "gen_random_uuid()"
    names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    table = model._meta.db_table
    source = f"{table} t, generate_series(1, %s) n WHERE t.id = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}", [n_rows, pk])
