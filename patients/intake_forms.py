"""The forms of the guided intake that differ from those of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership
from clinic.typed.dates import PAST, DayField
from patients.consent_texts import text_in_force
from patients.forms import SIGNS, AssessmentForm
from patients.intake import record_consent, record_neuro_check, record_pain_type
from patients.models import Consent, ConsentText, NeuroCheck, PainType, PatientPainType
from patients.patient_file import consents_by_stream
from patients.record_form import RecordForm


class IntakeAssessmentForm(AssessmentForm):
    """The diagnosis with its image, and the neurological examination."""

    checked_on = DayField(label=gettext_lazy("Examined on"), span=PAST, required=False)
    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=[("", gettext_lazy("not examined")), *NeuroCheck.Result.choices],
        required=False,
    )
    hoffmann = forms.ChoiceField(label=gettext_lazy("Hoffmann sign"), choices=SIGNS, required=False)
    gait = forms.ChoiceField(label=gettext_lazy("Gait"), choices=SIGNS, required=False)
    grip = forms.ChoiceField(label=gettext_lazy("Grip"), choices=SIGNS, required=False)

    field_order = ("diagnosed_by", "licence", "diagnosed_on", "origin", "imaging_kind", "imaging_on")
    CHECK = ("checked_on", "result", "hoffmann", "gait", "grip")

    def clean(self) -> dict[str, Any]:
        """An examination needs a date and a result, and cannot be normal with an abnormal sign."""
        values = super().clean() or {}
        typed = [name for name in self.CHECK if values.get(name)]
        for name in ("checked_on", "result"):
            if typed and name not in typed and name not in self.errors:
                self.add_error(name, _("Enter this too, or leave the whole examination blank."))
        signs = {values.get(name) for name in ("hoffmann", "gait", "grip")}
        if NeuroCheck.Sign.ABNORMAL in signs and values.get("result") == NeuroCheck.Result.NORMAL:
            self.add_error("result", _("A sign is abnormal: choose “unchanged” or “worse”."))
        return values

    @transaction.atomic
    def record(self, *, by: Membership, at: datetime) -> Any:
        """File both, or neither."""
        check = {name: self.cleaned_data.pop(name) for name in self.CHECK}
        filed = super().record(by=by, at=at)
        if check["checked_on"]:
            record_neuro_check(
                patient=self.patient,
                checked_on=check["checked_on"],
                result=NeuroCheck.Result(check["result"]),
                hoffmann=check["hoffmann"],
                gait=check["gait"],
                grip=check["grip"],
                by=by,
                at=at,
            )
        return filed


@dataclass(frozen=True)
class TypeRow:
    """One type of the clinic's list with its bound fields."""

    pain_type: PainType
    tick: forms.BoundField
    status: forms.BoundField


class TypesForm(RecordForm):
    """All types that apply from one date on; types the patient already has are not offered."""

    title = gettext_lazy("Types of neck pain")

    has_vertigo = forms.BooleanField(
        label=gettext_lazy("With vertigo"),
        required=False,
        help_text=gettext_lazy("Needs a specialist until vascular and vestibular causes are excluded."),
    )
    starts_on = DayField(label=gettext_lazy("From"), span=PAST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = set(self.patient.pain_types.filter(ended_on=None).values_list("pain_type_id", flat=True))
        self.has_some = bool(held)
        self.offered = list(PainType.objects.for_clinic(self.patient.clinic).exclude(pk__in=held))
        for one in self.offered:
            self.fields[f"type_{one.code}"] = forms.BooleanField(label=one.name, required=False)
            self.fields[f"status_{one.code}"] = forms.ChoiceField(
                label=_("%(type)s is") % {"type": one.name},
                choices=PatientPainType.Status.choices,
                required=False,
            )

    def rows(self) -> list[TypeRow]:
        """The list for the template."""
        return [TypeRow(one, self[f"type_{one.code}"], self[f"status_{one.code}"]) for one in self.offered]

    def clean(self) -> dict[str, Any]:
        """Require at least one type on file."""
        values = super().clean() or {}
        if not self.has_some and not any(self._ticked(values)):
            self.add_error(None, _("Tick at least one type. “Not diagnosed yet” is also a type."))
        return values

    @transaction.atomic
    def record(self, *, by: Membership, at: datetime) -> list[PatientPainType]:
        """Add every type that is ticked."""
        values = self.cleaned_data
        starts_on: date = values["starts_on"]
        return [
            record_pain_type(
                patient=self.patient,
                code=one.code,
                status=PatientPainType.Status(values[f"status_{one.code}"] or PatientPainType.Status.WORKING),
                has_vertigo=values["has_vertigo"],
                starts_on=starts_on,
                by=by,
                at=at,
            )
            for one in self._ticked(values)
        ]

    def _ticked(self, values: dict[str, Any]) -> Iterator[PainType]:
        return (one for one in self.offered if values.get(f"type_{one.code}"))


NO_TEXT = gettext_lazy(
    "The consent text is not complete: it does not say how long records are kept. A lead fills that in "
    "under Setup, Consent text. Until then only a “does not agree” can be saved."
)


class ConsentsForm(RecordForm):
    """Yes or no for each stream; only treatment must be answered, and nothing is preselected."""

    title = gettext_lazy("Consent")
    ANSWERS = (("1", gettext_lazy("agrees")), ("0", gettext_lazy("does not agree")))

    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Consent.How.choices[:2])
    # The version that was on the page: the patient read that one, whatever is in force when the form is sent.
    told_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = consents_by_stream(self.patient)
        self.text = text_in_force(self.patient.clinic)
        self.fields["told_version"].initial = self.text.version if self.text else None
        for stream in Consent.Stream:
            self.fields[f"stream_{stream.value}"] = forms.ChoiceField(
                label=stream.label,
                choices=self.ANSWERS,
                widget=forms.RadioSelect,
                required=stream is Consent.Stream.TREATMENT,
                initial={True: "1", False: "0", None: None}[self.known.get(stream)],
            )

    def stream_fields(self) -> list[forms.BoundField]:
        """The streams for the template."""
        return [self[f"stream_{stream.value}"] for stream in Consent.Stream]

    def clean(self) -> dict[str, Any]:
        """Nobody agrees to a text that is not complete; a no is taken at any time."""
        values = super().clean() or {}
        is_agreed = any(
            values.get(f"stream_{stream.value}") == "1" and not self.known.get(stream) for stream in Consent.Stream
        )
        if is_agreed and self._told() is None:
            self.add_error(None, NO_TEXT)
        return values

    def _told(self) -> ConsentText | None:
        """The text that was on the page, if it could be used."""
        texts = ConsentText.objects.for_clinic(self.patient.clinic)
        version = self.cleaned_data.get("told_version")
        text = texts.filter(version=version).first() if version else self.text
        return text if text is not None and text.is_usable else None

    @transaction.atomic
    def record(self, *, by: Membership, at: datetime) -> list[Consent]:
        """Add a row for each answer that differs from the patient's latest one."""
        shown_text = self._told()
        return [
            record_consent(
                patient=self.patient,
                stream=stream,
                is_given=answer == "1",
                how=Consent.How(self.cleaned_data["how"]),
                by=by,
                at=at,
                shown_text=shown_text,
            )
            for stream in Consent.Stream
            if (answer := self.cleaned_data[f"stream_{stream.value}"])
            and self.known.get(stream) is not (answer == "1")
        ]
