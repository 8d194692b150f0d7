"""Reviews, measures and the end of a course, according to its story."""

from __future__ import annotations

import random
import uuid
from datetime import datetime

from clinic.models import Membership
from courses.measures.entry import ItemScore, MeasuresEntry
from courses.measures.recording import record_measures
from courses.models import Course, MeasureCode, MeasureScore, Reminder, Review
from courses.reviews.discharging import DECISIONS, Discharge, discharge
from courses.reviews.reviewing import ReviewEntry, record_review
from demo.seed.measuring import invented_measures
from demo.seed.stories import Story

ADVICE = (
    "Keep moving the neck every hour when you sit, and go on with the exercises shown.\n\n"
    "See a doctor at once for new weakness, numbness in both arms, unsteady walking or trouble passing water."
)


def new_key(rng: random.Random) -> uuid.UUID:
    """A key that depends only on the seed."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def look_at(
    course: Course, story: Story, *, by: Membership, n_held: int, at: datetime, rng: random.Random
) -> None:
    """Measures at the start; at a review, measures and, if the story has one, the review."""
    if n_held == 1:
        _measure(course, MeasureScore.Stage.START, share=0.0, by=by, at=at, rng=rng)
    elif n_held in course.review_sessions and story.is_reviewed:
        _measure(course, MeasureScore.Stage.REVIEW, share=n_held / 14, by=by, at=at, rng=rng)
        entry = ReviewEntry(new_key(rng), Review.Decision(story.review), story.review_reason)
        record_review(course, entry=entry, by=by, at=at)


def end_as_told(course: Course, story: Story, *, by: Membership, at: datetime, rng: random.Random) -> None:
    """The end of a course; mail to its patient up to then counts as sent."""
    course.reminders.filter(state=Reminder.State.PLANNED, due_at__lt=at).update(
        state=Reminder.State.SENT, settled_at=at
    )
    status = Course.Status(story.ends)
    is_done = status == Course.Status.COMPLETED
    why = "as planned" if is_done else "no relief so far"
    impression = (ItemScore(MeasureCode.PGIC, "", 2 if is_done else 5),)
    entry = Discharge(
        review=ReviewEntry(new_key(rng), DECISIONS[status], why, is_final=True),
        status=status,
        reason=why,
        advice=ADVICE,
        measures=MeasuresEntry(new_key(rng), MeasureScore.Stage.END, impression),
    )
    discharge(course, entry=entry, by=by, at=at)


def _measure(
    course: Course,
    stage: MeasureScore.Stage,
    *,
    share: float,
    by: Membership,
    at: datetime,
    rng: random.Random,
) -> None:
    pain = list(course.scores.filter(timing="before").order_by("scored_at").values_list("score", flat=True))
    scores = invented_measures(start=pain[0], now=pain[-1], share=share, rng=rng)
    record_measures(course, entry=MeasuresEntry(new_key(rng), stage, scores), by=by, at=at)
