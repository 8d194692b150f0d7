"""A red flag that is withdrawn as a mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from courses.alerts.after_correction import withdraw_report
from courses.models import Alert, RedFlagReport
from courses.plans.course_state import clearance_for
from patients.clearance import ReasonCode
from tests.factories import flag, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(course, at):
    """Log a visit with a flag; returns its report."""

    def of(code):
        log_visit(course, at, flags=(flag(course.clinic, code),))
        return RedFlagReport.objects.get(flag__code=code)

    return of


def test_report_stays_and_the_reason_is_an_event(report, practitioner, at):
    told = report("skin_infect")
    event = withdraw_report(told, reason="ticked the line above", by=practitioner, at=at)
    assert (event.kind, event.report, event.by) == ("withdrawn", told, practitioner)
    assert event.detail["note"] == "ticked the line above"
    assert RedFlagReport.objects.filter(pk=told.pk).exists()


def test_alert_stays_open_until_a_person_resolves_it(report, practitioner, at):
    withdraw_report(report("skin_infect"), reason="by mistake", by=practitioner, at=at)
    assert Alert.objects.get(rule="red_flag").state == "open"


def test_reason_is_compulsory_and_once_is_enough(report, practitioner, at):
    told = report("skin_infect")
    with pytest.raises(ValidationError, match="mistake"):
        withdraw_report(told, reason=" ", by=practitioner, at=at)
    withdraw_report(told, reason="by mistake", by=practitioner, at=at)
    with pytest.raises(ValidationError, match="already"):
        withdraw_report(told, reason="by mistake", by=practitioner, at=at)


def test_flag_that_withdraws_clearance_is_taken_back_by_a_lead_alone(report, course, practitioner, lead, at):
    told = report("hand_clumsy")
    with pytest.raises(PermissionDenied):
        withdraw_report(told, reason="by mistake", by=practitioner, at=at)
    tomorrow = (at + timedelta(days=1)).date()
    withdrawn = [reason.code for reason in clearance_for(course, on=tomorrow).reasons]
    assert ReasonCode.WITHDRAWN in withdrawn
    withdraw_report(told, reason="another patient's form", by=lead, at=at)
    left = [reason.code for reason in clearance_for(course, on=tomorrow).reasons]
    assert ReasonCode.WITHDRAWN not in left
    assert ReasonCode.OPEN_RED_FLAG in left
