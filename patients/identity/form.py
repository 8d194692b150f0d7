"""The form for a patient's identity and contact details; it asks before it makes a second record of one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.phones import shown_phone, validate_phone
from clinic.country.shown import shown_day
from clinic.models import Clinic
from clinic.typed.fields import typed_formfield
from patients.identity.before_birth import too_late_a_birth
from patients.identity.birth import Birth
from patients.identity.duplicates import Person, Twin, likely_twins, lock_identities, sharing_email
from patients.identity.fields import BirthField, NameField
from patients.identity.mistyped_addresses import meant_address
from patients.identity.phones import BadPhone, parse_phone, region_of
from patients.identity.words import patient_label
from patients.locking import lock_patient
from patients.models import Patient

# The columns of a patient's identity.
IDENTITY = ("given_name", "family_name", "born_on", "birth_year")
NAMES = ("given_name", "family_name")


class PatientForm(forms.ModelForm[Patient]):
    """Identity and contact details; asks once about possible duplicates and a doubtful email address."""

    given_name = NameField(
        label=gettext_lazy("Given name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("A person with one name: leave one of the two empty."),
    )
    family_name = NameField(
        label=gettext_lazy("Family name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    born_on = BirthField(label=gettext_lazy("Date of birth"))
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        required=False,
        widget=forms.EmailInput(attrs={"class": "vTextField"}),
        error_messages={
            "invalid": gettext_lazy(
                "Email: “%(value)s” is not an address. Check for a missing dot, a comma or a space."
            )
        },
    )
    is_another_person = forms.BooleanField(
        label=gettext_lazy("This is somebody else: save"), required=False, widget=forms.HiddenInput
    )
    # The records that were shown: a record added since then is asked about again.
    shown_twins = forms.CharField(required=False, widget=forms.HiddenInput)
    is_email_right = forms.BooleanField(
        label=gettext_lazy("Use this address"), required=False, widget=forms.HiddenInput
    )
    shown_email = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason for the correction"),
        max_length=300,
        required=False,
        widget=forms.HiddenInput,
        help_text=gettext_lazy(
            "Required where a name or the date of birth changes. The earlier entry stays on file."
        ),
    )

    class Meta:
        model = Patient
        fields = ("given_name", "family_name", "born_on", "phone", "email", "language", "is_training")
        widgets = {"language": forms.Select(choices=settings.LANGUAGES)}
        formfield_callback = typed_formfield

    clinic: Clinic

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # Only a new record can be a test patient: switched on later, it would turn off red-flag alerts.
            self.fields.pop("is_training", None)
            self.fields["reason"].widget = forms.TextInput()
            self.initial["born_on"] = self.instance.birth
        # Validation writes into the patient, so remember the stored values first.
        self.on_file = {name: getattr(self.instance, name) for name in IDENTITY}

    @property
    def identity(self) -> dict[str, Any]:
        """Name and birth date as typed, if they differ from the stored ones."""
        typed = {name: self.cleaned_data[name] for name in NAMES}
        birth: Birth = self.cleaned_data["birth"]
        typed |= {"born_on": birth.on, "birth_year": birth.year}
        return {name: value for name, value in typed.items() if value != self.on_file[name]}

    def full_clean(self) -> None:
        """Read dates with slashes in the order of the clinic's country."""
        field = self.fields["born_on"]
        if isinstance(field, BirthField) and self.is_bound:
            field.region = region_of(self.clinic) or ""
        super().full_clean()

    def save(self, commit: bool = True) -> Patient:  # noqa: FBT001, FBT002 - Django's
        """Trust a corrected email address again."""
        if "email" in self.changed_data:
            self.instance.email_failed_at = None
        return super().save(commit)

    def clean_born_on(self) -> Any:
        """The day, if it is known; the year or “unknown” is stored separately."""
        birth: Birth = self.cleaned_data["born_on"]
        self.cleaned_data["birth"] = birth
        return birth.on

    def clean_phone(self) -> str:
        """A number that can be dialled, as it was typed; an unchanged number is not checked again."""
        text: str = self.cleaned_data["phone"]
        if not text or "phone" not in self.changed_data:
            return text
        region = region_of(self.clinic) or ""
        validate_phone(text, region=region)
        try:
            parse_phone(text, region or None)
        except BadPhone as error:
            message = _("Phone: “%(text)s” is not only a number. Enter digits, spaces, + and brackets.")
            raise ValidationError(message % {"text": text}) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Ask about likely duplicates and doubtful addresses, once each, together."""
        values = super().clean() or {}
        if "birth" in values:
            # The form has one field for two columns of the row.
            self.instance.birth_year = values["birth"].year
        if not any(values.get(name) for name in NAMES) and not self.errors.keys() & set(NAMES):
            self.add_error("family_name", _("Enter a name: the given name, the family name or both."))
        if self.errors:
            return values
        if late := self._too_late_a_birth(values["birth"]):
            self.add_error("born_on", late)
            return values
        if self.instance.pk and self.identity and not values.get("reason"):
            self.add_error("reason", _("Say why a name or the date of birth is changed."))
            return values
        if self.instance.pk:
            lock_patient(self.instance)
        lock_identities(self.clinic)
        self._ask_about_email(values)
        self._ask_about_twins(values)
        return values

    def _too_late_a_birth(self, birth: Birth) -> str:
        """Why an existing record cannot have this birth date; empty if it can."""
        is_moved = self.instance.pk and self.identity.keys() & {"born_on", "birth_year"}
        return too_late_a_birth(self.instance, birth) if is_moved else ""

    def _ask_about_twins(self, values: dict[str, Any]) -> None:
        if self.instance.pk and not (self.identity or "phone" in self.changed_data):
            return
        given, family = (values[name] for name in NAMES)
        person = Person(given, family, values["birth"], values["phone"], values["email"])
        twins = likely_twins(self.clinic, person, apart_from=self.instance.pk)
        if self.instance.pk:
            # Only the changed fields of an existing record can make it a duplicate.
            twins = [twin for twin in twins if len(twin.reasons) > 1 or not self._is_contact_only(twin)]
        shown = set(values["shown_twins"].split(","))
        if not twins or (values["is_another_person"] and {str(twin.patient.pk) for twin in twins} <= shown):
            return
        self.fields["is_another_person"].widget = forms.CheckboxInput()
        self._show("shown_twins", ",".join(str(twin.patient.pk) for twin in twins))
        self._untick("is_another_person")
        self.add_error("is_another_person", ValidationError(_twins_words(twins), code="twins"))

    def _is_contact_only(self, twin: Twin) -> bool:
        return set(twin.reasons) <= {_("same phone"), _("same email")}

    def _ask_about_email(self, values: dict[str, Any]) -> None:
        email = values["email"]
        if not email or (self.instance.pk and "email" not in self.changed_data):
            return
        if values["is_email_right"] and values["shown_email"].lower() == email.lower():
            return
        meant = meant_address(email)
        others = sharing_email(self.clinic, email, apart_from=self.instance.pk)
        doubts = []
        if meant:
            doubts.append(_("Did you mean %(meant)s? You typed %(typed)s.") % {"meant": meant, "typed": email})
        if others:
            who = "; ".join(patient_label(one) for one in others)
            doubts.append(_("This address is already in the record of %(who)s.") % {"who": who})
        if not doubts:
            return
        self.fields["is_email_right"].widget = forms.CheckboxInput()
        self._show("shown_email", email)
        self._untick("is_email_right")
        doubts.append(_("Correct it, or tick “Use this address”."))
        self.add_error("is_email_right", ValidationError(" ".join(doubts), code="email"))

    def _show(self, name: str, value: str) -> None:
        """What the form sends back next time."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(name)] = value
        self.data = data

    def _untick(self, name: str) -> None:
        self.data.pop(self.add_prefix(name), None)  # type: ignore[attr-defined]


def _twins_words(twins: list[Twin]) -> SafeString:
    """Every candidate with a link, what is alike, and the last visit."""
    lines = format_html_join("", "<li>{}</li>", ((_twin_words(twin),) for twin in twins))
    intro = _(
        "This person may be on file already. Open the record to compare, or tick “This is somebody else: save”."
    )
    return format_html('{}<ul class="twins">{}</ul>', intro, lines)


def _twin_words(twin: Twin) -> SafeString:
    one = twin.patient
    facts = [", ".join(twin.reasons), shown_phone(one.phone)]
    if twin.last_visit_at:
        day = shown_day(one.clinic.local(twin.last_visit_at))
        facts.append(_("last visit %(day)s") % {"day": day})
    if one.archived_at:
        facts.append(_("archived"))
    return format_html(
        '<a href="{}" target="_blank" rel="noopener">{}</a> · {}',
        reverse("admin:patients_patient_change", args=[one.pk]),
        patient_label(one, on=timezone.localdate()),
        " · ".join(fact for fact in facts if fact),
    )
