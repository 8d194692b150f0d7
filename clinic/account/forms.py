"""Forms of the user's own account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.account.finding import refuse_taken_address
from clinic.models import User
from clinic.typed.fields import typed_formfield


class SignInForm(LoginForm):  # type: ignore[misc]
    """One field for the username or the email address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Username or email address"),
            max_length=User._meta.get_field("email").max_length,
            widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )


class NameForm(forms.ModelForm[User]):
    """The name that colleagues and patients see."""

    class Meta:
        model = User
        fields = ("first_name", "last_name")
        formfield_callback = typed_formfield
        labels = {"first_name": gettext_lazy("Given name"), "last_name": gettext_lazy("Family name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        """One of both names is enough: not everybody has two."""
        values = super().clean() or {}
        if {"first_name", "last_name"} <= values.keys() and not (values["first_name"] or values["last_name"]):
            self.add_error("last_name", _("Enter a given name or a family name."))
        return values


class OwnAddressForm(forms.Form):
    """A new email address. Asks for the password, which somebody who finds an open session does not know."""

    email = forms.EmailField(
        label=gettext_lazy("New email address"), widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        """Refuse the current address."""
        email: str = self.cleaned_data["email"]
        if email.lower() == self.user.email.lower():
            raise forms.ValidationError(_("This is the address of your account already."))
        return email

    def clean_password(self) -> str:
        """Check the password; wrong ones count like a failed sign-in."""
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean(self) -> dict[str, Any]:
        """An address signs in to one account; shown only to whoever knows the password."""
        values = super().clean() or {}
        if "email" in values and "password" in values:
            try:
                refuse_taken_address(values["email"], but=self.user)
            except ValidationError as error:
                self.add_error(None, error)
        return values


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the app")


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey, with our wording."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["passwordless"].label = _("Sign in without a password")
        self.fields["passwordless"].help_text = _(
            "Your device asks for your fingerprint, your face or its code instead."
        )


class ResetForm(forms.Form):
    """The reason for resetting a colleague's second factor."""

    reason = forms.CharField(
        label=gettext_lazy("How do you know that they asked for this?"),
        max_length=200,
        help_text=gettext_lazy("For example: asked me in person. Your answer is saved with your name."),
    )
