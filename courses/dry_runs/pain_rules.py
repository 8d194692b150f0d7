"""The bounds of a clinic's rules, and how they change: tried first, then set, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership
from courses.dry_runs.course_rules import Tally, past_courses, try_lapsed, try_off_course
from courses.models import PainScore, RuleSettings
from courses.outlook.pain_facts import frozen_expectation, pain_facts
from courses.priors.adopted import bounds_of, thresholds_of
from courses.rules.bounds import RuleBounds, beyond_limits
from courses.rules.facts import Thresholds
from courses.rules.pain import find_pain
from patients.counting import counted

LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True)
class BoundsTrial:
    """The effect of some bounds on the sessions of the last 90 days, beside the current bounds."""

    bounds: RuleBounds
    n_sessions: int
    n_now: int
    n_then: int
    off_course: Tally
    lapsed: Tally

    def counts(self) -> dict[str, int]:
        """What is stored of it with the version that was set."""
        of_courses = {"off_course": self.off_course, "lapsed": self.lapsed}
        return {
            "n_sessions": self.n_sessions,
            "n_now": self.n_now,
            "n_then": self.n_then,
            **{f"{rule}_now": tally.n_now for rule, tally in of_courses.items()},
            **{f"{rule}_then": tally.n_then for rule, tally in of_courses.items()},
        }


def try_bounds(clinic: Clinic, numbers: Mapping[str, float | int], *, at: datetime) -> BoundsTrial:
    """Sessions with a pain finding under the bounds, each score judged by its expectation at the time;
    and how many patients would have been overdue and courses off track.
    """
    bounds = RuleBounds.of({**bounds_of(clinic).numbers(), **numbers}, version="tried")
    now = thresholds_of(clinic)
    then = replace(now, bounds=bounds)
    found = {"sessions": set(), "now": set(), "then": set()}  # type: dict[str, set[object]]
    for every in _courses(clinic, since=at - LOOK_BACK, at=at):
        for score in (one for one in every if one.scored_at >= at - LOOK_BACK):
            session = score.session_id or ("alone", score.pk)
            found["sessions"].add(session)
            for name, thresholds in (("now", now), ("then", then)):
                if _is_found(score, every, thresholds):
                    found[name].add(session)
    since = at - LOOK_BACK
    past = past_courses(clinic, since=since, at=at)
    return BoundsTrial(
        bounds,
        len(found["sessions"]),
        len(found["now"]),
        len(found["then"]),
        off_course=try_off_course(clinic, past, now.bounds, bounds, since=since, at=at),
        lapsed=try_lapsed(past, now.bounds, bounds, since=since, at=at),
    )


@transaction.atomic
def set_bounds(clinic: Clinic, tried: BoundsTrial, *, reason: str, by: Membership, at: datetime) -> RuleSettings:
    """Set a new version of the clinic's bounds from now on; alerts raised before keep their own.

    ValidationError names what is missing or outside its limits.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the bounds change.")})
    numbers = tried.bounds.numbers()
    wrong = beyond_limits(numbers)
    if wrong:
        raise ValidationError({name: _("This value is outside the allowed limits.") for name in wrong})
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    last = RuleSettings.objects.for_clinic(clinic).aggregate(last=Max("version"))["last"] or 0
    return RuleSettings.objects.create(
        clinic=clinic,
        version=last + 1,
        numbers=numbers,
        dry_run=tried.counts(),
        reason=reason.strip(),
        set_by=by,
        set_at=at,
    )


def _courses(clinic: Clinic, *, since: datetime, at: datetime) -> list[list[PainScore]]:
    """All scores of the courses with a score since a time, oldest first; without test patients."""
    recent = counted(PainScore.objects.for_clinic(clinic)).filter(scored_at__gte=since, scored_at__lte=at)
    wanted = recent.values("course")
    scores = PainScore.objects.for_clinic(clinic).filter(course__in=wanted, scored_at__lte=at)
    by_course: dict[int, list[PainScore]] = {}
    for score in scores.select_related("session").order_by("scored_at", "pk"):
        by_course.setdefault(score.course_id, []).append(score)
    return list(by_course.values())


def _is_found(score: PainScore, every: list[PainScore], thresholds: Thresholds) -> bool:
    facts = pain_facts(score, every, thresholds, frozen_expectation(score))
    return bool(find_pain(facts))
