"""Forms of the foundation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import connection
from django.utils.translation import gettext_lazy

from clinic.country.countries import emergency_number_in
from clinic.country.zones import country_choices, hold_zone, place_if_any, zone_choices
from clinic.models import Clinic, Duty, Endpoint, Responder
from clinic.outbox.endpoints import validate_url
from clinic.typed.fields import typed_formfield


class ClinicForm(forms.ModelForm[Clinic]):
    """The clinic's settings.

    In another country another number may be the one to call: which of both it is, is asked where nobody said.
    """

    USUAL, OWN = "usual", "own"

    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("The city whose clock the clinic keeps."),
        error_messages={
            "invalid_choice": gettext_lazy(
                "“%(value)s” is not the time zone of a place. Choose a city from the list."
            )
        },
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("It decides the emergency number, and how dates and numbers are written."),
    )
    escalation_chain = forms.MultipleChoiceField(
        label=gettext_lazy("Who is told of an alert"),
        choices=Responder.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("In this order, while nobody answers."),
        error_messages={"required": gettext_lazy("Choose at least one step: an alert must reach somebody.")},
    )

    class Meta:
        model = Clinic
        fields = (
            "name",
            "country",
            "zone",
            "clock_hours",
            "first_weekday",
            "paper",
            "phone",
            "address",
            "website",
            "reply_to",
            "emergency_number",
            "emergency_wording",
            "escalation_chain",
            "is_day3_asked",
            "idle_minutes",
            "two_factor_grace_days",
        )
        formfield_callback = typed_formfield

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An old name of a place is that place.
        self.initial["zone"] = place_if_any(self.initial.get("zone", ""))
        self._choices("zone", zone_choices(self.initial.get("country", ""), stored=self.initial["zone"]))
        country = [] if self.initial.get("country") else [("", "---------")]
        self._choices("country", [*country, *country_choices()])
        # Answered on the page that asks; None while nobody did.
        self.number_answer: str | None = None
        self.usual_number = ""

    @property
    def number_before(self) -> str:
        """The emergency number that is on file."""
        return str(self.initial.get("emergency_number", ""))

    @property
    def is_number_asked(self) -> bool:
        """Whether somebody has yet to say which emergency number it is to be."""
        return bool(self.usual_number) and self.number_answer is None

    def clean(self) -> dict[str, Any]:
        """With the emergency number of the new country, unless another was typed or chosen."""
        values = super().clean() or {}
        if "country" not in values or "country" not in self.changed_data:
            return values
        usual = emergency_number_in(values["country"])
        if "emergency_number" in self.changed_data or usual == self.number_before:
            return values
        self.usual_number = usual
        answer = self.data.get("number_answer")
        self.number_answer = answer if answer in {self.USUAL, self.OWN} else None
        if self.number_answer != self.OWN:
            # While nobody answered, nothing is saved.
            values["emergency_number"] = usual
        return values

    def _choices(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class DutyForm(forms.ModelForm[Duty]):
    """Who answers when."""

    # By whose clock; its admin says which.
    clinic: Clinic | None = None

    class Meta:
        model = Duty
        fields = ("member", "starts_at", "ends_at")
        formfield_callback = typed_formfield

    def clean(self) -> dict[str, Any]:
        """By the clock the clinic still has."""
        values = super().clean() or {}
        if self.clinic is not None and connection.in_atomic_block:
            hold_zone(self.clinic)
        return values


class EndpointForm(forms.ModelForm[Endpoint]):
    """A webhook."""

    class Meta:
        model = Endpoint
        fields = ("name", "url", "member", "is_on")
        formfield_callback = typed_formfield
        # An address of this kind is a secret itself: the device does not keep it.
        widgets = {"url": forms.URLInput(attrs={"data-not-kept": "", "class": "vURLField"})}

    def clean_url(self) -> str:
        """Out into the world, encrypted."""
        url: str = self.cleaned_data["url"]
        validate_url(url)
        return url


class ReasonForm(forms.Form):
    """Why, in the words of whoever takes it back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=250,
        help_text=gettext_lazy("It stays on file with your name."),
    )
    # What was on file when the page was opened: a page that is out of date takes nothing back.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
