"""What happens after a session: mails and their times, what is due, what to tell the patient."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.phones import shown_phone
from clinic.country.shown import shown_short_weekday_moment
from clinic.models import Membership, Message
from courses.alerts.steps import MESSAGE_KIND
from courses.models import (
    AftercareMeasure,
    Alert,
    AlertEvent,
    Appointment,
    Level,
    PainScore,
    RedFlagReport,
    Reminder,
    Session,
)
from courses.plans.course_state import PatientState
from courses.reminders.permission import refusal
from courses.sessions.aftercare import suggest
from courses.sessions.red_flags.recording import reports_of_form
from courses.sessions.treatment_facts import TreatmentFacts, measure_of, treatment_facts
from courses.sessions.verdict import BandPosition

STATES = {
    Message.State.PENDING: gettext_lazy("will be sent %(when)s"),
    Message.State.SENDING: gettext_lazy("is being sent"),
    Message.State.SENT: gettext_lazy("sent %(when)s"),
    Message.State.CANCELLED: gettext_lazy("no longer needed"),
    Message.State.FAILED: gettext_lazy("failed, see the alert"),
    Message.State.UNKNOWN: gettext_lazy("sent or not: unknown"),
}


@dataclass(frozen=True)
class NextStep:
    """One line: what, and when or why not; `tone` good, warn or quiet."""

    what: str
    when: str
    tone: str = "quiet"
    alert: Alert | None = None


def next_steps(session: Session, *, at: datetime) -> list[NextStep]:
    """Staff mail of the course's open alerts, the patient's check-in, the next appointment, a review."""
    return [
        *_staff_mail(session, at=at),
        *_patient_mail(session, at=at),
        _appointment(session, at=at),
        *_due(session),
    ]


def patient_words(session: Session, scores: list[PainScore], *, at: datetime) -> list[str]:
    """What to tell the patient today; only contact advice while a red flag is open."""
    clinic = session.clinic
    facts = treatment_facts(PatientState(session.course.patient), on=clinic.local(session.held_at).date())
    call = (
        _("Call us at %(phone)s at once if anything new or worrying appears; in an emergency %(number)s.")
        if clinic.phone
        else _("Call us at once if anything new or worrying appears; in an emergency call %(number)s.")
    )
    contact = call % {"phone": shown_phone(clinic.phone), "number": clinic.emergency_number}
    reports = reports_of_form(session.course.patient, session.form_key)
    if facts.is_flag_open or reports:
        return [*_instruction(session, reports), contact]
    return [*_about_pain(session, scores), *_aftercare(session, facts), contact]


def flare_words(scores: list[PainScore]) -> str:
    """Whether pain rose over the session, and whether that was expected; empty if it did not."""
    by_timing = {score.timing: score for score in scores}
    before, after = by_timing.get(PainScore.Timing.BEFORE), by_timing.get(PainScore.Timing.AFTER)
    if before is None or after is None or after.score <= before.score:
        return ""
    values = {"n": after.score - before.score}
    position = after.expected.get("standing")
    if position in {BandPosition.IN_BAND, BandPosition.BELOW}:
        return _("Pain rose by %(n)d, within the expected range. Small flares are common.") % values
    if position == BandPosition.ABOVE:
        return _("Pain rose by %(n)d and is above the expected range. Look for the cause.") % values
    return _("Pain rose by %(n)d. There are too few scores to say whether this was expected.") % values


def _staff_mail(session: Session, *, at: datetime) -> list[NextStep]:
    """Who is emailed about which alert; this session's red flags are shown above, beside the instruction."""
    alerts = {alert.pk: alert for alert in Alert.objects.unresolved().filter(course=session.course)}
    since = AlertEvent.objects.filter(alert__in=alerts, happened_at__gte=session.logged_at)
    reports = reports_of_form(session.course.patient, session.form_key)
    said_above = set(since.filter(report__in=[one.pk for one in reports]).values_list("alert_id", flat=True))
    events = dict(since.exclude(alert__in=said_above).values_list("pk", "alert_id"))
    rows = list(Message.objects.filter(kind=MESSAGE_KIND, subject_id__in=events).order_by("due_at", "pk"))
    ids = {int(row.recipient.removeprefix("membership:")) for row in rows}
    members = Membership.objects.for_clinic(session.clinic).select_related("user").in_bulk(ids)
    # One line for each person and alert, however many emails they get.
    latest = {(row.recipient, events[row.subject_id]): row for row in rows}
    n_mails = Counter((row.recipient, events[row.subject_id]) for row in rows)
    mails = [
        NextStep(
            what=_("Alert email to %(who)s (%(role)s)") % {"who": member, "role": member.roles_text},
            when=_mail_words(row, session, n_mails=n_mails[key], at=at),
            tone="warn",
            alert=alerts[events[row.subject_id]],
        )
        for key, row in latest.items()
        if (member := members.get(int(row.recipient.removeprefix("membership:"))))
    ]
    with_mail = {one.alert.pk for one in mails if one.alert}
    return [*mails, *(_open_alert(alert) for alert in alerts.values() if alert.pk not in with_mail)]


