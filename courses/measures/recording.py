"""Saves measures: rows that never change; entering a stage again replaces what is shown."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.models import Membership
from courses.measures.entry import MeasuresEntry
from courses.models import Course, MeasureCode, MeasureScore


@transaction.atomic
def record_measures(course: Course, *, entry: MeasuresEntry, by: Membership, at: datetime) -> list[MeasureScore]:
    """Save the scores of one form; the same form sent twice is saved once. ValidationError for an empty one."""
    course = Course.objects.select_for_update().select_related("clinic").get(pk=course.pk)
    sent_before = list(MeasureScore.every.for_clinic(course.clinic).filter(form_key=entry.form_key))
    if sent_before:
        _refuse_other_content(course, sent_before, entry)
        return sent_before
    if not entry.scores:
        raise ValidationError(_("Nothing was entered. Enter at least one score."))
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


def _refuse_other_content(course: Course, saved: list[MeasureScore], entry: MeasuresEntry) -> None:
    """Refuse the same form with other numbers, so that they are not silently dropped."""
    before = {(one.code, one.item): (one.score, one.label, one.n_answered) for one in saved}
    now = {(one.code, one.item): (Decimal(str(one.score)), one.label, one.n_answered) for one in entry.scores}
    if before == now and {one.stage for one in saved} == {entry.stage}:
        return
    other = {code for code, item in {*before, *now} if before.get((code, item)) != now.get((code, item))}
    names = ", ".join(str(MeasureCode(code).label) for code in sorted(other)) or str(entry.stage.label)
    message = _(
        "This form was saved before, at %(time)s, with other answers: %(names)s. "
        "To replace them, open the form again and enter the right ones."
    )
    at = course.clinic.local(saved[0].measured_at)
    raise ValidationError(message % {"time": shown_clock(at), "names": names})
