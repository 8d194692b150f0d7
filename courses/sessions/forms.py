"""The form to log a visit, and the one for a red flag reported in another way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import TREATING, Membership
from clinic.typed.dates import VISIT, MomentField
from clinic.typed.wall_clock import is_by_other_clock
from courses.models import Course, RedFlagReport
from courses.sessions.detail_fields import DetailFields, QuickScale
from courses.sessions.entry import FlagEntry, NeedlingEntry, SessionEntry
from courses.sessions.event_fields import EventFields
from courses.sessions.lists import session_lists
from courses.sessions.red_flags.fields import RedFlagFields
from courses.sessions.red_flags.recording import Origin
from courses.sessions.scale import CHOICES as PAIN
from courses.sessions.scale import PainField
from courses.sessions.treatment_facts import TreatmentFacts
from courses.sessions.visit_field import VisitFields
from patients.identity.before_birth import refuse_before_birth
from patients.models import NeuroCheck

NOTE_LENGTH = 300
YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


class SessionForm(RedFlagFields, EventFields, DetailFields, VisitFields):
    """Pain before and after, red flags, what was done. Pain before, the flags and the needles are required."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    seen_number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    before = PainField(label=gettext_lazy("Pain before"), required=True)
    after = PainField(label=gettext_lazy("Pain after"), required=False)
    is_needled = forms.TypedChoiceField(
        label=gettext_lazy("Were needles used?"),
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        error_messages={"required": gettext_lazy("Choose Yes or No.")},
    )
    uncleared_reason = forms.CharField(
        label=gettext_lazy("Needled without clearance because"), max_length=300, required=False
    )
    neuro_check = forms.ChoiceField(
        label=gettext_lazy("Neurological check today"),
        choices=[("", gettext_lazy("not made")), *NeuroCheck.Result.choices],
        required=False,
    )
    held_at = MomentField(label=gettext_lazy("Time"), span=VISIT)
    practitioner = forms.ModelChoiceField(Membership.objects.none(), label=gettext_lazy("Practitioner"))
    supervised_by = forms.ModelChoiceField(
        Membership.objects.none(), label=gettext_lazy("Supervised by"), required=False
    )

    def __init__(
        self,
        *args: Any,
        course: Course,
        by: Membership,
        at: Any,
        facts: TreatmentFacts,
        is_at_ceiling: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "form_key": uuid.uuid4(),
            "held_at": course.clinic.local(at),
            "practitioner": by if by.is_clinician else course.practitioner,
            "supervised_by": by.supervisor_id,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.asks_always = is_at_ceiling
        self.birth = course.patient.birth
        clinic = course.clinic
        clinicians = Membership.objects.for_clinic(clinic).active().with_role(*TREATING).select_related("user")
        for name in ("practitioner", "supervised_by"):
            self._choices(name, clinicians)
        self.clinicians = clinicians
        self.add_visits(course, at=at)
        lists = session_lists(clinic)
        self.add_flag_fields(lists.flags)
        self.add_event_fields(lists.events, lists.aftercare, facts)
        self._reported: tuple[FlagEntry, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Require the red flags, the question about scores of 8 or more, and suitable aftercare."""
        values = super().clean() or {}
        refuse_before_birth(self, self.birth)
        values["appointment"] = self.find_visit(values)
        scores = self._scores(values)
        # An error removes its field from the values, so read the red flags first.
        self._reported = self.reported(values, scores)
        for field, message in self.flag_errors(values, scores).items():
            self.add_error(field, message)
        for field, message in self.aftercare_errors(is_flag_reported=bool(self._reported)):
            self.add_error(field, message)
        return values

    def reported_flags(self) -> tuple[FlagEntry, ...]:
        """Every yes, even if the form has errors, and even beside “none of these”."""
        return self._reported

    def origin(self, course: Course, *, at: datetime) -> Origin:
        """The origin of the flags of a form that was returned: this form, whose session may follow."""
        values = self.cleaned_data
        return Origin(
            course.patient,
            course,
            RedFlagReport.Source.SESSION,
            values.get("form_key") or uuid.uuid4(),
            at,
            is_needled=bool(values.get("is_needled")),
            before=values.get("before"),
            later=values.get("after"),
        )

    def people(self) -> list[QuickScale]:
        """Who treated and who supervised, as two choices, read once."""
        staff: list[tuple[Any, str]] = [(member.pk, str(member)) for member in self.clinicians]
        return [
            self.quick_scale("practitioner", staff),
            self.quick_scale("supervised_by", [("", "-"), *staff]),
        ]

    def pain_scales(self) -> list[QuickScale]:
        """Pain before and after, eleven buttons each."""
        return [self.quick_scale(name, PAIN) for name in ("before", "after")]

    def needling_errors(self, needlings: Sequence[NeedlingEntry]) -> dict[str, str]:
        """Ask about “No” beside needles; inserted needles must be counted out."""
        if self.cleaned_data.get("is_needled") is not False:
            return self.count_errors(needlings)
        n_in = self.cleaned_data.get("needles_in")
        if needlings:
            words = _("“No” is chosen and points are listed. Choose Yes, or clear the points.")
        elif n_in:
            words = _("“No” is chosen and %(n)d needles are counted in. Choose Yes, or clear the count.")
        else:
            return {}
        return {"is_needled": words % {"n": n_in or 0}}

    def needled_scale(self) -> QuickScale:
        """Were needles used: two buttons, with none preselected."""
        return self.quick_scale("is_needled", YES_NO)

    def check_scale(self) -> QuickScale:
        """The neurological check, a button for each result."""
        return self.quick_scale("neuro_check", NeuroCheck.Result.choices)

    def entry(self, needlings: Sequence[NeedlingEntry]) -> SessionEntry:
        """The filled-in session."""
        values = self.cleaned_data
        return SessionEntry(
            form_key=values["form_key"],
            held_at=values["held_at"],
            practitioner=values["practitioner"],
            supervised_by=values["supervised_by"],
            appointment=values["appointment"],
            before=values["before"],
            after=values["after"],
            flags=self._reported,
            is_needled=values["is_needled"],
            uncleared_reason=values["uncleared_reason"],
            neuro_check=values["neuro_check"],
            needlings=tuple(needlings),
            events=self.happened(),
            particulars=self.particulars(needlings),
            motion=self.findings("motion_"),
            symptoms=self.findings("symptom_"),
            aftercare=self.given(),
            seen_number=values["seen_number"],
        )

    def _scores(self, values: dict[str, Any]) -> list[int | None]:
        return [values.get("before"), values.get("after")]

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows


class RedFlagReportForm(RedFlagFields, forms.Form):
    """A red flag reported by phone or in person: what, who called, since when."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    caller = forms.CharField(label=gettext_lazy("Reported by"), max_length=120, required=False)
    onset_at = MomentField(label=gettext_lazy("When it began"), required=False, span=VISIT)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, flags: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"form_key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.add_flag_fields(flags)
        del self.fields["no_red_flag"]

    def clean(self) -> dict[str, Any]:
        """Require at least one flag. Nothing else blocks a report: invalid values go into the note as typed."""
        values = super().clean() or {}
        unread = [name for name in self.errors if name in self.fields]
        for name in unread:
            del self.errors[name]
        typed = [_as_typed(self[name].data) for name in unread if name in {"caller", "onset_at", "note"}]
        note = "; ".join(text for text in (values.get("note"), *typed) if text)[:NOTE_LENGTH]
        values |= {"form_key": values.get("form_key") or uuid.uuid4(), "note": note}
        values.setdefault("caller", "")
        if not self.ticked(values):
            self.add_error(None, _("Tick what was reported."))
        return values


def _as_typed(text: Any) -> str:
    """A field's text, with the clock by which it was read if that is no longer the clinic's."""
    return f"{text} ({text.clock})" if is_by_other_clock(text) else str(text or "")
