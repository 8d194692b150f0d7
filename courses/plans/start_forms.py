"""Forms to start a course: its plan, and the patient's preferred times."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clinic.models import TREATING, Membership, OpeningHours
from clinic.typed.dates import BOOKING, DayField
from clinic.typed.numbers import WholeNumberField
from clinic.typed.times import ClockField, ClockInput
from courses.models import Course, Protocol
from courses.plans.proposing import Wishes
from courses.plans.starting import parse_reviews, parse_weeks, refuse_unsuited
from patients.models import Patient

CLOCK = {"type": "time", "step": 900}


def treating(clinic: Any) -> Any:
    """Members who treat."""
    return Membership.objects.for_clinic(clinic).active().with_role(*TREATING).select_related("user")


class PlanForm(forms.Form):
    """A new course: the preset's plan, which can be changed."""

    protocol = forms.ModelChoiceField(Protocol.objects.none(), widget=forms.HiddenInput)
    complaint = forms.CharField(label=_("Complaint"), max_length=120, initial=_("Neck pain"))
    practitioner = forms.ModelChoiceField(Membership.objects.none(), label=_("Treating practitioner"))
    starts_on = DayField(label=_("Starts on"), span=BOOKING)
    weekly_sessions = forms.CharField(
        label=_("Sessions in each week"), max_length=120, help_text=_("For example 3, 3, 2, 2: ten in four weeks.")
    )
    review_sessions = forms.CharField(
        label=_("Review after sessions"), max_length=60, required=False, help_text=_("For example 5, 10.")
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        for name, rows in (
            ("protocol", Protocol.objects.for_clinic(patient.clinic).offered()),
            ("practitioner", treating(patient.clinic)),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows

    def clean_weekly_sessions(self) -> list[int]:
        """The number of sessions for each week."""
        return parse_weeks(self.cleaned_data["weekly_sessions"])

    def clean(self) -> dict[str, Any]:
        """Reviews must be within the plan, and the plan must suit the types."""
        values = super().clean() or {}
        if "weekly_sessions" in values:
            try:
                values["review_sessions"] = parse_reviews(
                    values.get("review_sessions", ""), n_sessions=sum(values["weekly_sessions"])
                )
            except ValidationError as error:
                self.add_error("review_sessions", error)
        starts_on: date | None = values.get("starts_on")
        if values.get("protocol") and starts_on:
            try:
                refuse_unsuited(self.patient, values["protocol"], on=starts_on)
            except ValidationError as error:
                # The preset is chosen above the form, not in one of its visible fields.
                self.add_error(None, ValidationError(error.messages))
        return values


class WishesForm(forms.Form):
    """The patient's preferred times, the length of a visit, and the practitioner."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays that suit"),
        choices=OpeningHours.Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any day the clinic is open."),
    )
    earliest = ClockField(label=_("Not before"), widget=ClockInput(attrs=CLOCK))
    latest = ClockField(label=_("Finished by"), widget=ClockInput(attrs=CLOCK))
    minutes = WholeNumberField(label=_("Minutes"), unit="min", min_value=5, max_value=240)
    practitioner = forms.ModelChoiceField(Membership.objects.none(), label=_("Practitioner"))

    def __init__(self, data: Any, *, course: Course) -> None:
        super().__init__(
            data if data and self.base_fields.keys() & data.keys() else None, initial=first_wishes(course)
        )
        field = self.fields["practitioner"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = treating(course.clinic)

    def clean(self) -> dict[str, Any]:
        """The end of the day must be after its start."""
        values = super().clean() or {}
        earliest, latest = values.get("earliest"), values.get("latest")
        if earliest and latest and latest <= earliest:
            self.add_error("latest", _("This must be later than the time before."))
        return values

    def wishes(self, course: Course) -> tuple[Wishes, Membership] | None:
        """The chosen wishes and practitioner, at first the stored ones; None if they are not valid."""
        if not self.is_bound:
            first = first_wishes(course)
            practitioner = first.pop("practitioner")
            first["weekdays"] = frozenset(first["weekdays"])
            return Wishes(**first), practitioner
        if not self.is_valid():
            return None
        values = dict(self.cleaned_data)
        practitioner = values.pop("practitioner")
        values["weekdays"] = frozenset(values["weekdays"])
        return Wishes(**values), practitioner


def first_wishes(course: Course) -> dict[str, Any]:
    """The patient's stored preferred times."""
    patient = course.patient
    return {
        "weekdays": patient.preferred_weekdays or [],
        "earliest": patient.preferred_from or time(8),
        "latest": patient.preferred_until or time(20),
        "minutes": 45,
        "practitioner": course.practitioner,
    }
