"""Saving measures: rows that are never changed; entering a stage anew replaces what it showed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.measures.entry import MeasuresEntry
from courses.models import Course, MeasureScore


@transaction.atomic
def record_measures(course: Course, *, entry: MeasuresEntry, by: Membership, at: datetime) -> list[MeasureScore]:
    """The scores of one form; the same form sent twice saves once. ValidationError for an empty one."""
    course = Course.objects.select_for_update().select_related("clinic").get(pk=course.pk)
    sent_before = list(MeasureScore.every.for_clinic(course.clinic).filter(form_key=entry.form_key))
    if sent_before:
        return sent_before
    if not entry.scores:
        raise ValidationError(_("Nothing was entered."))
    n_held = course.sessions.count()
    rows = [
        MeasureScore(
            clinic=course.clinic,
            course=course,
            code=one.code,
            item=one.item,
            label=one.label,
            score=Decimal(str(one.score)),
            n_answered=one.n_answered,
            stage=entry.stage,
            session_number=n_held,
            measured_at=at,
            recorded_by=by,
            form_key=entry.form_key,
        )
        for one in entry.scores
    ]
    return MeasureScore.objects.bulk_create(rows)