def _mail_words(row: Message, session: Session, *, n_mails: int, at: datetime) -> str:
    is_due = row.state == Message.State.PENDING and row.due_at <= at
    when = _("now") if is_due else _when(row.settled_at or row.due_at, session)
    words = str(STATES[Message.State(row.state)]) % {"when": when}
    return words if n_mails == 1 else _("%(n)d emails; the latest: %(words)s") % {"n": n_mails, "words": words}


def _open_alert(alert: Alert) -> NextStep:
    words = _("Alert: %(rule)s, %(severity)s")
    values = {"rule": alert.get_rule_display(), "severity": alert.get_severity_display()}
    return NextStep(words % values, alert.get_state_display(), "warn", alert)


def _patient_mail(session: Session, *, at: datetime) -> list[NextStep]:
    reminders = Reminder.objects.filter(check_in__session=session).select_related(
        "clinic", "course__patient", "check_in__session"
    )
    steps = []
    for one in reminders.order_by("due_at"):
        what = _("Email to the patient: %(kind)s") % {"kind": one.get_kind_display()}
        is_planned = one.state == Reminder.State.PLANNED
        found = refusal(one, at=max(one.due_at, at)) if is_planned else None
        why_not = found.label if found else one.get_refused_because_display()
        when = _("will not be sent: %(why)s") % {"why": why_not} if why_not else _when(one.due_at, session)
        steps.append(NextStep(what, when, "warn" if why_not else "quiet"))
    too_late = _("none: the session was entered too late")
    return steps or [NextStep(_("Check-in email to the patient"), too_late)]


def _appointment(session: Session, *, at: datetime) -> NextStep:
    booked = session.course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__gt=at)
    next_one = booked.order_by("starts_at").first()
    if next_one is None:
        return NextStep(_("Next appointment"), _("none is booked"), "warn")
    return NextStep(_("Next appointment"), _when(next_one.starts_at, session))


def _due(session: Session) -> list[NextStep]:
    due = []
    if session.number in session.course.review_sessions:
        due.append(NextStep(_("Review"), _("due after this session"), "warn"))
    if session.is_needle_missing:
        words = _("%(n_in)d in, %(n_out)d out: %(why)s")
        values = {"n_in": session.needles_in, "n_out": session.needles_out, "why": session.needle_difference}
        due.append(NextStep(_("Needles"), words % values, "warn"))
    elif session.is_count_missing:
        due.append(NextStep(_("Needles"), _("Needle count missing"), "warn"))
    if session.is_needled and not session.needlings.exists():
        due.append(
            NextStep(_("Points"), _("none listed, so no safety check ran. Add them with “Correct”"), "warn")
        )
    return due


def _instruction(session: Session, reports: list[RedFlagReport]) -> list[str]:
    """What the session's red flag requires of the patient."""
    level = reports[0].level if reports else ""
    if level == Level.E0:
        return [session.clinic.emergency_wording]
    return [_("See a doctor or an emergency department today.")] if level == Level.E1 else []


def _about_pain(session: Session, scores: list[PainScore]) -> list[str]:
    flare = flare_words(scores)
    if flare and any(score.expected.get("standing") == BandPosition.ABOVE for score in scores):
        return [
            _("Your pain is higher than we expected. We will look into it. Please tell us tomorrow how it is.")
        ]
    if flare:
        return [
            _(
                "More pain for a day or so happens after some sessions. It does not tell us how the "
                "treatment will turn out."
            )
        ]
    if session.is_needled:
        return [_("Soreness for 1 to 3 days is common. If it is still clearly worse after 3 days, call us.")]
    return []


def _aftercare(session: Session, facts: TreatmentFacts) -> list[str]:
    given = [one.measure for one in session.aftercare_given.select_related("measure")]
    measures = given or (_suggested(session, facts) if session.is_needled else [])
    return [f"{one.name}: {one.advice}" for one in measures]


def _suggested(session: Session, facts: TreatmentFacts) -> list[AftercareMeasure]:
    rows = list(AftercareMeasure.objects.for_clinic(session.clinic).filter(is_offered=True))
    events = {event.item.code: event.item.wording for event in session.adverse_events.select_related("item")}
    found = suggest(map(measure_of, rows), conditions=facts.with_events(events), is_flag_open=False)
    return [row for row in rows if row.code in found.suggested()]


def _when(at: datetime, session: Session) -> str:
    return shown_short_weekday_moment(session.clinic.local(at))
