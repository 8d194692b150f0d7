"""A course that is worse than at its start: in the digest once per run, and on its pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.country.conventions import at_clinic
from courses.admin.today import today
from courses.alerts.responding import last_news, resolve
from courses.models import Alert, Appointment
from courses.watching.findings import watch_courses
from tests.factories import log_run, log_visit

pytestmark = pytest.mark.django_db
RULE = Alert.Rule.WORSE_THAN_START


def told():
    return Alert.objects.filter(rule=RULE)


@pytest.fixture
def worse(course, at):
    """3, then 5 again and again: no pain rule finds anything."""
    log_run(course, [(3, None), (5, None), (5, None), (5, None)], until=at)
    return course


def test_is_reported_once_a_run(worse, lead, at):
    assert not Alert.objects.filter(rule=Alert.Rule.PAIN).exists()
    watch_courses(at=at + timedelta(hours=1))
    alert = told().get()
    assert alert.severity == "review"
    assert alert.findings[0]["evidence"]["start"] == 3
    resolve(alert, outcome="plan_changed", note="seen", by=lead, at=at + timedelta(hours=2), seen=last_news(alert))
    log_visit(worse, at + timedelta(days=3), before=5, after=None)
    watch_courses(at=at + timedelta(days=3, hours=1))
    assert told().count() == 1


def test_is_reported_again_after_a_break(worse, lead, at):
    watch_courses(at=at)
    alert = told().get()
    resolve(alert, outcome="plan_changed", note="seen", by=lead, at=at, seen=last_news(alert))
    later = at
    for score in (1, 1, 1, 5, 5, 5):
        later += timedelta(days=3)
        log_visit(worse, later, before=score, after=None)
    for pain in Alert.objects.unresolved().filter(rule=Alert.Rule.PAIN):
        resolve(pain, outcome="advised", note="seen", by=lead, at=later, seen=last_news(pain))
    watch_courses(at=later)
    assert told().count() == 2


def test_is_not_reported_beside_an_open_pain_alert(course, at):
    log_run(course, [(3, None), (5, None), (5, None), (9, 10)], until=at)
    assert Alert.objects.unresolved().filter(rule=Alert.Rule.PAIN).exists()
    watch_courses(at=at)
    assert not told().exists()


PAGES = (
    "/admin/courses/course/{course}/change/",
    "/admin/courses/course/{course}/log/",
    "/admin/courses/course/{course}/review/",
    "/admin/courses/course/{course}/end/",
    "/admin/courses/alert/{alert}/change/",
    "/dashboard/",
)
# The clinic is German.
SAID = "Worse than at the start (before): 2,3 points. The first score was 6; the last 3 average 8,3."


@pytest.mark.parametrize("page", PAGES)
def test_is_said_on_every_page_that_shows_the_course(course, signed_in, lead, at, page):
    log_run(course, [(6, None), (7, None), (8, None), (8, None), (9, None)], until=at)
    watch_courses(at=at)
    found = page.format(course=course.pk, alert=Alert.objects.order_by("-pk")[0].pk)
    html = signed_in(lead).get(found).content.decode()
    assert SAID in html
    assert "steady fall" not in html
    assert "relief so far" not in html.lower()


def test_is_said_in_the_list_of_the_day(course, lead, at):
    log_run(course, [(6, None), (7, None), (8, None), (8, None), (9, None)], until=at)
    Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=course.practitioner,
        starts_at=at + timedelta(hours=2),
        ends_at=at + timedelta(hours=3),
        booked_by=lead,
        booked_at=at,
    )
    with at_clinic(lead.clinic):
        (visit,) = today(lead, at=at).visits
    assert visit.worse == (SAID,)
