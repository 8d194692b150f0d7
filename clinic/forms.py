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

    If the country changes, the emergency number may have to change too: the form asks which one to use.
    """

    USUAL, OWN = "usual", "own"

    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("The city whose local time applies at the clinic."),
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
        label=gettext_lazy("Contact list for alerts"),
        choices=Responder.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Alerted in this order until somebody answers."),
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
        # Replace an old zone name by its current one.
        self.initial["zone"] = place_if_any(self.initial.get("zone", ""))
        self._choices("zone", zone_choices(self.initial.get("country", ""), stored=self.initial["zone"]))
        country = [] if self.initial.get("country") else [("", "---------")]
        self._choices("country", [*country, *country_choices()])
        # The answer to that question; None until somebody answers.
        self.number_answer: str | None = None
        self.usual_number = ""

    @property
    def number_before(self) -> str:
        """The stored emergency number."""
        return str(self.initial.get("emergency_number", ""))

    @property
    def is_number_asked(self) -> bool:
        """Whether the question about the emergency number is still unanswered."""
        return bool(self.usual_number) and self.number_answer is None

    def clean(self) -> dict[str, Any]:
        """Set the emergency number of the new country, unless another was typed or chosen."""
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
            # Nothing is saved before the question is answered.
            values["emergency_number"] = usual
        return values

    def _choices(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class DutyForm(forms.ModelForm[Duty]):
    """Who answers alerts when."""

    # The clinic whose clock applies; the admin sets it.
    clinic: Clinic | None = None

    class Meta:
        model = Duty
        fields = ("member", "starts_at", "ends_at")
        formfield_callback = typed_formfield

    def clean(self) -> dict[str, Any]:
        """Check that the clinic's clock is still the one of the page."""
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
        # The address itself is a secret, so the browser must not store it as a draft.
        widgets = {"url": forms.URLInput(attrs={"data-not-kept": "", "class": "vURLField"})}

    def clean_url(self) -> str:
        """Only public, encrypted addresses."""
        url: str = self.cleaned_data["url"]
        validate_url(url)
        return url


class ReasonForm(forms.Form):
    """The reason for undoing something."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=250,
        help_text=gettext_lazy("It stays on file with your name."),
    )
    # The version when the page was opened: an outdated page cannot undo anything.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
