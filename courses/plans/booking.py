"""Appointments: book, move, cancel, mark missed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.models import Holiday, Membership, OpeningHours
from courses.models import Appointment, Course
from courses.plans.standing import clearance_for
from patients.models import Patient
from patients.wording import reason_texts


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
    """A booked time; ValidationError where the time is past, closed or taken, or needling is not cleared.

    Taken: the practitioner, or the patient with anybody else.
    """
    _refuse_bad_time(course, starts_at=starts_at, ends_at=ends_at, at=at)
    if is_for_needling:
        _refuse_uncleared(course, practitioner=practitioner, starts_at=starts_at)
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
            Patient.objects.select_for_update().get(pk=course.patient_id)
            refuse_overlap(course, starts_at=starts_at, ends_at=ends_at)
            appointment.save()
    except IntegrityError as error:
        if "courses_appointment_no_clash" not in str(error):
            raise
        message = _("%(name)s has another appointment at that time: choose another time or practitioner.")
        raise ValidationError({"starts_at": message % {"name": practitioner}}) from error
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
    """A new appointment in place of a booked one, which is cancelled."""
    cancel_appointment(appointment, reason=_("moved"))
    return book_appointment(
        course=appointment.course,
        practitioner=practitioner,
        starts_at=starts_at,
        ends_at=ends_at,
        is_for_needling=appointment.is_for_needling,
        by=by,
        at=at,
        moved_from=appointment,
    )


def cancel_appointment(appointment: Appointment, *, reason: str) -> None:
    """Give the time back."""
    _change_booked(appointment, Appointment.Status.CANCELLED, cancel_reason=reason)


def mark_missed(appointment: Appointment, *, at: datetime) -> None:
    """The patient did not come."""
    if appointment.starts_at > at:
        raise ValidationError(_("The appointment has not begun yet: cancel it instead."))
    _change_booked(appointment, Appointment.Status.MISSED)


def _change_booked(appointment: Appointment, status: Appointment.Status, **values: str) -> None:
    booked = Appointment.objects.filter(pk=appointment.pk, status=Appointment.Status.BOOKED)
    if not booked.update(status=status, **values):
        raise ValidationError(_("The appointment is no longer booked: reload the page."))
    appointment.refresh_from_db()


def _refuse_bad_time(course: Course, *, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    clinic = course.clinic
    start, end = clinic.local(starts_at), clinic.local(ends_at)
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end must be after the start.")})
    if starts_at < at:
        raise ValidationError({"starts_at": _("The time is past: choose a later one.")})
    if not course.is_open:
        raise ValidationError({"course": _("The course is over: start a new one.")})
    if start.date() < course.starts_on:
        raise ValidationError({"starts_at": _("The course starts only on %(day)s.") % {"day": course.starts_on}})
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
    """Nobody is in two visits at once: ValidationError names the other. The caller holds the patient's lock."""
    standing = Appointment.objects.for_clinic(course.clinic).standing().filter(course__patient=course.patient_id)
    overlapping = standing.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    if apart_from is not None:
        overlapping = overlapping.exclude(pk=apart_from.pk)
    other = overlapping.select_related("practitioner__user").order_by("starts_at").first()
    if other is None:
        return
    values = {
        "patient": course.patient,
        "when": date_format(course.clinic.local(other.starts_at), "D j M Y, H:i"),
        "end": date_format(course.clinic.local(other.ends_at), "H:i"),
        "who": other.practitioner,
    }
    message = _("%(patient)s has another visit then: %(when)s to %(end)s with %(who)s. Choose another time.")
    raise ValidationError({"starts_at": message % values})


def _refuse_uncleared(course: Course, *, practitioner: Membership, starts_at: datetime) -> None:
    on = course.clinic.local(starts_at).date()
    clearance = clearance_for(course, on=on, practitioner=practitioner)
    if not clearance.may_book:
        raise ValidationError({"is_for_needling": reason_texts(clearance)})
