"""The curve's page with a year of data: legible, tried before set, without axe violations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from clinic.models import Clinic
from courses.curve import SHIPPED_PRIOR, SHIPPED_THRESHOLD, Comparison
from courses.priors.adoption import Candidate, InUse, take_in
from tests.factories import log_run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

RATES = {
    "month": [[f"2025-{number:02d}", 25.0 if number == 11 else 4.0, 80] for number in range(1, 13)],
    "session": [[str(number), 4.0, 40] for number in range(1, 10)],
    "start": [["0-3", 4.0, 60], ["4-6", 5.0, 120]],
    "type": [["axial", 5.0, 60]],
    "timing": [["before", 3.0, 70], ["day3", 7.0, 20]],
}


@pytest.fixture
def year(course):
    """Two nights: one Prior in use, and another threshold at its limit that waits for approval."""
    clinic, now = course.clinic, timezone.now()
    for days, factor in ((2, 1.0), (1, 2.0)):
        threshold = replace(
            SHIPPED_THRESHOLD,
            threshold=factor * SHIPPED_THRESHOLD.threshold,
            is_clamped=factor > 1,
            n_patients=70,
            n_scores=1_500,
            n_sessions=900,
            realised_per_100=6.2,
            fixed_per_100=5.4,
        )
        found = Candidate(
            prior=replace(SHIPPED_PRIOR, n_patients=70, n_courses=80, n_scores=1_900),
            beside=InUse.of(clinic),
            comparison=Comparison(400, 60, 0.03, 0.02, 0.91, 0.88),
            threshold=threshold,
            rates=RATES,
        )
        take_in(clinic, found, at=now - timedelta(days=days))
    return clinic


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390)])
def test_full_page_is_accessible_and_fits(sign_in, lead, year, scheme, width):
    page = sign_in(lead)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/courses/prior/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".control-chart circle").count() == 12
    assert page.locator(".control-chart .chart-dot-outside").count() == 1
    n_complaints = len(page.complaints)
    violations = Axe().run(page).response["violations"]
    del page.complaints[n_complaints:]
    assert [violation["id"] for violation in violations] == []


def test_budget_is_tried_and_then_set(sign_in, manager, course):
    now = timezone.now()
    course.starts_on = (now - timedelta(days=60)).date()
    course.save()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now)
    page = sign_in(manager)
    page.goto("/admin/courses/prior/")
    assert page.get_by_role("button", name="Set the budget").count() == 0
    page.get_by_label("Pain alerts per 100 sessions").fill("8")
    page.get_by_role("button", name="Try on the last 90 days").click()
    page.get_by_text("A budget of 8 would have raised").wait_for()
    assert Clinic.objects.get(pk=course.clinic_id).alert_budget_per_100 == 5
    page.get_by_role("button", name="Set the budget to 8").click()
    page.get_by_text("The budget is set.").wait_for()
    assert Clinic.objects.get(pk=course.clinic_id).alert_budget_per_100 == 8
