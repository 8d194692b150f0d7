"""Forms of the alert page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Alert

OUTCOMES = [(outcome, outcome.label) for outcome in Alert.HUMAN_OUTCOMES]


class SeenForm(forms.Form):
    """Carries what the person was shown, so that nothing newer is answered unread."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """What was done so far."""

    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class ResolveForm(SeenForm):
    """How the matter ended."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("choose")), *OUTCOMES])
    cause = forms.ChoiceField(
        label=_("Cause, as far as you can tell"),
        choices=[("", _("not judged")), *Alert.Cause.choices],
        required=False,
    )
    note = forms.CharField(
        label=_("What was found and done"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, *args: Any, is_red_flag: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = is_red_flag


class WithdrawForm(forms.Form):
    """How a red flag came to be ticked by mistake."""

    reason = forms.CharField(
        label=_("How the mistake came about, and how you know"),
        max_length=300,
        help_text=_(
            "The report stays on file with your name and these words; its alert is then resolved by a person."
        ),
    )
