"""The form a visit is logged with."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership, Role
from courses.models import AdverseEventItem, Appointment, Course, Needling, Point, RedFlag
from courses.sessions.entry import NeedlingEntry, SessionEntry
from courses.sessions.flag_fields import RedFlagFields
from courses.sessions.scale import PainField
from patients.models import NeuroCheck

TIME_FORMAT = "%Y-%m-%dT%H:%M"


class SessionForm(RedFlagFields, forms.Form):
    """Pain before and after, red flags, what was done. Only the first two and the flags are compulsory."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    appointment = forms.ModelChoiceField(Appointment.objects.none(), required=False, widget=forms.HiddenInput)
    before = PainField(label=gettext_lazy("Pain before"), required=True)
    after = PainField(label=gettext_lazy("Pain after"), required=False)
    is_needled = forms.BooleanField(label=gettext_lazy("Needles were used"), required=False)
    uncleared_reason = forms.CharField(
        label=gettext_lazy("Needled without clearance because"), max_length=300, required=False
    )
    neuro_check = forms.ChoiceField(
        label=gettext_lazy("Neurological check today"),
        choices=[("", gettext_lazy("not made")), *NeuroCheck.Result.choices],
        required=False,
    )
    adverse_events = forms.ModelMultipleChoiceField(
        AdverseEventItem.objects.none(),
        label=gettext_lazy("Anything unwanted?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    held_at = forms.DateTimeField(
        label=gettext_lazy("Time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=TIME_FORMAT),
    )
    practitioner = forms.ModelChoiceField(Membership.objects.none(), label=gettext_lazy("Practitioner"))
    supervised_by = forms.ModelChoiceField(
        Membership.objects.none(), label=gettext_lazy("Supervised by"), required=False
    )

    def __init__(self, *args: Any, course: Course, by: Membership, at: datetime, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "form_key": uuid.uuid4(),
            "held_at": course.clinic.local(at),
            "practitioner": by if by.is_clinician else course.practitioner,
            "supervised_by": by.supervisor_id,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        clinic = course.clinic
        clinicians = Membership.objects.for_clinic(clinic).active().with_role(Role.PRACTITIONER, Role.LEAD)
        for name in ("practitioner", "supervised_by"):
            self._choices(name, clinicians.select_related("user"))
        self._choices("appointment", Appointment.objects.for_clinic(clinic).filter(course=course))
        self._choices("adverse_events", AdverseEventItem.objects.for_clinic(clinic))
        flags = RedFlag.objects.for_clinic(clinic).current().filter(asked=RedFlag.Asked.ALWAYS)
        self.add_flag_fields(flags)
        self.fields["before"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Red flags were asked, and scores of 8 or more were asked about."""
        values = super().clean() or {}
        for field, message in self.flag_errors(values, [values.get("before"), values.get("after")]).items():
            self.add_error(field, message)
        return values

    def entry(self, needlings: tuple[NeedlingEntry, ...]) -> SessionEntry:
        """What was filled in."""
        values = self.cleaned_data
        return SessionEntry(
            form_key=values["form_key"],
            held_at=values["held_at"],
            practitioner=values["practitioner"],
            supervised_by=values["supervised_by"],
            appointment=values["appointment"],
            before=values["before"],
            after=values["after"],
            flags=self.ticked(values),
            is_needled=values["is_needled"] or bool(needlings),
            uncleared_reason=values["uncleared_reason"],
            neuro_check=values["neuro_check"],
            needlings=needlings,
            adverse_event_ids=tuple(item.pk for item in values["adverse_events"]),
            note=values["note"],
        )

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows


class NeedlingForm(forms.Form):
    """One point or tender spot."""

    where = forms.CharField(
        label=gettext_lazy("Point"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Code or pinyin; anything else is taken as a tender spot."),
    )
    side = forms.ChoiceField(label=gettext_lazy("Side"), choices=Needling.Side.choices, initial=Needling.Side.BOTH)
    depth_mm = forms.IntegerField(label=gettext_lazy("Depth (mm)"), min_value=0, max_value=150, required=False)
    stimulation = forms.ChoiceField(
        label=gettext_lazy("Stimulation"),
        choices=Needling.Stimulation.choices,
        initial=Needling.Stimulation.NONE,
    )
    retention_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=0, max_value=120, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)


class BaseNeedlings(forms.BaseFormSet[NeedlingForm]):
    """All points of a visit; rows without a point are left out."""

    def entries(self, points: dict[str, Point]) -> tuple[NeedlingEntry, ...]:
        """The rows filled in; `points` is the catalogue by code and by pinyin, in lower case."""
        return tuple(self._entry(form.cleaned_data, points) for form in self if form.cleaned_data.get("where"))

    def _entry(self, values: dict[str, Any], points: dict[str, Point]) -> NeedlingEntry:
        where = values["where"].strip()
        point = points.get(where.lower())
        return NeedlingEntry(
            point=point,
            ashi_site="" if point else where,
            side=Needling.Side(values["side"]),
            depth_mm=values["depth_mm"],
            stimulation=Needling.Stimulation(values["stimulation"]),
            retention_minutes=values["retention_minutes"],
        )


NeedlingFormSet = cast(
    type[BaseNeedlings], forms.formset_factory(NeedlingForm, formset=BaseNeedlings, extra=0, max_num=40)
)


def catalogue_of(points: Iterable[Point]) -> dict[str, Point]:
    """Points by code, and by pinyin where that names one point only, in lower case."""
    rows = list(points)
    n_named = Counter(point.pinyin.lower() for point in rows)
    by_pinyin = {point.pinyin.lower(): point for point in rows if n_named[point.pinyin.lower()] == 1}
    return by_pinyin | {point.code.lower(): point for point in rows}


class RedFlagReportForm(RedFlagFields, forms.Form):
    """A red flag told by phone or in person: what, who called, since when."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    caller = forms.CharField(label=gettext_lazy("Who told you"), max_length=120)
    onset_at = forms.DateTimeField(
        label=gettext_lazy("When it began"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=TIME_FORMAT),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, flags: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"form_key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.add_flag_fields(flags)
        del self.fields["no_red_flag"]

    def clean(self) -> dict[str, Any]:
        """At least one flag."""
        values = super().clean() or {}
        if not self.ticked(values):
            self.add_error(None, _("Tick what was reported."))
        return values
