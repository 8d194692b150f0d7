"""The patient's form: one score, the warning signs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import RedFlag
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, SEVERE_PAIN
from courses.sessions.entry import CheckInEntry, FlagEntry
from courses.sessions.flag_fields import NONE_FIELD, RedFlagFields
from courses.sessions.scale import PainField


class CheckInForm(RedFlagFields, forms.Form):
    """Ten seconds on a phone. A sign ticked is never lost, whatever else is missing."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    score = PainField(label=_("How strong is your pain now?"), required=True)

    def __init__(self, *args: Any, flags: Iterable[RedFlag], **kwargs: Any) -> None:
        kwargs["initial"] = {"form_key": uuid.uuid4()}
        super().__init__(*args, **kwargs)
        self.add_flag_fields(flags)
        self.fields[NONE_FIELD].label = _("None of these")
        self.helper = FormHelper()
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "form_key",
            Fieldset(
                str(self.fields["score"].label), Field("score", template="courses/checkins/scale_field.html")
            ),
            Fieldset(
                str(_("Did you notice any of these since your session?")),
                Div(NONE_FIELD, css_class="flag-none"),
                *[self._flag_block(flag) for flag in self.flags],
            ),
            Submit("send", str(_("Send")), css_class="btn-lg w-100"),
        )

    def entry(self) -> CheckInEntry:
        """What was filled in; severe pain without an answer to its question counts as reported."""
        values = self.cleaned_data
        flags, score = self.ticked(values), values.get("score")
        is_asked = score is not None and score >= ASKS_SEVERE_PAIN_FROM
        if is_asked and SEVERE_PAIN not in {entry.flag.code for entry in flags}:
            flags += tuple(
                FlagEntry(flag, values.get(f"answer_{flag.code}") or "")
                for flag in self.flags
                if flag.code == SEVERE_PAIN
            )
        # A page opened anew is a new form: a changed answer is a new report.
        return CheckInEntry(form_key=values.get("form_key") or uuid.uuid4(), score=score, flags=flags)

    def _flag_block(self, flag: RedFlag) -> Div:
        names = [f"flag_{flag.code}", *([f"answer_{flag.code}"] if flag.follow_up else [])]
        return Div(*names, css_class="flag-block")
