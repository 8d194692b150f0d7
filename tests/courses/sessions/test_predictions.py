"""The prediction of every judged score stays on file unchanged."""

from __future__ import annotations

import uuid
from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError, InternalError, transaction

from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession, version_of
from courses.corrections.moving import move_session
from courses.corrections.voiding import void_session
from courses.models import AlertThreshold, CheckIn, PainScore, Prediction
from courses.models import Prior as PriorRow
from courses.priors.adopted import in_force
from courses.priors.fitting import fit_clinic
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from tests.factories import CourseFactory, log_run, log_visit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def going_down(course, at):
    """A course of four sessions, the last one three days ago."""
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=at - 3 * DAY)
    return course


def rows(session, timing="after"):
    return list(Prediction.objects.filter(score__session=session, timing=timing))


def correct(session, by, at, **scores):
    wanted = CorrectedSession(
        version_of(session), "typed 9 for 3", session.held_at, session.is_needled, "", scores
    )
    return correct_session(session, wanted=wanted, by=by, at=at)


def check_in_answer(session, score, *, at):
    check_in = CheckIn.objects.select_related("session__course__clinic").get(session=session, kind="day1")
    return log_check_in(check_in, entry=CheckInEntry(form_key=uuid.uuid4(), score=score), at=at)


def test_every_score_has_one_row_and_predicted_ones_their_chances(going_down):
    assert Prediction.objects.count() == PainScore.objects.count() == 8
    told = [bool(one.p) for one in Prediction.objects.filter(timing="after").order_by("session_number")]
    assert told == [False, False, True, True]


def test_row_holds_the_numbers_that_the_score_was_judged_by(going_down, at):
    session = log_visit(going_down, at, before=4, after=8).session
    [row], score = rows(session), session.scores.get(timing="after")
    tail = np.cumsum(row.p[::-1])[::-1]
    assert sum(row.p) == pytest.approx(1)
    assert np.arange(11) @ row.p == pytest.approx(score.expected["mean"], abs=0.01)
    assert 1 / tail[8] == pytest.approx(score.expected["one_in"], rel=0.02)
    assert (row.lr, row.observed, row.session_number, row.group) == (
        pytest.approx(score.expected["lr"], abs=0.01),
        8,
        5,
        "axial",
    )
    assert row.memory == pytest.approx(score.expected["memory"]["ratio"][8], abs=0.01)
    assert (row.prior, row.prior_version, row.threshold_version) == (None, "shipped", "shipped")
    assert row.lr > row.lr_threshold
    assert {"beyond_bounds", "plain_rise"} <= set(row.alarmed)
    assert (row.severity, row.is_quiet, row.because, row.judged_at) == ("red", False, "logged", at)


def test_row_names_the_prior_and_the_threshold_in_use(going_down, at):
    fit_clinic(going_down.clinic, at=at)
    PriorRow.objects.update(is_adopted=True)
    # A threshold that changed a lot waits for a lead.
    AlertThreshold.objects.update(is_in_use=True)
    [row] = rows(log_visit(going_down, at, before=4, after=4).session)
    now, prior = in_force(going_down.clinic), PriorRow.objects.get()
    assert (row.prior, row.prior_version) == (prior, prior.numbers["version"])
    assert row.threshold_version == str(AlertThreshold.objects.in_use().get())
    assert (row.lr_threshold, row.memory_threshold) == (now.thresholds.lr, now.thresholds.memory)


def test_failing_curve_leaves_a_row_without_chances(going_down, at, monkeypatch):
    monkeypatch.setattr("courses.sessions.judging.expectation", lambda *_args, **_kwargs: 1 / 0)
    [row] = rows(log_visit(going_down, at, before=4, after=9).session)
    assert (row.p, row.lr, row.prior_version, row.lr_threshold) == (None, None, "", None)
    assert set(row.alarmed) == {"plain_rise", "floor"}


def test_late_entry_is_marked_as_quiet(going_down, at):
    [row] = rows(log_visit(going_down, at - 2 * DAY, before=4, after=9, at=at + 9 * DAY).session)
    assert (row.is_quiet, "plain_rise" in row.alarmed) == (True, True)


def test_correction_adds_a_row_and_leaves_the_first(going_down, practitioner, at):
    session = log_visit(going_down, at, before=4, after=9).session
    [first] = rows(session)
    correct(session, practitioner, at + DAY, after=3)
    kept, second = rows(session)
    assert (kept.observed, kept.alarmed) == (9, first.alarmed)
    assert (second.observed, second.alarmed, second.because) == (3, [], "corrected")
    assert (second.p, second.prior_version, second.group) == (first.p, first.prior_version, first.group)
    assert second.lr < first.lr
    assert list(Prediction.objects.filter(score__session=session, timing="after").newest()) == [second]


def test_score_that_a_correction_adds_has_a_row_that_says_nothing_of_it(going_down, practitioner, at):
    session = log_visit(going_down, at, before=4, after=None).session
    correct(session, practitioner, at + DAY, after=4)
    [row] = rows(session)
    assert (row.p, row.because, row.observed) == (None, "corrected", 4)


def test_later_answer_of_the_patient_adds_a_row(going_down, at):
    session = log_visit(going_down, at, before=4, after=4).session
    check_in_answer(session, 4, at=at + DAY)
    check_in_answer(session, 9, at=at + 1.1 * DAY)
    first, second = rows(session, "day1")
    assert (first.because, second.because, second.observed) == ("logged", "answered_again", 9)
    assert (first.alarmed, "plain_rise" in second.alarmed) == ([], True)


def test_void_and_moved_sessions_leave_rows_that_do_not_count(going_down, practitioner, lead, patient, at):
    session = log_visit(going_down, at, before=4, after=4).session
    other = CourseFactory(patient=patient, practitioner=practitioner, complaint="Headache")
    moved = move_session(session, to=other, reason="wrong course", by=lead, at=at)
    n_rows = Prediction.objects.count()
    assert {one.because for one in rows(moved)} == {"moved"}
    assert rows(moved)[0].is_quiet
    void_session(moved, reason="twice", by=lead, at=at)
    assert Prediction.objects.count() == n_rows
    assert Prediction.objects.of_valid_scores().count() == PainScore.objects.count() == 8


@pytest.mark.parametrize("act", ["update", "delete"])
def test_database_refuses_to_change_a_row(going_down, act):
    found = Prediction.objects.filter(course=going_down)
    with pytest.raises((IntegrityError, InternalError), match="append"), transaction.atomic():
        found.update(observed=0) if act == "update" else found._raw_delete(found.db)


def test_session_and_its_row_are_saved_together_or_not_at_all(going_down, at, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("courses.sessions.log.plan_check_ins", broken)
    n_rows = Prediction.objects.count()
    with pytest.raises(RuntimeError):
        log_visit(going_down, at, before=4, after=4)
    assert Prediction.objects.count() == n_rows == PainScore.objects.count()
