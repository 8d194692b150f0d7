"""Forms of a course's life and its bookings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import TREATING, Clinic, Membership
from clinic.typed.dates import BOOKING, DayField, MomentField, MomentInput
from clinic.typed.numbers import WholeNumberField
from courses.models import Course
from courses.plans.course_search import CourseChoice, open_courses


class HoldCourseForm(forms.Form):
    """Why a course is put on hold."""

    reason = forms.CharField(label=_("Why"), max_length=200)


class OverrideForm(forms.Form):
    """Why a patient may be needled once without clearance."""

    valid_on = DayField(
        label=_("For the session on"),
        span=BOOKING,
        help_text=_("One session, one day."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stays on file with your name and the reasons that you override."),
    )


class BookingForm(forms.Form):
    """A time with a practitioner."""

    course = CourseChoice(
        Course.objects.none(),
        label=_("Patient"),
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Choose the patient first."),
            "invalid_choice": _("This course cannot be booked. It has ended, or the patient is archived."),
        },
    )
    practitioner = forms.ModelChoiceField(Membership.objects.none(), label=_("Practitioner"))
    starts_at = MomentField(label=_("Starts"), span=BOOKING, widget=MomentInput(attrs={"step": 300}))
    minutes = WholeNumberField(label=_("Minutes"), unit="min", min_value=5, max_value=240, initial=45)
    is_for_needling = forms.BooleanField(
        label=_("For needling"),
        required=False,
        initial=True,
        help_text=_("Untick for a talk or an examination: those can be booked without clearance."),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["course"], open_courses(clinic))
        _offer(self.fields["practitioner"], clinicians(clinic))

    @property
    def ends_at(self) -> datetime:
        """The end of a valid form's time."""
        end: datetime = self.cleaned_data["starts_at"] + timedelta(minutes=self.cleaned_data["minutes"])
        return end


class CancelForm(forms.Form):
    """Why an appointment is cancelled."""

    reason = forms.CharField(label=_("Why"), max_length=200)


def clinicians(clinic: Clinic) -> Any:
    """Members who treat."""
    members = Membership.objects.for_clinic(clinic).active().with_role(*TREATING)
    return members.select_related("user")


def _offer(field: forms.Field, rows: Any) -> None:
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows
