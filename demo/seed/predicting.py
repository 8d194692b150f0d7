"""The shipped Prior's predictions of past scores, each from the earlier ones of its course."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from clinic.models import Clinic
from courses import curve
from courses.models import Course, Prediction
from courses.priors.course_records import records_of
from courses.priors.evidence import Evidence
from patients.counting import counted

# The curve's page covers a year; this many courses fill it.
LOOKED_BACK = timedelta(weeks=60)
MOST_COURSES = 150


def predict_history(clinic: Clinic, *, at: datetime) -> None:
    """Store predictions of past scores as for an import: nobody was alerted, so no rule is applied."""
    rows = counted(Course.objects.for_clinic(clinic)).filter(starts_on__gte=(at - LOOKED_BACK).date())
    courses = list(rows.order_by("pk")[:MOST_COURSES])
    records = records_of(courses, clinic=clinic, at=at)
    evidence = Evidence(clinic, tuple(record for record in records.values() if record.rows))
    if not evidence.records:
        return
    found = curve.predicted_by(curve.SHIPPED_PRIOR, evidence.panel)
    ratios, used = found.lr_star(), evidence.panel.step
    kept = []
    for place, source in enumerate(evidence.panel.source):
        record, row = evidence.rows[source]
        is_told = bool(found.can_tell[place])
        kept.append(
            Prediction(
                clinic=clinic,
                course_id=record.course,
                score_id=row.score_id,
                because=Prediction.Because.IMPORTED,
                observed=row.score,
                timing=row.timing,
                session_number=row.session_number,
                group=record.group,
                p=np.asarray(found.p[place]).tolist() if is_told else None,
                n_scores=int(used[place]) if is_told else None,
                lr=float(ratios[place]) if is_told else None,
                prior_version=str(curve.SHIPPED_PRIOR.version) if is_told else "",
                judged_at=row.scored_at,
            )
        )
    Prediction.objects.bulk_create(kept, batch_size=2_000)
