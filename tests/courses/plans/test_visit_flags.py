"""A visit's own red flags gate the next needling; a returned form does not change its clearance."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.alerts.levels import lower_level
from courses.alerts.responding import resolve
from courses.models import Alert, Course, Level, RedFlag
from courses.plans.course_state import CourseState, clearance_for
from courses.plans.lifecycle import hold_course
from courses.plans.visit_flags import flags_of_visit
from courses.sessions.log import log_session
from courses.sessions.red_flags.recording import report_red_flags
from patients.clearance import WITHDRAWING_FLAGS
from tests.factories import entry, flag

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
CODES = ["cardiac", "trauma", "cancer_wtloss", "pain_72h", "severe_pain", *sorted(WITHDRAWING_FLAGS)]
ANSWERS = ["", "usual", "yes"]
TOLD = st.dictionaries(st.sampled_from(CODES), st.sampled_from(ANSWERS), max_size=3)


@contextmanager
def forgotten() -> Iterator[None]:
    """Everything written inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def tell(course, practitioner):
    """Red flags reported with one form, without a session."""

    def do(told, *, key=None, at):
        flags = tuple(flag(course.clinic, code, answer=answer) for code, answer in told.items())
        report_red_flags(
            patient=course.patient,
            course=Course.objects.get(pk=course.pk),
            flags=flags,
            form_key=key or uuid.uuid4(),
            by=practitioner,
            at=at,
        )
        return flags

    return do


@pytest.fixture
def log(course, practitioner):
    """The visit, needled."""

    def do(*, key, at, flags=(), reason="it took place"):
        one = entry(at, by=practitioner, form_key=key, flags=flags, uncleared_reason=reason)
        return log_session(Course.objects.get(pk=course.pk), entry=one, by=practitioner, at=at).session

    return do


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    earlier=TOLD, own=TOLD, n_returned=st.integers(1, 3), life=st.sampled_from(["", "held", "resolved", "lowered"])
)
def test_returned_form_is_judged_as_if_it_had_been_whole_at_once(
    course, lead, at, tell, log, earlier, own, n_returned, life
):
    key, soon = uuid.uuid4(), at + 5 * MINUTE
    with forgotten():
        if life == "held":
            hold_course(course, reason="travels", at=at - MINUTE)
        tell(earlier, at=at - MINUTE)
        for alert in Alert.objects.unresolved() if life in {"resolved", "lowered"} else ():
            if life == "resolved":
                resolve(alert, outcome=Alert.Outcome.ADVISED, note="x", by=lead, at=at, seen=2**40)
            elif alert.severity in {Level.E1, Level.E2}:
                lower_level(alert, to=Level.C, reason="x", findings="y", is_patient_reached=True, by=lead, at=at)
        flags = tuple(flag(course.clinic, code, answer=answer) for code, answer in own.items())
        with forgotten():
            at_once = log(key=key, at=soon, flags=flags).clearance
        for number in range(n_returned):
            tell(own, key=key, at=at + number * MINUTE)
        returned = log(key=key, at=soon, flags=flags).clearance
        # A level that staff lowered and this visit reports again counts as first reported.
        if life != "lowered" or not earlier.keys() & own.keys():
            assert returned == at_once
        else:
            assert set(at_once["reasons"]) <= set(returned["reasons"])


@pytest.mark.parametrize("code", CODES)
def test_flag_of_a_returned_form_is_no_breach_of_the_same_visit(course, at, tell, log, code):
    key = uuid.uuid4()
    flags = tell({code: ""}, key=key, at=at)
    session = log(key=key, at=at + MINUTE, flags=flags, reason="")
    assert (session.clearance["verdict"], session.is_uncleared) == ("clear", False)
    assert not Alert.objects.filter(rule="uncleared").exists()


@pytest.mark.parametrize("code", [code for code in CODES if code != "pain_72h"])
def test_flag_gates_the_next_visit(course, practitioner, at, tell, log, code):
    key = uuid.uuid4()
    answer = "usual" if code == "severe_pain" else ""
    log(key=key, at=at, flags=tell({code: answer}, key=key, at=at))
    if RedFlag.objects.get(clinic=course.clinic, code=code).level != "C":
        assert not clearance_for(course, on=at.date()).may_needle
    with pytest.raises(ValidationError, match="Not cleared for needling"):
        log(key=uuid.uuid4(), at=at + MINUTE, reason="")


def test_flag_reported_in_another_way_meanwhile_still_blocks(course, at, tell, log):
    key = uuid.uuid4()
    tell({"trauma": ""}, key=key, at=at)
    tell({"trauma": ""}, at=at + MINUTE)
    with pytest.raises(ValidationError, match="Not cleared for needling"):
        log(key=key, at=at + 2 * MINUTE, reason="")


def test_earlier_hold_still_blocks(course, at, tell, log):
    key = uuid.uuid4()
    hold_course(course, reason="travels", at=at - MINUTE)
    tell({"trauma": ""}, key=key, at=at)
    assert log(key=key, at=at + MINUTE).clearance["reasons"] == ["on_hold"]


def test_flags_of_a_session_are_its_own_whichever_form_reported_them(course, at, tell, log):
    session = log(key=uuid.uuid4(), at=at, flags=(flag(course.clinic, "trauma"),))
    own = flags_of_visit(course.patient, uuid.uuid4(), session=session)
    assert [report.flag.code for report in own] == ["trauma"]
    state = CourseState(Course.objects.get(pk=course.pk))
    assert not state.clearance(on=at.date()).may_needle
    assert state.clearance(on=at.date(), own=own).may_needle
