"""The setup list of a clinic: each step done, set aside, or still to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clinic.models import Clinic, SetupEvent
from courses.day_one.setup_facts import setup_facts
from courses.day_one.setup_steps import STEPS, Step


class StepState(StrEnum):
    """Where a step is."""

    DONE = "done"
    OPEN = "open"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Line:
    """One step as the list shows it; `event` is the last decision about it."""

    step: Step
    state: StepState
    detail: str
    # The page where it is done; empty where the list itself has the button.
    url: str
    event: SetupEvent | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to do."""
        return self.state == StepState.OPEN


@dataclass(frozen=True)
class Checklist:
    """Every step of a clinic."""

    lines: tuple[Line, ...]

    @property
    def open_lines(self) -> list[Line]:
        """What is still to do, in order."""
        return [line for line in self.lines if line.is_open]

    @property
    def not_done(self) -> list[Line]:
        """What is still to do, then what was set aside."""
        aside = [line for line in self.lines if line.state == StepState.SET_ASIDE]
        return [*self.open_lines, *aside]

    @property
    def done(self) -> list[Line]:
        """What is done."""
        return [line for line in self.lines if line.state == StepState.DONE]

    @property
    def n_open(self) -> int:
        """How many steps are still to do."""
        return len(self.open_lines)


def checklist(clinic: Clinic, *, at: datetime) -> Checklist:
    """The list as it is now, in a fixed number of queries."""
    facts = setup_facts(clinic, at=at)
    lines = []
    for step in STEPS:
        event = facts.newest.get(step.code)
        is_aside = step.may_set_aside and event is not None and event.kind == SetupEvent.Kind.SET_ASIDE
        is_done = step.is_done(facts)
        state = StepState.DONE if is_done else StepState.SET_ASIDE if is_aside else StepState.OPEN
        lines.append(Line(step, state, step.detail(facts), step.page(clinic), event))
    return Checklist(tuple(lines))


def is_needed(clinic: Clinic) -> bool:
    """Whether the list is still shown: until somebody closed it, and again while patients' mail waits."""
    return clinic.set_up_at is None or not clinic.is_number_confirmed
