"""Holds a review: stores the numbers as they are, the decision and its reason, and changes the plan."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.models import Membership
from courses.models import Alert, Course, Review
from courses.models.alerting.alert import AlertQuerySet
from courses.outlook.posteriors import posterior_of
from courses.outlook.summary import CurveSays, curve_says
from courses.outlook.time_limit import KEPT_SECONDS
from courses.plans.lifecycle import extend_course
from courses.plans.visits import next_visit_at
from courses.priors.adopted import in_force
from courses.priors.course_records import record_of
from courses.rules.review_advice import EXTENSION, VERSION, CourseAtReview, review_questions


@dataclass(frozen=True)
class ReviewEntry:
    """The clinician's part of a review."""

    form_key: uuid.UUID
    decision: Review.Decision
    reason: str = ""
    is_final: bool = False


def open_matters(course: Course) -> AlertQuerySet:
    """What a review looks at first: the patient's open red flags, this course's open pain alert."""
    is_one = Q(rule=Alert.Rule.RED_FLAG) | Q(rule=Alert.Rule.PAIN, course=course)
    return Alert.objects.for_clinic(course.clinic).unresolved().filter(is_one, patient=course.patient_id)


def course_at_review(
    course: Course, says: CurveSays | None, *, n_held: int, is_extended: bool, open_rules: Collection[str]
) -> CourseAtReview:
    """The course as input for the advice; `open_rules` are those of `open_matters`."""
    return CourseAtReview(
        session_number=n_held,
        n_planned=course.n_planned,
        gain=says.gain if says else None,
        relief30=says.relief30 if says else None,
        fitted_gain=says.fitted_gain if says else None,
        is_extended=is_extended,
        is_on_hold=course.status == Course.Status.ON_HOLD,
        has_open_flag=Alert.Rule.RED_FLAG in open_rules,
        has_open_pain=Alert.Rule.PAIN in open_rules,
    )


def curve_says_now(course: Course, *, at: datetime, seconds: float | None = None) -> CurveSays | None:
    """What the curve says of a course now, within some seconds; None before the first score."""
    record = record_of(course, at=at)
    posterior = posterior_of(record, in_force(course.clinic))
    last_at = record.rows[-1].scored_at if record.rows else None
    coming_at = next_visit_at(course, course.appointments.all(), last_at=last_at, at=at)
    return curve_says(record, posterior, next_week=record.week(coming_at), seconds=seconds)


@transaction.atomic
def record_review(course: Course, *, entry: ReviewEntry, by: Membership, at: datetime) -> Review:
    """Save a review; extending adds five sessions to the plan. The same form sent twice saves once."""
    course = Course.objects.select_for_update().select_related("clinic", "patient").get(pk=course.pk)
    sent_before = Review.every.for_clinic(course.clinic).filter(form_key=entry.form_key).first()
    if sent_before is not None:
        _refuse_other_content(sent_before, entry)
        return sent_before
    if not course.is_open:
        raise ValidationError(_("The course has ended. Correct its last review instead."))
    is_extending = entry.decision == Review.Decision.EXTEND
    review = _review(course, entry, by=by, at=at)
    review.full_clean(exclude=["corrects"])
    review.save()
    if is_extending:
        extend_course(course, n_sessions=EXTENSION)
    return review


def _refuse_other_content(saved: Review, entry: ReviewEntry) -> None:
    """Refuse the same form with another decision or reason, so that it is not silently dropped."""
    if (saved.decision, saved.reason) == (entry.decision, entry.reason):
        return
    message = _(
        "This form was saved before, at %(time)s, as “%(decision)s”: %(reason)s. Correct that review instead."
    )
    at = saved.clinic.local(saved.reviewed_at)
    values = {"time": shown_clock(at), "decision": saved.get_decision_display(), "reason": saved.reason or "–"}
    raise ValidationError(message % values)


@transaction.atomic
def correct_review(review: Review, *, entry: ReviewEntry, by: Membership, at: datetime) -> Review:
    """Save a row that replaces a wrong one: the numbers stay as stored, decision and reason are new."""
    review = Review.every.select_for_update().get(pk=review.pk)
    if review.is_void:
        raise ValidationError(_("This review is void and is not counted."))
    if Review.objects.filter(corrects=review).exists():
        raise ValidationError(_("This review was already corrected. Reload the page."))
    if (review.n_added > 0) != (entry.decision == Review.Decision.EXTEND):
        raise ValidationError(
            {"decision": _("An extension of the course cannot be corrected. Save a new review.")}
        )
    corrected = Review(
        clinic_id=review.clinic_id,
        course_id=review.course_id,
        session_number=review.session_number,
        is_final=review.is_final,
        reviewed_at=at,
        reviewed_by=by,
        gain=review.gain,
        relief30=review.relief30,
        relief50=review.relief50,
        n_scores=review.n_scores,
        prior_version=review.prior_version,
        questions=review.questions,
        decision=entry.decision,
        reason=entry.reason,
        n_added=review.n_added,
        corrects=review,
        form_key=entry.form_key,
    )
    corrected.full_clean()
    corrected.save()
    return corrected


def _review(course: Course, entry: ReviewEntry, *, by: Membership, at: datetime) -> Review:
    says, n_held = curve_says_now(course, at=at, seconds=KEPT_SECONDS), course.sessions.count()
    is_extended = course.reviews.filter(n_added__gt=0).exists()
    rules = set(open_matters(course).values_list("rule", flat=True))
    at_review = course_at_review(course, says, n_held=n_held, is_extended=is_extended, open_rules=rules)
    is_extending = entry.decision == Review.Decision.EXTEND
    if is_extending and is_extended:
        raise ValidationError(
            {"decision": _("The course was already extended by 5 sessions. This is possible once.")}
        )
    return Review(
        clinic=course.clinic,
        course=course,
        session_number=n_held,
        is_final=entry.is_final,
        reviewed_at=at,
        reviewed_by=by,
        gain=at_review.gain,
        relief30=at_review.relief30,
        relief50=says.relief50 if says else None,
        n_scores=says.n_scores if says else 0,
        prior_version=says.prior_version if says else "",
        questions={"version": VERSION, "asked": [str(question) for question in review_questions(at_review)]},
        decision=entry.decision,
        reason=entry.reason,
        n_added=EXTENSION if is_extending else 0,
        form_key=entry.form_key,
    )
