"""Forms of the alert page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.models import TREATING, Clinic, Membership
from clinic.typed.numbers import WholeNumberField
from courses.models import Alert, Course, Level, Silence
from courses.plans.course_search import CourseChoice, open_courses
from courses.rules.facts import Severity
from courses.rules.red_flag import SEVERE_PAIN

OUTCOMES = [(outcome, outcome.label) for outcome in Alert.HUMAN_OUTCOMES]


class SeenForm(forms.Form):
    """Carries the newest report that the person saw, so that nobody answers a newer one unread."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """What was done so far."""

    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class ResolveForm(SeenForm):
    """How the matter ended."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, widget=forms.RadioSelect)
    cause = forms.ChoiceField(
        label=_("Cause, as far as you can tell"),
        choices=[("", _("not judged")), *Alert.Cause.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(
        label=_("What was found and done"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    medical_review = forms.CharField(
        label=_("Medical review: which doctor, when, what was found"),
        help_text=_("Without a medical review the patient cannot be needled again."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = alert.is_red_flag
        if alert.flag_code != SEVERE_PAIN:
            del self.fields["medical_review"]


class SnoozeForm(SeenForm):
    """How long the alert can wait, and why."""

    hours = forms.TypedChoiceField(
        label=_("For"),
        coerce=int,
        choices=[(1, _("1 hour")), (2, _("2 hours")), (4, _("4 hours")), (12, _("12 hours")), (24, _("1 day"))],
    )
    reason = forms.CharField(label=_("Why it can wait"), max_length=200)

    @property
    def wait(self) -> timedelta:
        """The time to wait, for a valid form."""
        return timedelta(hours=self.cleaned_data["hours"])


class LowerLevelForm(SeenForm):
    """A lower level for a red flag, after contact with the patient."""

    to = forms.ChoiceField(label=_("New level"), choices=[("", _("choose")), *Level.choices[1:]])
    reason = forms.CharField(label=_("Why it is lower"), max_length=300)
    findings = forms.CharField(
        label=_("What the patient said or showed"), widget=forms.Textarea(attrs={"rows": 2})
    )
    is_patient_reached = forms.BooleanField(label=_("I spoke to the patient"), required=False)


class SilenceForm(forms.Form):
    """What is muted, how long, and why."""

    rule = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("pain and check-ins")), *((rule.value, rule.label) for rule in Silence.RULES)],
    )
    severity = forms.ChoiceField(
        label=_("Up to"),
        choices=Silence.SEVERITY_CHOICES,
        initial=Severity.AMBER.value,
        help_text=_("More severe alerts are still sent. Red flags are never muted."),
    )
    course = CourseChoice(
        label=_("Only this course"), queryset=Course.objects.none(), required=False, widget=forms.HiddenInput
    )
    practitioner = forms.ModelChoiceField(
        label=_("Only the patients of"),
        queryset=Membership.objects.none(),
        required=False,
        empty_label=_("every practitioner"),
    )
    days = WholeNumberField(label=_("For how many days"), unit="days", min_value=1, max_value=14, initial=1)
    reason = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = open_courses(clinic)
        treaters = Membership.objects.for_clinic(clinic).active().with_role(*TREATING)
        offers = {"course": courses, "practitioner": treaters.select_related("user")}
        for name, rows in offers.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows


class WithdrawForm(forms.Form):
    """Why a red flag was ticked by mistake."""

    reason = forms.CharField(
        label=_("How the mistake happened, and how you know"),
        max_length=300,
        help_text=_(
            "The report stays on file with your name and these words. A person must then resolve its alert."
        ),
    )
