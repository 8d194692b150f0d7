"""Makes a demo from nothing: clinics, a history to learn from, stories, fitted Priors."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
from django.db import transaction

from clinic.models import Clinic, Membership, Role
from courses.models import Protocol
from courses.plans.booking import book_appointment
from courses.priors.fitting import fit_clinic
from courses.watching.findings import watch_courses
from demo.seed.clinic import keep_rota, make_clinic, next_open_day
from demo.seed.history import Staff, write_history
from demo.seed.predicting import predict_history
from demo.seed.replay import Replay, settle_the_past
from demo.seed.stories import STORIES, UNSURE, Story

HISTORY_STARTS_AT = 1_000
# A demo's Prior is learned from this many past courses; the nightly fit adds later ones.
N_COURSES_TO_LEARN_FROM = 240


@transaction.atomic
def seed(*, n_clinics: int, n_courses: int, seed: int, at: datetime) -> list[Clinic]:
    """Make the demo clinics; the first has the stories, and all share the history of `n_courses` past courses."""
    rng = np.random.default_rng(seed)
    clinics = [make_clinic(number, at=at) for number in range(n_clinics)]
    for number, clinic in enumerate(clinics):
        share = n_courses // n_clinics + (number < n_courses % n_clinics)
        n_first = min(share, N_COURSES_TO_LEARN_FROM)
        write_history(_staff(clinic), n_courses=n_first, n_known_people=HISTORY_STARTS_AT, rng=rng, at=at)
        predict_history(clinic, at=at)
        fit_clinic(clinic, at=at - timedelta(days=200))
        n_known_people = HISTORY_STARTS_AT + n_first
        write_history(_staff(clinic), n_courses=share - n_first, n_known_people=n_known_people, rng=rng, at=at)
        _tell_stories(clinic, STORIES if number == 0 else UNSURE, first_person=40 * number, seed=seed, at=at)
    watch_courses(at=at)
    # Last, so that messages about the past went to the lead.
    for clinic in clinics[:1]:
        keep_rota(clinic, at=at)
    return clinics


def _staff(clinic: Clinic) -> Staff:
    treaters = Membership.objects.for_clinic(clinic).with_role(Role.PRACTITIONER).order_by("pk")
    return Staff(clinic, tuple(treaters), Protocol.objects.for_clinic(clinic).get(code="intensive"))


def _tell_stories(
    clinic: Clinic, stories: tuple[Story, ...], *, first_person: int, seed: int, at: datetime
) -> None:
    replay = Replay.of(clinic, seed=seed, at=at)
    for person, story in enumerate(stories, first_person):
        course = replay.tell(story, person=person)
        if story.title == "steady" and story.visit_today:
            day = next_open_day(clinic, clinic.local(at).date())
            starts_at = datetime.combine(day, time(story.visit_today), clinic.zone_info)
            book_appointment(
                course=course,
                practitioner=course.practitioner,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=45),
                is_for_needling=True,
                by=replay.desk,
                at=at,
            )
    settle_the_past(clinic, at=at)
