"""Which aftercare may be suggested. Pure.

Source: clinical facts section 5: each measure with what blocks it and what needs care; only contact
advice while a red flag or a swelling is open; two supports at most; no heat over gel or plaster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_SUPPORTS = 2
HEAT, SKIN, ADVICE = "heat", "skin", "advice"


@dataclass(frozen=True)
class Measure:
    """One measure of the clinic's list."""

    code: str
    way: str
    blocked_by: tuple[str, ...] = ()
    cautioned_by: tuple[str, ...] = ()
    # Only after the patient's doctor or midwife agreed.
    doctor_first_if: tuple[str, ...] = ()

    @property
    def is_support(self) -> bool:
        """Whether it counts towards the two supports."""
        return self.way != ADVICE


@dataclass(frozen=True)
class Checked:
    """A measure for one patient: what rules it out, what needs care or a doctor, and whether it is suggested."""

    code: str
    blocked_by: tuple[str, ...] = ()
    cautioned_by: tuple[str, ...] = ()
    doctor_first: tuple[str, ...] = ()
    is_suggested: bool = False

    @property
    def is_allowed(self) -> bool:
        """Whether it may be given."""
        return not self.blocked_by

    @property
    def may_be_suggested(self) -> bool:
        """Whether it may be suggested without asking anybody first."""
        return self.is_allowed and not self.doctor_first


@dataclass(frozen=True)
class Suggestions:
    """Every measure checked; none, and so only contact advice, while a red flag is open."""

    measures: tuple[Checked, ...] = ()

    def suggested(self) -> tuple[str, ...]:
        """The codes to suggest."""
        return tuple(one.code for one in self.measures if one.is_suggested)


class Fault(StrEnum):
    """A problem with a choice."""

    CONTACT_ONLY = "contact_only"
    BLOCKED = "blocked"
    TOO_MANY = "too_many"
    HEAT_OVER_SKIN = "heat_over_skin"


def suggest(measures: Iterable[Measure], *, conditions: Mapping[str, str], is_flag_open: bool) -> Suggestions:
    """Each measure checked for a patient's conditions (code to words); the first that fit together are suggested.

    A measure that needs care is offered, but suggested only after those that do not. A measure that a doctor or
    midwife must agree to is offered and never suggested.
    """
    if is_flag_open:
        return Suggestions()
    every = list(measures)
    checked = {one.code: _check(one, conditions) for one in every}
    careless_first = sorted(every, key=lambda one: bool(checked[one.code].cautioned_by))
    chosen: list[Measure] = []
    for one in careless_first:
        if checked[one.code].may_be_suggested and not _clash([*chosen, one]):
            chosen.append(one)
    codes = {one.code for one in chosen}
    return Suggestions(
        measures=tuple(replace(checked[one.code], is_suggested=one.code in codes) for one in every),
    )


def faults(
    chosen: Iterable[Measure], *, conditions: Mapping[str, str], is_flag_open: bool
) -> list[tuple[Fault, tuple[str, ...]]]:
    """Reasons against giving these measures, in words; empty if there are none."""
    given = list(chosen)
    if is_flag_open:
        return [(Fault.CONTACT_ONLY, ())] if any(one.is_support for one in given) else []
    found = [(Fault.BLOCKED, why) for one in given if (why := _check(one, conditions).blocked_by)]
    clash = _clash(given)
    return [*found, (clash, ())] if clash else found


def _check(measure: Measure, conditions: Mapping[str, str]) -> Checked:
    return Checked(
        measure.code,
        tuple(conditions[code] for code in measure.blocked_by if code in conditions),
        tuple(conditions[code] for code in measure.cautioned_by if code in conditions),
        tuple(conditions[code] for code in measure.doctor_first_if if code in conditions),
    )


def _clash(measures: list[Measure]) -> Fault | None:
    supports = [one for one in measures if one.is_support]
    if len(supports) > MOST_SUPPORTS:
        return Fault.TOO_MANY
    return Fault.HEAT_OVER_SKIN if {HEAT, SKIN} <= {one.way for one in supports} else None
