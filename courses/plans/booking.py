"""Appointments: book, move, cancel, mark missed, book again."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock, shown_weekday_moment
from clinic.country.zones import hold_zone
from clinic.models import Holiday, Membership, OpeningHours, required_reason
from courses.models import Appointment, AppointmentEvent, Course
from courses.plans.course_state import clearance_for
from courses.plans.program_reason import ProgramReason
from courses.plans.whom_to_ask import whom_to_ask
from patients.locking import lock_patients
from patients.wording import reason_texts

Kind = AppointmentEvent.Kind


@transaction.atomic
def book_appointment(
    *,
    course: Course,
    practitioner: Membership,
    starts_at: datetime,
    ends_at: datetime,
    is_for_needling: bool,
    by: Membership,
    at: datetime,
    moved_from: Appointment | None = None,
) -> Appointment:
    """Book a time; ValidationError if it is in the past, closed or taken, or if needling is not cleared.

    Taken means by the practitioner, or by the patient with somebody else.
    """
    hold_zone(course.clinic)
    _refuse_bad_time(course, starts_at=starts_at, ends_at=ends_at, at=at)
    if is_for_needling:
        _refuse_uncleared(course, practitioner=practitioner, starts_at=starts_at, by=by, at=at)
    appointment = Appointment(
        clinic=course.clinic,
        course=course,
        practitioner=practitioner,
        starts_at=starts_at,
        ends_at=ends_at,
        is_for_needling=is_for_needling,
        booked_by=by,
        booked_at=at,
        moved_from=moved_from,
    )
    try:
        with transaction.atomic():
            # Two bookings of one patient are made one after the other.
            lock_patients([course.patient_id])
            refuse_overlap(course, starts_at=starts_at, ends_at=ends_at)
            appointment.save()
    except IntegrityError as error:
        raise _clash(error, practitioner) from error
    if moved_from is None:
        write_appointment_event(appointment, Kind.BOOKED, by=by, at=at)
    return appointment


@transaction.atomic
def move_appointment(
    appointment: Appointment,
    *,
    starts_at: datetime,
    ends_at: datetime,
    practitioner: Membership,
    by: Membership,
    at: datetime,
) -> Appointment:
    """Cancel an appointment and book another time instead."""
    hold_zone(appointment.course.clinic)
    _change_booked(appointment, Appointment.Status.CANCELLED, cancel_reason=ProgramReason.MOVED)
    moved = book_appointment(
        course=appointment.course,
        practitioner=practitioner,
        starts_at=starts_at,
        ends_at=ends_at,
        is_for_needling=appointment.is_for_needling,
        by=by,
        at=at,
        moved_from=appointment,
    )
    for one in (appointment, moved):
        write_appointment_event(one, Kind.MOVED, by=by, at=at)
    return moved


@transaction.atomic
def cancel_appointment(appointment: Appointment, *, reason: str, by: Membership, at: datetime) -> None:
    """Cancel an appointment."""
    _change_booked(appointment, Appointment.Status.CANCELLED, cancel_reason=reason)
    write_appointment_event(appointment, Kind.CANCELLED, reason=reason, by=by, at=at)


@transaction.atomic
def mark_missed(appointment: Appointment, *, by: Membership, at: datetime) -> None:
    """Mark an appointment as missed."""
    if appointment.starts_at > at:
        raise ValidationError(_("The appointment has not begun yet: cancel it instead."))
    _change_booked(appointment, Appointment.Status.MISSED)
    write_appointment_event(appointment, Kind.MISSED, by=by, at=at)


@transaction.atomic
def reopen_appointment(appointment: Appointment, *, reason: str, by: Membership, at: datetime) -> None:
    """Book an appointment again that was cancelled or marked as missed by mistake; ValidationError if refused."""
    reason = required_reason(reason)
    locked = Appointment.objects.select_for_update(of=("self",)).select_related(
        "course__clinic", "practitioner__user"
    )
    hold_zone(appointment.course.clinic)
    appointment = locked.get(pk=appointment.pk)
    if appointment.status not in {Appointment.Status.CANCELLED, Appointment.Status.MISSED}:
        raise ValidationError(_("Only a visit that was cancelled or marked as missed can be booked again."))
    if Appointment.objects.filter(moved_from=appointment).exists():
        raise ValidationError(_("The visit was moved: move the new appointment instead."))
    if not appointment.course.is_open:
        raise ValidationError(_("The course has ended. Reopen the course first."))
    if appointment.starts_at > at:
        _refuse_bad_time(appointment.course, starts_at=appointment.starts_at, ends_at=appointment.ends_at, at=at)
        if appointment.is_for_needling:
            _refuse_uncleared(
                appointment.course,
                practitioner=appointment.practitioner,
                starts_at=appointment.starts_at,
                by=by,
                at=at,
            )
    set_booked(appointment, reason=reason, by=by, at=at)


def set_booked(appointment: Appointment, *, reason: str, by: Membership, at: datetime) -> None:
    """Book a time again; ValidationError if somebody else has it now."""
    try:
        with transaction.atomic():
            rows = Appointment.objects.filter(pk=appointment.pk)
            rows.update(status=Appointment.Status.BOOKED, cancel_reason="")
    except IntegrityError as error:
        raise _clash(error, appointment.practitioner) from error
    write_appointment_event(appointment, Kind.REOPENED, reason=reason, by=by, at=at)


def write_appointment_event(
    appointment: Appointment, kind: AppointmentEvent.Kind, *, by: Membership, at: datetime, reason: str = ""
) -> AppointmentEvent:
    """Record who did what to an appointment, when and why."""
    return AppointmentEvent.objects.create(
        clinic_id=appointment.clinic_id, appointment=appointment, kind=kind, reason=reason, by=by, happened_at=at
    )


def _clash(error: IntegrityError, practitioner: Membership) -> Exception:
    """The message for a time that is taken; any other error stays unchanged."""
    if "courses_appointment_no_clash" not in str(error):
        return error
    message = _("%(name)s has another appointment at that time: choose another time or practitioner.")
    return ValidationError({"starts_at": message % {"name": practitioner}})


def _change_booked(appointment: Appointment, status: Appointment.Status, **values: str) -> None:
    booked = Appointment.objects.filter(pk=appointment.pk, status=Appointment.Status.BOOKED)
    if not booked.update(status=status, **values):
        raise ValidationError(_("The appointment is no longer booked. Reload the page."))
    appointment.refresh_from_db()


def _refuse_bad_time(course: Course, *, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    clinic = course.clinic
    start, end = clinic.local(starts_at), clinic.local(ends_at)
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end must be after the start.")})
    if starts_at < at:
        raise ValidationError({"starts_at": _("The time is in the past. Choose a later one.")})
    if not course.is_open:
        raise ValidationError({"course": _("The course has ended. Start a new one.")})
    if start.date() < course.starts_on:
        raise ValidationError(
            {
                "starts_at": _("The course starts on %(day)s. Choose that day or a later one.")
                % {"day": course.starts_on}
            }
        )
    holiday = Holiday.objects.for_clinic(clinic).filter(on=start.date()).first()
    if holiday:
        raise ValidationError(
            {"starts_at": _("The clinic is closed that day: %(name)s.") % {"name": holiday.name}}
        )
    hours = OpeningHours.objects.filter(clinic=clinic)
    fits = hours.filter(weekday=start.isoweekday(), opens_at__lte=start.time(), closes_at__gte=end.time())
    if hours.exists() and (start.date() != end.date() or not fits.exists()):
        raise ValidationError({"starts_at": _("The clinic is not open then.")})


def refuse_overlap(
    course: Course, *, starts_at: datetime, ends_at: datetime, apart_from: Appointment | None = None
) -> None:
    """ValidationError with the other visit if the person has one then. The caller holds the patient's lock."""
    taken = Appointment.objects.for_clinic(course.clinic).taking_time().filter(course__patient=course.patient_id)
    overlapping = taken.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    if apart_from is not None:
        overlapping = overlapping.exclude(pk=apart_from.pk)
    other = overlapping.select_related("practitioner__user").order_by("starts_at").first()
    if other is None:
        return
    values = {
        "patient": course.patient,
        "when": shown_weekday_moment(course.clinic.local(other.starts_at)),
        "end": shown_clock(course.clinic.local(other.ends_at)),
        "who": other.practitioner,
    }
    message = _("%(patient)s has another visit then: %(when)s to %(end)s with %(who)s. Choose another time.")
    raise ValidationError({"starts_at": message % values})


def _refuse_uncleared(
    course: Course, *, practitioner: Membership, starts_at: datetime, by: Membership, at: datetime
) -> None:
    on = course.clinic.local(starts_at).date()
    clearance = clearance_for(course, on=on, practitioner=practitioner)
    if not clearance.may_book:
        raise ValidationError(
            {"is_for_needling": reason_texts(clearance, to=by, ask=whom_to_ask(course.clinic, course, at=at))}
        )
