"""Forms of the foundation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.countries import emergency_number_in
from clinic.country.zones import country_choices, hold_zone, place_if_any, zone_choices
from clinic.models import Clinic, Duty, Endpoint, Membership, Responder, Role, User
from clinic.outbox.endpoints import validate_url
from clinic.people.invitation_rules import refuse_double, refuse_supervisor
from clinic.people.staff import is_last_manager
from clinic.typed.fields import typed_formfield
from clinic.typed.names import NameField


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
        help_text=gettext_lazy("It decides the emergency number and how phone numbers are read."),
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
            "phone",
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


class MemberForm(forms.ModelForm[Membership]):
    """A member's role and licence."""

    class Meta:
        model = Membership
        fields = (
            "role",
            "licence_number",
            "licence_expires_on",
            "practising_since",
            "is_supervised",
            "supervisor",
        )
        formfield_callback = typed_formfield

    def clean_role(self) -> str:
        """Refuse to leave a clinic without a manager."""
        role: str = self.cleaned_data["role"]
        if self.instance.pk and role != Role.MANAGER and is_last_manager(self.instance):
            raise forms.ValidationError(_("This is the last manager: invite another manager first."))
        return role

    def clean_supervisor(self) -> Membership | None:
        """Nobody supervises themselves."""
        supervisor: Membership | None = self.cleaned_data["supervisor"]
        if supervisor is not None and supervisor.pk == self.instance.pk:
            raise forms.ValidationError(_("Choose somebody else: nobody supervises themselves."))
        # The current supervisor stays until another is chosen; the list of staff says what is wrong.
        if supervisor is not None and supervisor.pk != self.instance.supervisor_id:
            try:
                refuse_supervisor(supervisor, on=timezone.localdate())
            except ValidationError as error:
                raise forms.ValidationError(error.messages) from error
        return supervisor


class InvitationForm(MemberForm):
    """A new member: the person, then role and licence."""

    # The clinic that invites; the admin sets it.
    clinic: Clinic | None = None

    first_name = NameField(label=gettext_lazy("Given name"), max_length=150)
    last_name = NameField(label=gettext_lazy("Family name"), max_length=150)
    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=150,
        validators=[User.username_validator],
        help_text=gettext_lazy(
            "For signing in. If the person already works at another clinic here, enter their username from there."
        ),
    )
    email = forms.EmailField(label=gettext_lazy("Email"), help_text=gettext_lazy("The invitation is sent here."))

    def clean(self) -> dict[str, Any]:
        """Refuse a username that is taken, and a person who already works here."""
        values = super().clean() or {}
        if "username" in values and "email" in values:
            try:
                refuse_double(self.clinic, username=values["username"], email=values["email"])
            except ValidationError as error:
                self.add_error(None, error)
        return values

    def invitation(self) -> dict[str, Any]:
        """The arguments for `invite_member`."""
        return dict(self.cleaned_data)


class AddressForm(forms.Form):
    """A member's new email address."""

    email = forms.EmailField(label=gettext_lazy("New address"))
    reason = forms.CharField(
        label=gettext_lazy("How do you know it is theirs?"),
        max_length=200,
        help_text=gettext_lazy("It stays on file with your name, beside the previous address."),
    )


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
