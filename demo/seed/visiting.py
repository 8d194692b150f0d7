"""The times of a story's visits, within the clinic's opening hours."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from clinic.models import Clinic
from demo.seed.stories import Story

SUNDAY = 7
FIRST_HOUR, LAST_HOUR = 8, 18


def visit_times(story: Story, *, clinic: Clinic, at: datetime, rng: random.Random) -> list[datetime]:
    """One for each pair of scores; the last on the day in the story, half an hour if that is today."""
    last = clinic.local(at - timedelta(days=story.days_ago)).replace(minute=0, second=0, microsecond=0)
    last = at - timedelta(minutes=30) if story.days_ago == 0 else last.replace(hour=9 + rng.randrange(8))
    n_visits = len(story.scores)
    times = [last - timedelta(days=story.gap_days * (n_visits - 1 - number)) for number in range(n_visits)]
    is_now = story.days_ago == 0
    return [one if is_now and one == last else _while_open(one, story, clinic) for one in times]


def _while_open(held_at: datetime, story: Story, clinic: Clinic) -> datetime:
    """Avoid Sundays if the plan leaves room, and nights."""
    local = clinic.local(held_at)
    if local.isoweekday() == SUNDAY and story.gap_days > 1:
        local -= timedelta(days=1)
    return local if FIRST_HOUR <= local.hour < LAST_HOUR else local.replace(hour=FIRST_HOUR + 2, minute=0)
