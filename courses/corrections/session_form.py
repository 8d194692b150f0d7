"""The form to correct a saved session: its current content, and why that is wrong."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.typed.dates import VISIT, MomentField
from courses.corrections.correction import CorrectedSession, version_of
from courses.corrections.points import NeedlingRow
from courses.models import AdverseEventItem, AftercareMeasure, PainScore, RedFlag, Session
from courses.plans.course_state import PatientState
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, SEVERE_PAIN
from courses.sessions.detail_fields import DetailFields
from courses.sessions.event_fields import reservations
from courses.sessions.red_flags.fields import NONE_FIELD, RedFlagFields
from courses.sessions.scale import PainField
from courses.sessions.treatment_facts import treatment_facts
from courses.sessions.visit_details import COLUMNS, MOTION, SYMPTOM, details_of
from patients.identity.before_birth import refuse_before_birth

TIME_FORMAT = "%Y-%m-%dT%H:%M"
VISIT_TIMINGS = (PainScore.Timing.BEFORE, PainScore.Timing.AFTER)


class CorrectionForm(RedFlagFields, DetailFields):
    """All of a session's record; the reason is required."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    held_at = MomentField(label=gettext_lazy("Time"), span=VISIT)
    is_needled = forms.BooleanField(label=gettext_lazy("Needles were used"), required=False)
    adverse_events = forms.ModelMultipleChoiceField(
        AdverseEventItem.objects.none(),
        label=gettext_lazy("Side effects"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    aftercare = forms.ModelMultipleChoiceField(
        AftercareMeasure.objects.none(),
        label=gettext_lazy("Aftercare given"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for the correction"),
        max_length=300,
        help_text=gettext_lazy("Required. The original stays on file."),
    )

    def __init__(self, data: Any = None, *, session: Session) -> None:
        self.session = session
        self.scores = {score.timing: score for score in session.scores.all()}
        super().__init__(data, initial={**initial_values(session), "form_key": uuid.uuid4()})
        for timing in PainScore.Timing.values:
            if timing in self.scores or timing in VISIT_TIMINGS:
                label = _("Pain %(timing)s") % {"timing": PainScore.Timing(timing).label}
                self.fields[f"score_{timing}"] = PainField(label=label, required=timing in self.scores)
        self._choices("adverse_events", AdverseEventItem.objects.for_clinic(session.clinic))
        # A measure that is no longer offered may have been given.
        self._choices("aftercare", AftercareMeasure.objects.for_clinic(session.clinic))
        severe = RedFlag.objects.for_clinic(session.clinic).current().filter(code=SEVERE_PAIN)
        self.add_flag_fields(severe)
        del self.fields[NONE_FIELD]

    def score_fields(self) -> list[forms.BoundField]:
        """The scores for the template."""
        return [self[name] for name in self.fields if name.startswith("score_")]

    def detail_fields(self) -> list[forms.BoundField]:
        """The details for the template."""
        return [self[name] for name in self.fields if name in COLUMNS or name.startswith((MOTION, SYMPTOM))]

    def clean(self) -> dict[str, Any]:
        """A score corrected to 8 or more asks the severe-pain question, as in the session form."""
        values = super().clean() or {}
        refuse_before_birth(self, self.session.course.patient.birth)
        if self._rises_to_severe(values) and not values.get(f"flag_{SEVERE_PAIN}"):
            self.add_error(
                f"flag_{SEVERE_PAIN}", _("Pain of 8 or more: ask the patient, tick this and answer its question.")
            )
        n_in, n_out = values.get("needles_in"), values.get("needles_out")
        if None not in (n_in, n_out) and n_in != n_out and not values.get("needle_difference"):
            self.add_error("needle_difference", _("Say why the needles counted out differ from those counted in."))
        return values

    def corrected(self, needlings: Sequence[NeedlingRow]) -> CorrectedSession:
        """The corrected session."""
        values = self.cleaned_data
        corrected_rows = (row.corrected() for row in needlings)
        return CorrectedSession(
            version=values["version"],
            reason=values["reason"],
            held_at=self._held_at(values["held_at"]),
            is_needled=values["is_needled"],
            note=values["note"],
            scores=self._typed_scores(values),
            details={field.name: values[field.name] for field in self.detail_fields()},
            needlings=tuple(one for one in corrected_rows if one is not None),
            adverse_event_ids=frozenset(item.pk for item in values["adverse_events"]),
            aftercare_ids=frozenset(measure.pk for measure in values["aftercare"]),
            flags=self.ticked(values),
            form_key=self.key,
        )

    @cached_property
    def key(self) -> uuid.UUID:
        """The form's key; a missing one is made once."""
        try:
            return uuid.UUID(str(self["form_key"].value()))
        except ValueError:
            return uuid.uuid4()

    def typed_scores(self) -> dict[str, int]:
        """The scores that could be read."""
        return self._typed_scores(self.cleaned_data)

    def reservations(self) -> list[str]:
        """Warnings about the aftercare that was given: it is saved as given, with a message."""
        values, session = self.cleaned_data, self.session
        facts = treatment_facts(
            PatientState(session.course.patient), on=session.clinic.local(session.held_at).date()
        )
        return reservations(values["aftercare"], facts, values["adverse_events"])

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = rows

    def _held_at(self, typed: datetime) -> datetime:
        """The form has only minutes: the same minute is the same time."""
        saved = self.session.held_at
        return saved if typed == saved.replace(second=0, microsecond=0) else typed

    def _typed_scores(self, values: Mapping[str, Any]) -> dict[str, int]:
        typed = {timing: values.get(f"score_{timing}") for timing in PainScore.Timing.values}
        return {timing: value for timing, value in typed.items() if value is not None}

    def _rises_to_severe(self, values: Mapping[str, Any]) -> bool:
        old = {timing: score.score for timing, score in self.scores.items()}
        return any(
            value >= ASKS_SEVERE_PAIN_FROM > old.get(timing, 0)
            for timing, value in self._typed_scores(values).items()
        )


def initial_values(session: Session) -> dict[str, Any]:
    """The form's initial values from the current session."""
    scores = {f"score_{score.timing}": score.score for score in session.scores.all()}
    return {
        "version": version_of(session),
        "held_at": session.clinic.local(session.held_at).replace(second=0, microsecond=0),
        "is_needled": session.is_needled,
        "adverse_events": [event.item_id for event in session.adverse_events.all()],
        "aftercare": [given.measure_id for given in session.aftercare_given.all()],
        "note": session.note,
        **details_of(session),
        **scores,
    }
