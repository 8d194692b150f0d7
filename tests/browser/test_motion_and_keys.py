"""Pages for people who want no motion, and for people who use only a keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Alert, CheckIn, Course
from courses.reminders.links import check_in_path
from tests.factories import flag, log_run, log_visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PAGES = (
    "/admin/",
    "/admin/courses/course/{course}/change/",
    "/admin/courses/course/{course}/log/",
    "/admin/courses/course/{course}/review/",
    "/admin/courses/alert/{alert}/change/",
    "/admin/courses/alert/",
    "/admin/patients/patient/{patient}/intake/assessment/",
    "/dashboard/",
)
MOST_STOPS = 250
# Everything that would move, with its seconds; a pseudo-element moves like an element.
MOVING = """() => {
  const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
  const found = new Set();
  for (const one of document.querySelectorAll('*'))
    for (const part of [null, '::before', '::after']) {
      const style = getComputedStyle(one, part);
      const moves = seconds(style.transitionDuration) > 0 || style.animationName !== 'none';
      if (moves || style.scrollBehavior === 'smooth') found.add(`${one.tagName}.${one.className}${part || ''}`);
    }
  return [...found];
}"""
# The focused element: its position, and whether something covers it or it is out of sight.
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const box = one.getBoundingClientRect();
  const x = box.left + Math.min(box.width / 2, 20), y = box.top + Math.min(box.height / 2, 12);
  const top = document.elementFromPoint(x, y);
  const isSeen = !!top && (one.contains(top) || top.contains(one) || !!one.closest('label')?.contains(top));
  return { isSeen, html: one.outerHTML.slice(0, 140) };
}"""


@pytest.fixture
def ids(course):
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=40)).date())
    course.refresh_from_db()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now - timedelta(days=3))
    log_visit(course, now, before=4, after=9, flags=(flag(course.clinic, "skin_infect"),))
    return {"course": course.pk, "alert": Alert.objects.get(rule="pain").pk, "patient": course.patient_id}


def test_nothing_moves_for_those_who_asked_for_it(sign_in, lead, ids):
    page = sign_in(lead)
    paths = [path.format(**ids) for path in PAGES]
    paths.append(check_in_path(CheckIn.objects.first()))
    page.emulate_media(reduced_motion="no-preference")
    page.goto(paths[-1])
    assert page.evaluate(MOVING), "the patient's buttons do fade: the question can tell"
    page.emulate_media(reduced_motion="reduce")
    moving = {}
    for path in paths:
        page.goto(path)
        moving[path] = page.evaluate(MOVING)
    assert {path: found for path, found in moving.items() if found} == {}


@pytest.mark.parametrize("width", [1440, 390])
def test_tab_key_goes_through_a_page_and_out_of_it(sign_in, lead, ids, width):
    page = sign_in(lead)
    page.set_viewport_size({"width": width, "height": 844})
    hidden, trapped = [], []
    for path in PAGES:
        page.goto(path.format(**ids))
        for step in range(MOST_STOPS):
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUSED)
            if found is None and step:
                break
            if found and not found["isSeen"]:
                hidden.append(f"{path}: {found['html']}")
        else:
            trapped.append(path)
    assert (hidden, trapped) == ([], [])


def test_first_stop_leads_past_the_navigation(sign_in, lead, ids):
    page = sign_in(lead)
    for path in PAGES:
        page.goto(path.format(**ids))
        # Some pages focus a field at first; whoever returns to the top still finds the link first.
        assert (
            page.evaluate("document.querySelector('a[href], button, input, select').className")
            == "skip-to-content-link"
        )
        page.locator(".skip-to-content-link").focus()
        expect(page.locator(".skip-to-content-link")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        # The next stop is in the page, not in the bar above it.
        is_past = "!document.activeElement.closest('#header')"
        assert page.evaluate(is_past), path


def test_every_fold_opens_and_shuts_by_key(sign_in, lead, ids):
    page = sign_in(lead)
    stuck = []
    for path in PAGES:
        page.goto(path.format(**ids))
        for fold in page.locator("#content details:visible > summary").all():
            was_open = fold.evaluate("(one) => one.parentElement.open")
            fold.focus()
            page.keyboard.press("Enter")
            if fold.evaluate("(one) => one.parentElement.open") == was_open:
                stuck.append(f"{path}: {fold.inner_text()}")
    assert stuck == []
