"""Pages in unusual conditions: with errors, all sections open, very narrow, enlarged, in forced colours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from courses.models import Alert, Course
from tests.factories import flag, log_run, log_visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SEND = "#content form:has(button.button) button.button[type=submit]:visible"
# Each page with the button that sends its form; nothing is filled in.
FORMS = {
    "/admin/courses/course/{course}/log/": "button:has-text('Save session')",
    "/admin/courses/session/{session}/correct/": "button:has-text('Save the correction')",
    "/admin/courses/course/{course}/override/": SEND,
    "/admin/courses/course/{course}/review/": "button:has-text('Save review')",
    "/admin/courses/course/{course}/end/": "form.card button[type=submit]",
    "/admin/courses/alert/{alert}/change/": "button:has-text('Resolve')",
    "/admin/patients/patient/{patient}/red-flag/": "form.card button[type=submit]",
    "/admin/patients/patient/{patient}/intake/assessment/": "button:has-text('Save and continue')",
    "/admin/courses/letter/summary/{course}/": "button:has-text('Make the letter')",
}
PAGES = (
    "/admin/",
    "/admin/courses/alert/",
    "/admin/courses/course/",
    "/admin/courses/appointment/",
    "/admin/courses/course/{course}/change/",
    "/admin/courses/course/{course}/log/",
    "/admin/courses/session/{session}/change/?saved=1",
    "/admin/courses/alert/{alert}/change/",
    "/admin/patients/patient/{patient}/change/",
)


@pytest.fixture
def ids(course):
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=40)).date())
    course.refresh_from_db()
    course.patient.family_name = "von Hohenstaufen-Schwarzenbergdonau-Mühlhausen-Niederrhein"
    course.patient.save()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now - timedelta(days=3))
    session = log_visit(course, now, before=4, after=9, flags=(flag(course.clinic, "skin_infect"),)).session
    alert = Alert.objects.get(rule="pain")
    return {"course": course.pk, "session": session.pk, "alert": alert.pk, "patient": course.patient_id}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_with_their_errors_and_all_unfolded(sign_in, lead, ids, scheme):
    page = sign_in(lead)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    wrong = {}
    for path, button in FORMS.items():
        page.goto(path.format(**ids))
        page.evaluate("document.querySelectorAll('form').forEach((form) => (form.noValidate = true))")
        page.locator(button).first.click()
        page.wait_for_load_state("load")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.locator("[role=alert], .errorlist").count(), f"{path} says nothing is wrong"
        wrong[path] = _violations(page)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_every_follow_up_of_a_red_flag_is_reachable(sign_in, lead, ids):
    page = sign_in(lead)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/courses/course/{course}/log/".format(**ids))
    page.evaluate("document.querySelectorAll('.flag .tick input').forEach((one) => one.click())")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.locator(".follow-up:visible").count() > 3
    assert _violations(page) == []


@pytest.mark.parametrize("look", ["320 px", "text at 200 %", "forced colours"])
def test_nothing_scrolls_sideways(sign_in, lead, ids, look):
    page = sign_in(lead)
    width = 320 if look == "320 px" else 1280
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(forced_colors="active" if look == "forced colours" else "none")
    wide = {}
    for path in PAGES:
        page.goto(path.format(**ids))
        if look == "text at 200 %":
            page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: found for path, found in wide.items() if found > width} == {}


def test_focus_is_seen_wherever_the_tab_key_leads(sign_in, lead, ids):
    page = sign_in(lead)
    unseen = []
    for path in PAGES:
        page.goto(path.format(**ids))
        for _step in range(40):
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUSED)
            if found and not found["seen"]:
                unseen.append(f"{path}: {found['html']}")
    assert unseen == []


# An outline or a shadow on the focused element, or on its visible replacement (a hidden radio's button).
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const marks = [one, one.nextElementSibling].filter(Boolean).map((each) => getComputedStyle(each));
  const seen = marks.some((style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2));
  return { seen, html: one.outerHTML.slice(0, 120) };
}"""


def _violations(page):
    n_complaints = len(page.complaints)
    found = Axe().run(page, options=RULES).response["violations"]
    # Changes that axe itself makes to the page are not reported.
    del page.complaints[n_complaints:]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]
