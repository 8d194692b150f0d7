"""Forms that correct a mistake, each with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_day
from clinic.forms import ReasonForm
from clinic.models import Membership
from courses.models import Course, Session

MOST_FOUND = 20


class CourseRadio(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Courses with what distinguishes them: patient, birth date, complaint, practitioner."""

    def label_from_instance(self, course: Any) -> str:
        """Name, birth date, complaint, practitioner, status."""
        values = {
            "patient": course.patient,
            "born": shown_day(course.patient.born_on),
            "complaint": course.complaint,
            "practitioner": course.practitioner,
            "status": course.get_status_display(),
        }
        return _("%(patient)s, born %(born)s: %(complaint)s with %(practitioner)s (%(status)s)") % values


class MoveSessionForm(ReasonForm):
    """The course to which a session belongs."""

    course = CourseRadio(
        Course.objects.none(),
        label=gettext_lazy("Course the session belongs to"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose the course, or search for the patient first.")},
    )
    field_order = ("course", "reason")

    def __init__(self, *args: Any, courses: QuerySet[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["course"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = courses


def courses_for(session: Session, *, by: Membership, words: str, chosen: str) -> QuerySet[Course]:
    """Possible courses: the patient's others, those of patients booked that day, and search results."""
    day = session.clinic.local(session.held_at).replace(hour=0, minute=0, second=0, microsecond=0)
    visible = Course.objects.visible_to(by).exclude(pk=session.course_id)
    likely = Q(patient=session.course.patient_id) | Q(pk__in=_booked_on(by, day))
    if chosen.isdecimal():
        likely |= Q(pk=chosen)
    found = visible.filter(likely)
    if words.strip():
        found |= visible.filter(pk__in=_named(visible, words))
    return found.select_related("patient", "practitioner__user").order_by(
        "patient__family_name", "-starts_on", "pk"
    )


def _named(visible: QuerySet[Course], words: str) -> list[int]:
    for word in words.replace(",", " ").split():
        visible = visible.filter(Q(patient__family_name__icontains=word) | Q(patient__given_name__icontains=word))
    return list(visible.order_by("patient__family_name", "pk").values_list("pk", flat=True)[:MOST_FOUND])


def _booked_on(by: Membership, day: datetime) -> QuerySet[Course, Any]:
    booked = Course.objects.visible_to(by).filter(
        appointments__starts_at__gte=day, appointments__starts_at__lt=day + timedelta(days=1)
    )
    return booked.values("pk")
