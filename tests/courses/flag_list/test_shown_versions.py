"""Whatever two versions of a flag say, an answer is never less urgent than either of them makes it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from courses.corrections.moving import move_session
from courses.models import RedFlag, RedFlagReport
from courses.rules.facts import Severity
from courses.rules.red_flag import FlagContext, level_of
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.recording import (
    Origin,
    accept_flags,
    flag_answer,
    report_red_flags,
    reports_of_form,
)
from tests.factories import CourseFactory, cleared_patient, log_visit

LEVELS = ["E0", "E1", "E2", "C"]
CODES = ["severe_pain", "limb_weakness_new", "trauma"]
ANSWERS = ["", "usual", "sudden", "slow", "yes"]
CODES_TOGETHER = ("severe_pain", "pain_72h")
ALONE = FlagContext(1)

versions = st.tuples(
    st.sampled_from(LEVELS), st.dictionaries(st.sampled_from(ANSWERS[1:]), st.sampled_from(LEVELS), max_size=3)
)


def columns(version):
    level, answers = version
    return {
        "level": level,
        "follow_up": "Which?" if answers else "",
        "follow_up_levels": [{"answer": one, "wording": one, "level": of} for one, of in answers.items()],
    }


def unsaved(code, version, number):
    return RedFlag(code=code, version=number, wording=code, **columns(version))


@given(st.sampled_from(CODES), versions, versions, st.sampled_from(ANSWERS))
@example("limb_weakness_new", ("E0", {"sudden": "E0", "slow": "E1"}), ("E0", {"sudden": "E0"}), "slow")
@example("trauma", ("C", {}), ("C", {"yes": "E0"}), "")
@settings(max_examples=400, deadline=None)
def test_the_more_urgent_of_the_version_shown_and_the_one_in_force_counts(code, shown, now, answer):
    entry = FlagEntry(unsaved(code, shown, 1), answer, in_force=unsaved(code, now, 2))
    level = level_of(flag_answer(entry), ALONE)
    for one in (entry.flag, entry.in_force):
        assert level.rank <= level_of(flag_answer(FlagEntry(one, answer)), ALONE).rank


@pytest.fixture
def other(clinic, practitioner, at):
    """A course of another patient."""
    patient = cleared_patient(clinic, by=practitioner, at=at - timedelta(days=60))
    return CourseFactory(patient=patient, practitioner=practitioner, starts_on=(at - timedelta(days=50)).date())


def two_versions(clinic, code, shown, now):
    """The version that was shown, and the one in force now."""
    old = RedFlag.objects.for_clinic(clinic).current().get(code=code)
    kept = {name: getattr(old, name) for name in ("clinic", "code", "wording", "topic", "asked")}
    RedFlag.objects.filter(pk=old.pk).update(replaced_at=old.clinic.created_at)
    first = RedFlag.objects.create(
        **kept, version=old.version + 1, **columns(shown), replaced_at=old.clinic.created_at
    )
    return first, RedFlag.objects.create(**kept, version=old.version + 2, **columns(now))


# What a patient says through a link is never moved to another patient.
SOURCES = [one for one in RedFlagReport.Source.values if one != RedFlagReport.Source.CHECK_IN]
origins = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SOURCES),
        "is_needled": st.booleans(),
        "before": st.sampled_from([None, 5, 9]),
        "later": st.sampled_from([None, 5, 9]),
    }
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CODES), versions, versions, st.sampled_from(ANSWERS), origins, st.booleans())
@example("trauma", ("C", {}), ("E1", {}), "", {"source": "session"}, False)
@example(
    "severe_pain",
    ("E1", {"usual": "C"}),
    ("E1", {"usual": "C"}),
    "usual",
    {"source": "session", "is_needled": True, "before": 5, "later": 9},
    False,
)
def test_a_moved_report_is_never_less_urgent(
    course, other, lead, at, code, shown, now, answer, origin, is_with_another
):
    with transaction.atomic():
        first, second = two_versions(course.clinic, code, shown, now)
        session = log_visit(course, at, before=4, after=4).session
        flags = [FlagEntry(first, answer, in_force=second)]
        if is_with_another:
            flags.append(FlagEntry(RedFlag.objects.for_clinic(course.clinic).current().get(code="pain_72h")))
        told = Origin(course.patient, course, form_key=uuid.uuid4(), reported_at=at, session=session, **origin)
        reported = accept_flags(told, flags, by=lead, at=at)
        move_session(session, to=other, reason="wrong patient", by=lead, at=at + timedelta(minutes=5))
        for report in reported:
            moved = RedFlagReport.objects.get(patient=other.patient, flag=report.flag)
            assert Severity(moved.level).rank <= Severity(report.level).rank
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_form_that_holds_two_versions_of_a_flag_lists_it_once_at_its_highest(course, front_desk, at):
    first, second = two_versions(course.clinic, "trauma", ("C", {}), ("E1", {}))
    key = uuid.uuid4()
    for entry in (FlagEntry(first), FlagEntry(second)):
        report_red_flags(patient=course.patient, course=course, flags=[entry], form_key=key, by=front_desk, at=at)
    assert RedFlagReport.objects.filter(form_key=key).count() == 2
    assert [(one.flag, one.level) for one in reports_of_form(course.patient, key)] == [(second, "E1")]


@pytest.mark.django_db
def test_a_flag_that_a_form_reported_twice_is_moved_once_at_its_highest(course, other, lead, at):
    session = log_visit(course, at, before=9, after=4).session
    severe, worse = (RedFlag.objects.for_clinic(course.clinic).current().get(code=one) for one in CODES_TOGETHER)
    told = Origin(course.patient, course, RedFlagReport.Source.SESSION, uuid.uuid4(), at, session=session)
    accept_flags(told, [FlagEntry(severe)], by=lead, at=at)
    accept_flags(told, [FlagEntry(severe), FlagEntry(worse)], by=lead, at=at)
    move_session(session, to=other, reason="wrong patient", by=lead, at=at + timedelta(minutes=5))
    moved = RedFlagReport.objects.filter(patient=other.patient)
    assert sorted(moved.values_list("flag__code", "level")) == [("pain_72h", worse.level), ("severe_pain", "E0")]
