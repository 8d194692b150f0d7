"""Side effects and aftercare as form fields: a checklist each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.typed.numbers import WholeNumberField
from courses.models import AdverseEvent, AdverseEventItem, AftercareMeasure
from courses.sessions.aftercare import Checked, Fault, faults, suggest
from courses.sessions.entry import EventEntry
from courses.sessions.treatment_facts import TreatmentFacts, measure_of

BRUISE = "bruise"
# Details of an event are sent only if filled in; its severity is always sent, with mild as the default.
TOLD = ("event", "causality", "serious", "onset", "went")
WORSE = "pain_worse"
FAULTS = {
    Fault.CONTACT_ONLY: _("A red flag is open: give no aftercare, only the advice to call."),
    Fault.TOO_MANY: _("Two supports at most."),
    Fault.HEAT_OVER_SKIN: _("No heat over gel or plaster: choose one of the two."),
}
BLOCKED = _("Not for this patient: %(why)s.")


@dataclass(frozen=True)
class EventLine:
    """One line of the checklist in its current state."""

    item: AdverseEventItem
    is_ticked: bool = False
    severity: str = AdverseEvent.Severity.MILD
    causality: str = ""
    is_serious: bool = False
    onset_minutes: Any = None
    course_of_it: str = ""

    @property
    def asks_course(self) -> bool:
        """Whether start, peak and duration are asked."""
        return self.item.code == WORSE


@dataclass(frozen=True)
class AftercareLine:
    """One measure in its current state, checked for the patient."""

    measure: AftercareMeasure
    checked: Checked
    is_ticked: bool


class EventFields:
    """Mixed into a form: `events` and `measures` hold the clinic's lists.

    In an empty form nothing is ticked, and the details of a tick have no fields.
    """

    fields: dict[str, forms.Field]
    is_bound: bool
    data: Any
    cleaned_data: dict[str, Any]
    events: list[AdverseEventItem]
    measures: list[AftercareMeasure]
    facts: TreatmentFacts

    def add_event_fields(
        self, events: Iterable[AdverseEventItem], measures: Iterable[AftercareMeasure], facts: TreatmentFacts
    ) -> None:
        """A tick box for each, and for a ticked event its details."""
        self.events, self.measures, self.facts = list(events), list(measures), facts
        for item in self.events:
            self.fields[f"event_{item.code}"] = forms.BooleanField(label=item.wording, required=False)
            if not self._is_reported(item):
                continue
            self.fields[f"severity_{item.code}"] = forms.ChoiceField(
                choices=AdverseEvent.Severity.choices, required=False, initial=AdverseEvent.Severity.MILD
            )
            self.fields[f"causality_{item.code}"] = forms.ChoiceField(
                choices=AdverseEvent.Causality.choices, required=False
            )
            self.fields[f"serious_{item.code}"] = forms.BooleanField(required=False)
            self.fields[f"onset_{item.code}"] = WholeNumberField(
                unit="min", min_value=0, max_value=20_000, required=False
            )
            self.fields[f"went_{item.code}"] = forms.CharField(max_length=200, required=False)
        for measure in self.measures:
            self.fields[f"aftercare_{measure.code}"] = forms.BooleanField(label=measure.name, required=False)

    def _is_reported(self, item: AdverseEventItem) -> bool:
        """Whether something was sent about an event; otherwise nothing else about it needs to be read."""
        if not self.is_bound:
            return False
        severity = self.data.get(f"severity_{item.code}") or AdverseEvent.Severity.MILD
        is_filled = any(self.data.get(f"{part}_{item.code}") for part in TOLD)
        return is_filled or severity != AdverseEvent.Severity.MILD

    @cached_property
    def severities(self) -> list[tuple[str, str]]:
        """The severities of an event."""
        return [(value, str(label)) for value, label in AdverseEvent.Severity.choices]

    @cached_property
    def causalities(self) -> list[tuple[str, str]]:
        """How an event may be related to the treatment."""
        return [(value, str(label)) for value, label in AdverseEvent.Causality.choices]

    def event_lines(self) -> list[EventLine]:
        """The checklist; the flat bruise is beside the swellings."""
        return [self._event_line(item) for item in self.events if item.code != BRUISE]

    def bruise_lines(self) -> list[EventLine]:
        """A flat bruise is no red flag: offered where people might mistake it for one."""
        return [self._event_line(item) for item in self.events if item.code == BRUISE]

    def is_any_event(self) -> bool:
        """Whether something is ticked."""
        return self.is_bound and any(self._value(f"event_{item.code}") for item in self.events)

    def is_any_aftercare(self) -> bool:
        """Whether a measure is ticked."""
        return self.is_bound and any(self._value(f"aftercare_{one.code}") for one in self.measures)

    def aftercare_lines(self) -> list[AftercareLine]:
        """Every measure, checked; none where a red flag is open."""
        found = suggest(
            map(measure_of, self.measures), conditions=self.facts.conditions, is_flag_open=self.facts.is_flag_open
        )
        checked = {one.code: one for one in found.measures}
        return [
            AftercareLine(one, checked[one.code], self.is_bound and bool(self._value(f"aftercare_{one.code}")))
            for one in self.measures
            if one.code in checked
        ]

    def given(self) -> tuple[AftercareMeasure, ...]:
        """The ticked measures."""
        return tuple(one for one in self.measures if self.cleaned_data.get(f"aftercare_{one.code}"))

    def aftercare_errors(self, *, is_flag_reported: bool) -> list[tuple[str, str]]:
        """Reasons against the ticked measures, by field."""
        items = [one.item for one in self.happened()]
        found = reservations(self.given(), self.facts, items, is_flag_reported=is_flag_reported)
        first = next((f"aftercare_{one.code}" for one in self.given()), "")
        return [(first, words) for words in found]

    def happened(self) -> tuple[EventEntry, ...]:
        """The ticked events."""
        values = self.cleaned_data
        return tuple(
            EventEntry(
                item=item,
                severity=values.get(f"severity_{item.code}") or AdverseEvent.Severity.MILD,
                causality=values.get(f"causality_{item.code}") or "",
                is_serious=bool(values.get(f"serious_{item.code}")),
                onset_minutes=values.get(f"onset_{item.code}"),
                course_of_it=values.get(f"went_{item.code}") or "",
            )
            for item in self.events
            if values.get(f"event_{item.code}")
        )

    def _event_line(self, item: AdverseEventItem) -> EventLine:
        if not self._is_reported(item):
            return EventLine(item)
        return EventLine(
            item=item,
            is_ticked=bool(self._value(f"event_{item.code}")),
            severity=self._value(f"severity_{item.code}") or AdverseEvent.Severity.MILD,
            causality=self._value(f"causality_{item.code}") or "",
            is_serious=bool(self._value(f"serious_{item.code}")),
            onset_minutes=self._value(f"onset_{item.code}"),
            course_of_it=self._value(f"went_{item.code}") or "",
        )

    def _value(self, name: str) -> Any:
        return self[name].value()  # type: ignore[index]


def reservations(
    given: Iterable[AftercareMeasure],
    facts: TreatmentFacts,
    events: Iterable[AdverseEventItem],
    *,
    is_flag_reported: bool = False,
) -> list[str]:
    """Reasons against giving these measures to this patient, in words."""
    found = faults(
        map(measure_of, given),
        conditions=facts.with_events({item.code: item.wording for item in events}),
        is_flag_open=facts.is_flag_open or is_flag_reported,
    )
    return [str(FAULTS.get(fault, BLOCKED)) % {"why": ", ".join(why)} for fault, why in found]
