"""Forms of the staff: who a person is, what they work as, their licence, where their mail goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Clinic, Membership, Role, User
from clinic.people.invitation_rules import refuse_double, refuse_supervisor
from clinic.people.lead_cover import is_last_lead, last_lead_words
from clinic.people.leaving import is_last_manager
from clinic.people.naming import may_rename, refuse_nameless
from clinic.typed.fields import typed_formfield
from clinic.typed.names import NameField


class MemberForm(forms.ModelForm[Membership]):
    """A member's name, roles and licence."""

    first_name = NameField(label=gettext_lazy("Given name"), max_length=150, required=False)
    last_name = NameField(label=gettext_lazy("Family name"), max_length=150, required=False)
    more_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Also works as"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For example, a manager who also treats patients."),
    )
    # Asked only when the clinic would be left without a lead.
    without_lead = forms.BooleanField(
        label=gettext_lazy("Save without a duty lead"),
        required=False,
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Membership
        fields = (
            "role",
            "more_roles",
            "licence_number",
            "licence_expires_on",
            "practising_since",
            "is_supervised",
            "supervisor",
        )
        formfield_callback = typed_formfield
        help_texts = {
            "licence_number": gettext_lazy(
                "Practitioners and leads need it: nobody can be booked for needling with them while it is missing."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self._offer_name(self.instance)

    def clean(self) -> dict[str, Any]:
        """A clinic keeps a manager, and is not left without a lead unasked."""
        values = super().clean() or {}
        if "role" not in values or "more_roles" not in values:
            return values
        values["more_roles"] = [role for role in values["more_roles"] if role != values["role"]]
        if self.instance.pk:
            self._refuse_nameless(values)
            self._refuse_loss(values)
        return values

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

    def _offer_name(self, member: Membership) -> None:
        """As it is; a person who works elsewhere too changes it themselves."""
        for name in ("first_name", "last_name"):
            self.initial[name] = getattr(member.user, name)
            if not may_rename(member):
                self.fields[name].disabled = True
                words = _("Only %(name)s can change it, under “Your account”.")
                self.fields[name].help_text = words % {"name": member}

    def _refuse_nameless(self, values: dict[str, Any]) -> None:
        is_changed = {"first_name", "last_name"} & set(self.changed_data)
        if is_changed and {"first_name", "last_name"} <= values.keys():
            try:
                refuse_nameless(values["first_name"], values["last_name"])
            except ValidationError as error:
                self.add_error("last_name", error)

    def _refuse_loss(self, values: dict[str, Any]) -> None:
        """Of the last manager, or of the last lead before somebody says that this is meant."""
        roles = {values["role"], *values["more_roles"]}
        # The instance holds the new roles by now, or is about to.
        before = Membership.objects.for_clinic(self.instance.clinic).get(pk=self.instance.pk)
        if Role.MANAGER not in roles and is_last_manager(before):
            self.add_error("role", _("This is the last manager: invite another manager first."))
        if Role.LEAD not in roles and not values.get("without_lead") and is_last_lead(before):
            self.fields["without_lead"].widget = forms.CheckboxInput()
            self.add_error("without_lead", last_lead_words(before))


class InvitationForm(MemberForm):
    """A new member: the person, then roles and licence."""

    # The clinic that invites; the admin sets it.
    clinic: Clinic | None = None
    without_lead = None  # type: ignore[assignment]  # nobody leaves

    first_name = NameField(label=gettext_lazy("Given name"), max_length=150)
    last_name = NameField(label=gettext_lazy("Family name"), max_length=150)
    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=150,
        validators=[User.username_validator],
        help_text=gettext_lazy(
            "A name for signing in, for example anna.lee. People sign in with it or with their email address. "
            "If the person has an account here already, enter its username."
        ),
    )
    email = forms.EmailField(label=gettext_lazy("Email"), help_text=gettext_lazy("The invitation goes here."))

    def clean(self) -> dict[str, Any]:
        """Refuse a username that is taken, and a person who already works here."""
        values = super().clean()
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
        help_text=gettext_lazy("It stays on file with your name, beside the address before."),
    )


class StandInForm(forms.Form):
    """Why a manager does what otherwise a lead does."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you stand in for the duty lead?"),
        max_length=250,
        help_text=gettext_lazy("It is saved with your name and shown to every manager."),
    )
