"""The red-flag checklist as form fields: a tick for each flag, its follow-up question beneath."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import RedFlag
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, SEVERE_PAIN
from courses.sessions.entry import FlagEntry

NONE_FIELD = "no_red_flag"
UNANSWERED = ("", _("not asked or not sure"))


@dataclass(frozen=True)
class FlagRow:
    """One flag of the checklist with its bound fields."""

    flag: RedFlag
    tick: forms.BoundField
    answer: forms.BoundField | None


class RedFlagFields:
    """Mixed into a form: `flags` holds the clinic's list in force.

    Nothing is preselected: either a flag is ticked, or "none of these" is.
    """

    fields: dict[str, forms.Field]
    flags: list[RedFlag]

    def add_flag_fields(self, flags: Iterable[RedFlag]) -> None:
        """Two fields a flag, and one for none."""
        self.flags = list(flags)
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

    def ticked(self, values: dict[str, Any]) -> tuple[FlagEntry, ...]:
        """Every yes."""
        return tuple(
            FlagEntry(flag, values.get(f"answer_{flag.code}") or "", values.get("onset_at"))
            for flag in self.flags
            if values.get(f"flag_{flag.code}")
        )

    def flag_errors(self, values: dict[str, Any], scores: Iterable[int | None]) -> dict[str, str]:
        """What is missing or contradicts itself, by field."""
        any_ticked = bool(self.ticked(values))
        is_none = bool(values.get(NONE_FIELD))
        severe = [score for score in scores if score is not None and score >= ASKS_SEVERE_PAIN_FROM]
        if not any_ticked and not is_none:
            return {NONE_FIELD: str(_("Ask about red flags: tick what applies, or “None of these”."))}
        if any_ticked and is_none:
            return {NONE_FIELD: str(_("A red flag is ticked as well: untick one of the two."))}
        if severe and SEVERE_PAIN in {flag.code for flag in self.flags} and not values.get(f"flag_{SEVERE_PAIN}"):
            return {f"flag_{SEVERE_PAIN}": str(_("Pain of 8 or more: tick this and answer its question."))}
        return {}

    def _bound(self, name: str) -> Any:
        return self[name] if name in self.fields else None  # type: ignore[index]
