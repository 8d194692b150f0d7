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

from clinic.country.shown import shown_day
from clinic.models import Membership
from clinic.typed.dates import PAST, DayField
from patients.forms import SIGNS, AssessmentForm
from patients.intake import record_consent, record_neuro_check, record_pain_type
from patients.models import Consent, ConsentText, NeuroCheck, PainType, PatientPainType
from patients.record_form import RecordForm
from patients.screens.shown_text import SaysWhichText


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


class ConsentsForm(SaysWhichText):
    """Yes or no for each stream; only treatment must be answered, and no yes is preselected for a new text."""

    title = gettext_lazy("Consent")
    ANSWERS = (("1", gettext_lazy("agrees")), ("0", gettext_lazy("does not agree")))

    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Consent.How.choices[:2])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {row.stream: row for row in self.patient.consents.latest_each()}
        for stream in Consent.Stream:
            last = self.known.get(stream)
            is_shown = last is not None and not self._is_new(last, last.is_given, self.text)
            self.fields[f"stream_{stream.value}"] = forms.ChoiceField(
                label=stream.label,
                choices=self.ANSWERS,
                widget=forms.RadioSelect,
                required=stream is Consent.Stream.TREATMENT and last is None,
                initial={True: "1", False: "0"}[last.is_given] if last and is_shown else None,
                help_text="" if last is None or is_shown else self._agreed_before(last),
            )

    def stream_fields(self) -> list[forms.BoundField]:
        """The streams for the template."""
        return [self[f"stream_{stream.value}"] for stream in Consent.Stream]

    def is_yes(self, values: dict[str, Any]) -> bool:
        """Whether a yes is among the answers that are not on file yet."""
        return any(is_given for _stream, is_given in self._news(values))

    @transaction.atomic
    def record(self, *, by: Membership, at: datetime) -> list[Consent]:
        """Add a row for each answer that is not on file yet."""
        return [
            record_consent(
                patient=self.patient,
                stream=stream,
                is_given=is_given,
                how=Consent.How(self.cleaned_data["how"]),
                by=by,
                at=at,
                shown_text=self.shown,
            )
            for stream, is_given in self._news(self.cleaned_data)
        ]

    def _news(self, values: dict[str, Any]) -> list[tuple[Consent.Stream, bool]]:
        answers = {stream: values.get(f"stream_{stream.value}") for stream in Consent.Stream}
        return [
            (stream, answer == "1")
            for stream, answer in answers.items()
            if answer and self._is_new(self.known.get(stream), answer == "1", self.shown)
        ]

    def _is_new(self, last: Consent | None, is_given: bool, text: ConsentText | None) -> bool:  # noqa: FBT001
        """Whether an answer differs from the latest one; a yes to another text does."""
        if last is None or last.is_given is not is_given:
            return True
        return is_given and last.text_id != (text.pk if text else None)

    def _agreed_before(self, last: Consent) -> str:
        words = _(
            "The patient agreed to an earlier text on %(day)s. That consent stays valid. To record consent to "
            "this text, read it with the patient and choose an answer."
        )
        return words % {"day": shown_day(self.patient.clinic.local(last.recorded_at).date())}
