"""The red-flag checklist as form fields: a tick box for each flag, with its follow-up question below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import RedFlag
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, SEVERE_PAIN, USUAL
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.shown import ASKED, as_shown, asked_words

WHY_SEVERE = {
    True: _("Pain of 8 or more: ask this question and answer it."),
    False: _("Scores cannot show worsening for this patient: ask this question and answer it."),
}
BOTH = _(
    "A red flag is ticked as well, and a red flag that is sent is reported at once. "
    "Untick “None of these”. If the flag was a mistake, untick it and withdraw its report."
)
NONE_FIELD = "no_red_flag"
UNANSWERED = ("", _("not asked or not sure"))


@dataclass(frozen=True)
class FlagRow:
    """One flag of the checklist with its bound fields."""

    flag: RedFlag
    tick: forms.BoundField
    answer: forms.BoundField | None


@dataclass(frozen=True)
class FlagLine:
    """One flag in its current state: ticked or not, with the answer to its question."""

    flag: RedFlag
    is_ticked: bool
    answer: str

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The possible answers: value and words."""
        return [(row["answer"], row["wording"]) for row in self.flag.follow_up_levels]

    @property
    def answer_name(self) -> str:
        """The field for the answer."""
        return f"answer_{self.flag.code}"


@dataclass(frozen=True)
class FlagGroup:
    """The flags under one heading."""

    topic: str
    lines: list[FlagLine]


class RedFlagFields:
    """Mixed into a form: `flags` holds the clinic's current list.

    Nothing is preselected: either a flag is ticked, or "none of these" is.
    """

    fields: dict[str, forms.Field]
    # As shown: of a form that was opened before a new version was made, the version it was opened with.
    flags: list[RedFlag]
    in_force: Mapping[str, RedFlag]
    # If scores cannot show worsening, the severe-pain question is asked at any score.
    asks_always = False

    def add_flag_fields(self, flags: Iterable[RedFlag]) -> None:
        """Two fields for each flag, one for none, and one that says which versions are shown."""
        self.flags, self.in_force = as_shown(flags, self._asked())
        self.fields[ASKED] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=asked_words(self.flags)
        )
        self.fields[NONE_FIELD] = forms.BooleanField(label=_("None of these"), required=False)
        for flag in self.flags:
            self.fields[f"flag_{flag.code}"] = forms.BooleanField(label=flag.wording, required=False)
            if flag.follow_up:
                answers = [UNANSWERED, *((row["answer"], row["wording"]) for row in flag.follow_up_levels)]
                self.fields[f"answer_{flag.code}"] = forms.ChoiceField(
                    label=flag.follow_up, choices=answers, required=False
                )

    def flag_rows(self) -> list[FlagRow]:
        """The checklist for the template."""
        return [
            FlagRow(flag, self._bound(f"flag_{flag.code}"), self._bound(f"answer_{flag.code}"))
            for flag in self.flags
        ]

    def flag_groups(self) -> list[FlagGroup]:
        """The checklist under its headings."""
        lines = [self.flag_line(flag) for flag in self.flags]
        return [
            FlagGroup(str(topic.label), mine)
            for topic in RedFlag.Topic
            if (mine := [line for line in lines if line.flag.topic == topic])
        ]

    def flag_line(self, flag: RedFlag) -> FlagLine:
        """One flag in its current state."""
        answer = self._bound(f"answer_{flag.code}")
        return FlagLine(
            flag, bool(self._bound(f"flag_{flag.code}").value()), str((answer and answer.value()) or "")
        )

    def severe_question(self) -> FlagLine | None:
        """The question for pain of 8 or more; None if the clinic's list has none."""
        return next((self.flag_line(flag) for flag in self.flags if flag.code == SEVERE_PAIN), None)

    def reported(self, values: dict[str, Any], scores: Iterable[int | None]) -> tuple[FlagEntry, ...]:
        """Every yes, with severe pain if its question was answered; usual pain only if the score is high."""
        reported = self.ticked(values)
        answer = values.get(f"answer_{SEVERE_PAIN}") or ""
        is_report = (self.asks_always and answer != USUAL) or is_severe(scores)
        if not answer or not is_report or SEVERE_PAIN in {entry.flag.code for entry in reported}:
            return reported
        return (*reported, *(self._entry(flag, answer) for flag in self.flags if flag.code == SEVERE_PAIN))

    def ticked(self, values: dict[str, Any]) -> tuple[FlagEntry, ...]:
        """Every ticked flag."""
        return tuple(
            self._entry(flag, values.get(f"answer_{flag.code}") or "", values.get("onset_at"))
            for flag in self.flags
            if values.get(f"flag_{flag.code}")
        )

    def flag_errors(self, values: dict[str, Any], scores: list[int | None]) -> dict[str, str]:
        """What is missing or contradictory, by field."""
        if not self.ticked(values) and not values.get(NONE_FIELD):
            return {NONE_FIELD: str(_("Ask about red flags: tick what applies, or “None of these”."))}
        if self.contradicts(values, scores):
            return {NONE_FIELD: str(BOTH)}
        is_asked = self.asks_severe_pain(scores) and self.severe_question() is not None
        is_ticked = SEVERE_PAIN in {entry.flag.code for entry in self.ticked(values)}
        if is_asked and not is_ticked and not values.get(f"answer_{SEVERE_PAIN}"):
            return {f"answer_{SEVERE_PAIN}": str(WHY_SEVERE[is_severe(scores)])}
        return {}

    def asks_severe_pain(self, scores: Iterable[int | None]) -> bool:
        """Whether the severe-pain question must be answered."""
        return self.asks_always or is_severe(scores)

    def contradicts(self, values: dict[str, Any], scores: list[int | None]) -> bool:
        """Whether “none of these” is ticked beside a flag; severe pain that the form asks about does not count."""
        ticked = self.ticked(values)
        others = [entry for entry in ticked if entry.flag.code != SEVERE_PAIN]
        return bool(values.get(NONE_FIELD)) and bool(others or (ticked and not self.asks_severe_pain(scores)))

    def _entry(self, flag: RedFlag, answer: str, onset_at: datetime | None = None) -> FlagEntry:
        return FlagEntry(flag, answer, onset_at, in_force=self.in_force.get(flag.code))

    def _asked(self) -> str:
        data: Any = getattr(self, "data", None)
        return str(data.get(self.add_prefix(ASKED), "")) if data else ""  # type: ignore[attr-defined]

    def _bound(self, name: str) -> Any:
        return self[name] if name in self.fields else None  # type: ignore[index]


def is_severe(scores: Iterable[int | None]) -> bool:
    """Whether a score asks the severe-pain question."""
    return any(score is not None and score >= ASKS_SEVERE_PAIN_FROM for score in scores)
