"""The patient's form: one score, the warning signs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.checkins import questions
from courses.models import CheckInAnswer, RedFlag
from courses.rules.red_flag import SEVERE_PAIN
from courses.sessions.entry import CheckInEntry
from courses.sessions.red_flags.fields import NONE_FIELD, FlagLine, RedFlagFields, is_severe
from courses.sessions.red_flags.shown import ASKED, asked_versions, asked_words
from courses.sessions.scale import PainField

Signs = CheckInAnswer.Signs


class CheckInForm(RedFlagFields, forms.Form):
    """Takes ten seconds on a phone. A ticked sign is never lost, even if other answers are missing."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # What was open has already been asked a second time.
    is_second_look = forms.BooleanField(widget=forms.HiddenInput, required=False)
    score = PainField(label=_("How strong is your pain now?"), required=True)

    def __init__(self, *args: Any, flags: Iterable[RedFlag], **kwargs: Any) -> None:
        kwargs["initial"] = {"form_key": uuid.uuid4()}
        super().__init__(*args, **kwargs)
        self.add_flag_fields(flags)
        # What was typed stays; a missing key is made once.
        self.key = self._key()

    @property
    def is_none_ticked(self) -> bool:
        """Whether "none of these" was sent."""
        return bool(self[NONE_FIELD].value())

    def questions(self) -> list[questions.Question]:
        """The signs grouped by question."""
        return questions.questions([self.flag_line(flag) for flag in self.flags])

    def severe(self) -> FlagLine | None:
        """The question after a high score."""
        return self.severe_question()

    def entry(self) -> CheckInEntry:
        """The answers.

        A high score without an answer to its question is asked once more; no answer then, or another sign with it,
        counts as reported.
        """
        values = self.cleaned_data
        ticked, score = self.ticked(values), values.get("score")
        flags, awaits = ticked, False
        severe = self._severe_flag()
        if severe is not None and is_severe([score]) and SEVERE_PAIN not in {one.flag.code for one in ticked}:
            answer = values.get(f"answer_{SEVERE_PAIN}") or ""
            awaits = not (answer or ticked or values.get("is_second_look"))
            flags = ticked if awaits else (*ticked, self._entry(severe, answer))
        return CheckInEntry(
            form_key=self.key,
            score=score,
            flags=flags,
            signs=str(self._signs(values, is_any=bool(ticked))),
            asked={questions.KEY: questions.version(), **self._versions()},
            awaits_severe=awaits,
        )

    def asks_again(self, entry: CheckInEntry) -> bool:
        """Whether something is open that was asked only once."""
        is_open = entry.awaits_severe or entry.signs_said == Signs.NOT_ANSWERED
        return entry.score is not None and is_open and not self.cleaned_data.get("is_second_look")

    def kept_values(self, entry: CheckInEntry) -> list[tuple[str, str]]:
        """The answers that the second page carries from the first, as hidden fields."""
        kept = [("form_key", str(self.key)), ("is_second_look", "on"), ("score", str(entry.score))]
        kept.append((ASKED, asked_words(self.flags)))
        if not entry.awaits_severe:
            kept += [(f"answer_{code}", answer) for code, answer in entry.said.items() if answer]
        if entry.signs_said == Signs.NONE:
            kept.append((NONE_FIELD, "on"))
        return kept

    def _signs(self, values: dict[str, Any], *, is_any: bool) -> CheckInAnswer.Signs:
        if is_any:
            return Signs.SOME
        return Signs.NONE if values.get(NONE_FIELD) else Signs.NOT_ANSWERED

    def _versions(self) -> dict[str, int]:
        """Which version of each question was shown, as the page says, whether or not it can be read now."""
        asked = asked_versions(self._asked())
        return {flag.code: asked.get(flag.code, flag.version) for flag in self.flags}

    def _severe_flag(self) -> RedFlag | None:
        return next((flag for flag in self.flags if flag.code == SEVERE_PAIN), None)

    def _key(self) -> uuid.UUID:
        try:
            return uuid.UUID(str(self["form_key"].value()))
        except ValueError:
            return uuid.uuid4()
