"""Forms about a patient."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership
from clinic.typed.dates import PAST, DayField
from clinic.typed.names import NameField
from patients.identity.form import PatientForm
from patients.intake import (
    ImagingFact,
    record_assessment,
    record_consent,
    record_neuro_check,
    record_pain_type,
)
from patients.letter_form import SpecialistLetterForm
from patients.models import (
    Assessment,
    Consent,
    Imaging,
    NeuroCheck,
    PainType,
    PatientPainType,
)
from patients.record_form import RecordForm
from patients.screens.screening_form import ScreeningForm
from patients.screens.shown_text import SaysWhichText

SIGNS = [("", gettext_lazy("not examined")), *NeuroCheck.Sign.choices]


class AssessmentForm(RecordForm):
    """A diagnosis, with one image."""

    title = gettext_lazy("Record an assessment")

    diagnosed_by = NameField(label=gettext_lazy("Diagnosed by"), max_length=120)
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=80)
    diagnosed_on = DayField(label=gettext_lazy("Diagnosed on"), span=PAST)
    origin = forms.ChoiceField(
        label=gettext_lazy("Origin"), choices=[("", gettext_lazy("choose")), *Assessment.Origin.choices]
    )
    imaging_kind = forms.ChoiceField(
        label=gettext_lazy("Imaging"),
        choices=[("", gettext_lazy("none")), *Imaging.Kind.choices],
        required=False,
    )
    imaging_on = DayField(label=gettext_lazy("Date of the image"), span=PAST, required=False)
    imaging_level = forms.CharField(label=gettext_lazy("Level"), max_length=40, required=False)
    imaging_finding = forms.CharField(label=gettext_lazy("Finding"), max_length=300, required=False)
    is_vertigo_explained = forms.BooleanField(
        label=gettext_lazy("Vascular and vestibular causes of vertigo are excluded"), required=False
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def clean(self) -> dict[str, Any]:
        """An image needs a date and a finding."""
        values = super().clean() or {}
        if values.get("imaging_kind"):
            for name in ("imaging_on", "imaging_finding"):
                if not values.get(name):
                    self.add_error(name, _("Enter this for the image, or choose “none”."))
        return values

    def record(self, *, by: Membership, at: datetime) -> Assessment:
        """File the diagnosis."""
        values = dict(self.cleaned_data)
        kind, taken_on = values.pop("imaging_kind"), values.pop("imaging_on")
        level, finding = values.pop("imaging_level"), values.pop("imaging_finding")
        imaging = [ImagingFact(Imaging.Kind(kind), taken_on, level, finding)] if kind else []
        return record_assessment(patient=self.patient, imaging=imaging, by=by, at=at, **values)


class PainTypeForm(RecordForm):
    """A type the patient has from a date on."""

    title = gettext_lazy("Record a type of neck pain")

    pain_type = forms.ModelChoiceField(PainType.objects.none(), label=gettext_lazy("Type"))
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=PatientPainType.Status.choices)
    has_vertigo = forms.BooleanField(label=gettext_lazy("With vertigo"), required=False)
    starts_on = DayField(label=gettext_lazy("From"), span=PAST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pain_type"].queryset = PainType.objects.for_clinic(self.patient.clinic)  # type: ignore[attr-defined]
        held = self.patient.pain_types.filter(ended_on=None).select_related("pain_type")
        if held.exists():
            self.fields["replaces"] = forms.ModelMultipleChoiceField(
                held, label=_("Replaces"), widget=forms.CheckboxSelectMultiple, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a type that the patient already has at that time."""
        values = super().clean() or {}
        held = self.patient.pain_types.filter(
            pain_type=values.get("pain_type"), status=values.get("status"), ended_on=None
        ).exclude(pk__in=[old.pk for old in values.get("replaces", ())])
        if held.exists():
            self.add_error("pain_type", _("The patient has this type already."))
        return values

    def record(self, *, by: Membership, at: datetime) -> PatientPainType:
        """Add the type."""
        values = dict(self.cleaned_data)
        return record_pain_type(patient=self.patient, code=values.pop("pain_type").code, by=by, at=at, **values)


class NeuroCheckForm(RecordForm):
    """A neurological check."""

    title = gettext_lazy("Record a neurological check")

    checked_on = DayField(label=gettext_lazy("Checked on"), span=PAST)
    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=NeuroCheck.Result.choices,
        help_text=gettext_lazy("Hoffmann, gait, grip. “Worse” blocks needling."),
    )
    hoffmann = forms.ChoiceField(label=gettext_lazy("Hoffmann sign"), choices=SIGNS, required=False)
    gait = forms.ChoiceField(label=gettext_lazy("Gait"), choices=SIGNS, required=False)
    grip = forms.ChoiceField(label=gettext_lazy("Grip"), choices=SIGNS, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """An examination with an abnormal sign cannot be normal."""
        values = super().clean() or {}
        signs = {values.get(name) for name in ("hoffmann", "gait", "grip")}
        if NeuroCheck.Sign.ABNORMAL in signs and values.get("result") == NeuroCheck.Result.NORMAL:
            self.add_error("result", _("A sign is abnormal: choose “unchanged” or “worse”."))
        return values

    def record(self, *, by: Membership, at: datetime) -> NeuroCheck:
        """File the check."""
        return record_neuro_check(patient=self.patient, by=by, at=at, **self.cleaned_data)


class ConsentForm(SaysWhichText):
    """The patient's answer for one or more consent streams."""

    title = gettext_lazy("Record consent")

    streams = forms.MultipleChoiceField(
        label=gettext_lazy("Agrees to, or withdraws"),
        choices=Consent.Stream.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    is_given = forms.TypedChoiceField(
        label=gettext_lazy("The patient"),
        choices=[("1", gettext_lazy("agrees")), ("0", gettext_lazy("withdraws"))],
        coerce=lambda value: value == "1",
    )
    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Consent.How.choices[:2])

    def is_yes(self, values: dict[str, Any]) -> bool:
        """Whether they agree."""
        return bool(values.get("is_given"))

    @transaction.atomic
    def record(self, *, by: Membership, at: datetime) -> list[Consent]:
        """Add one row for each stream."""
        values = self.cleaned_data
        return [
            record_consent(
                patient=self.patient,
                stream=Consent.Stream(stream),
                is_given=values["is_given"],
                how=Consent.How(values["how"]),
                by=by,
                at=at,
                shown_text=self.shown,
            )
            for stream in values["streams"]
        ]


__all__ = ["RECORDS", "SIGNS", "AssessmentForm", "ConsentForm", "NeuroCheckForm", "PainTypeForm", "PatientForm"]

# What can be added to a file, with the right it needs and the word in its address.
RECORDS: dict[str, tuple[type[RecordForm], str]] = {
    "assessment": (AssessmentForm, "patients.add_assessment"),
    "type": (PainTypeForm, "patients.add_patientpaintype"),
    "check": (NeuroCheckForm, "patients.add_neurocheck"),
    "letter": (SpecialistLetterForm, "patients.add_specialistletter"),
    "consent": (ConsentForm, "patients.add_consent"),
    "screening": (ScreeningForm, "patients.add_screening"),
}
