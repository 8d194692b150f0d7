"""Forms for reviews and for the end of a course."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.measures.entry import ItemScore, MeasuresEntry
from courses.measures.wording import GRADES
from courses.models import Course, MeasureCode, MeasureScore, Review
from courses.reviews.discharging import DECISIONS, Discharge
from courses.reviews.reviewing import ReviewEntry

# A course is completed on its own page, with everything that follows from it.
OFFERED = [choice for choice in Review.Decision.choices if choice[0] != Review.Decision.COMPLETE]


class ReviewForm(forms.Form):
    """A decision and why."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    decision = forms.ChoiceField(label=_("Decision"), choices=OFFERED, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for everything but “continue”."),
    )

    def clean(self) -> dict[str, Any]:
        """A change of the plan needs a reason."""
        values = super().clean() or {}
        if values.get("decision") not in {None, Review.Decision.CONTINUE} and not values.get("reason"):
            self.add_error("reason", _("Say why, in a few words."))
        return values

    def entry(self) -> ReviewEntry:
        """The review of a valid form."""
        values = self.cleaned_data
        return ReviewEntry(values["form_key"], Review.Decision(values["decision"]), values["reason"])


class DischargeForm(forms.Form):
    """How a course ended, and the advice for home."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    status = forms.ChoiceField(
        label=_("How the course ended"),
        choices=[
            (Course.Status.COMPLETED, _("completed as planned")),
            (Course.Status.STOPPED, _("stopped early")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Why"), max_length=200)
    pgic = forms.TypedChoiceField(
        label=_("The patient's impression, since the start of treatment"),
        choices=[("", _("not asked")), *GRADES],
        coerce=int,
        empty_value=None,
        required=False,
    )
    advice = forms.CharField(
        label=_("Advice to the patient"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Printed in the summary letter. Make no promises. Say when to see a doctor."),
    )

    def discharge(self) -> Discharge:
        """The discharge of a valid form."""
        values = self.cleaned_data
        status, key, grade = Course.Status(values["status"]), values["form_key"], values["pgic"]
        scores = () if grade is None else (ItemScore(MeasureCode.PGIC, "", grade),)
        return Discharge(
            review=ReviewEntry(key, DECISIONS[status], values["reason"], is_final=True),
            status=status,
            reason=values["reason"],
            advice=values["advice"],
            measures=MeasuresEntry(key, MeasureScore.Stage.END, scores),
        )
