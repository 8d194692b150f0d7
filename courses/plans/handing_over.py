"""Hands courses over to another practitioner, with their bookings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.models import Membership, Responder
from courses.models import Alert, Appointment, Course, HandOver
from courses.plans.course_state import CourseState
from courses.plans.hand_over_mail import tell_of_hand_over
from patients.locking import lock_patients


@dataclass(frozen=True)
class HandedOver:
    """How many courses and bookings were handed over, and the bookings that could not be."""

    n_courses: int
    n_bookings: int = 0
    staying: tuple[Appointment, ...] = ()


@transaction.atomic
def hand_over(
    courses: Iterable[Course], *, to: Membership, reason: str, form_key: UUID, by: Membership, at: datetime
) -> HandedOver:
    """Give open courses to another practitioner; both are informed by mail.

    A booking stays if the other practitioner has no time then or may not needle. The same form sent twice
    hands over once. ValidationError if a course has ended or is theirs already, or if they do not treat here.
    """
    rows = _held(courses)
    before = list(HandOver.objects.filter(clinic=by.clinic, form_key=form_key).select_related("to_member__user"))
    if before:
        _refuse_other_content(before, rows, to=to, reason=reason)
        return HandedOver(len(before))
    _refuse(rows, to)
    given = [
        HandOver(
            clinic=by.clinic,
            course=course,
            from_member=course.practitioner,
            to_member=to,
            reason=reason,
            handed_by=by,
            handed_at=at,
            form_key=form_key,
        )
        for course in rows
    ]
    HandOver.objects.bulk_create(given)
    Course.objects.filter(pk__in=[course.pk for course in rows]).update(practitioner=to)
    taken = [(one, _take_over(one, state, to=to)) for state, one in _bookings(rows, at=at)]
    _join_open_alerts(rows, to=to)
    tell_of_hand_over(given, by=by, at=at)
    return HandedOver(
        n_courses=len(given),
        n_bookings=sum(is_taken for _one, is_taken in taken),
        staying=tuple(one for one, is_taken in taken if not is_taken),
    )


def _refuse_other_content(before: list[HandOver], courses: list[Course], *, to: Membership, reason: str) -> None:
    """Refuse the same form with another colleague, reason or courses: that is no second send."""
    done = {(one.course_id, one.to_member_id, one.reason) for one in before}
    if done == {(course.pk, to.pk, reason) for course in courses}:
        return
    raise other_content(before)


def other_content(before: list[HandOver]) -> ValidationError:
    """The message for a form that was saved before with other content."""
    message = _(
        "This form was saved before: %(courses)s went to %(name)s, “%(reason)s”. "
        "Open the form again for what you want to change."
    )
    first, names = before[0], ", ".join(str(one.course) for one in before)
    return ValidationError(message % {"courses": names, "name": first.to_member, "reason": first.reason})


def _held(courses: Iterable[Course]) -> list[Course]:
    """The courses, locked after their patients, whose locks always come first."""
    keys = [course.pk for course in courses]
    lock_patients(Course.objects.filter(pk__in=keys).values("patient"))
    rows = Course.objects.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    return list(rows.select_related("clinic", "patient", "protocol", "practitioner__user"))


def _refuse(courses: list[Course], to: Membership) -> None:
    if not courses:
        raise ValidationError({"courses": _("Tick the courses to hand over.")})
    if not (to.is_active and to.is_clinician) or to.clinic_id != courses[0].clinic_id:
        raise ValidationError({"to": _("%(name)s does not treat here. Choose somebody else.") % {"name": to}})
    for course in courses:
        if not course.is_open:
            raise ValidationError({"courses": _("%(course)s: the course has ended.") % {"course": course}})
        if course.practitioner_id == to.pk:
            message = _("%(course)s: %(name)s already treats it.") % {"course": course, "name": to}
            raise ValidationError({"courses": message})


def _bookings(courses: list[Course], *, at: datetime) -> list[tuple[CourseState, Appointment]]:
    """Bookings with the former practitioners, the earliest first."""
    standings = {course.pk: CourseState(course) for course in courses}
    booked = Appointment.objects.filter(status=Appointment.Status.BOOKED, starts_at__gte=at, course__in=courses)
    return [
        (standings[one.course_id], one)
        for one in booked.select_related("practitioner__user").order_by("starts_at", "pk")
        if one.practitioner_id == standings[one.course_id].course.practitioner_id
    ]


def _join_open_alerts(courses: list[Course], *, to: Membership) -> None:
    """Repeat open alerts to the new practitioner too; nobody is removed from a chain."""
    for alert in Alert.objects.unresolved().filter(course__in=courses).select_for_update().order_by("pk"):
        for step in alert.chain:
            if step["step"] == Responder.PRACTITIONER and to.pk not in step["members"]:
                step["members"].append(to.pk)
        alert.save(update_fields=["chain"])


def _take_over(appointment: Appointment, state: CourseState, *, to: Membership) -> bool:
    """Whether a booking was handed over."""
    appointment.course = state.course
    on = state.course.clinic.local(appointment.starts_at).date()
    may_they = state.clearance(on=on, practitioner=to).may_book
    # If nobody may needle, the new practitioner is not the obstacle.
    if appointment.is_for_needling and not may_they and state.clearance(on=on).may_book:
        return False
    try:
        with transaction.atomic():
            Appointment.objects.filter(pk=appointment.pk).update(practitioner=to)
    except IntegrityError as error:
        if "courses_appointment_no_clash" not in str(error):
            raise
        return False
    return True
