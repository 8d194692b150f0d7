"""Priors are fitted from a clinic's courses and stored as rows that never change."""

from __future__ import annotations

import io
import math
from dataclasses import asdict
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from clinic.models import Clinic
from courses.curve import SHIPPED_PRIOR, predicted_by
from courses.models import Alert, AlertThreshold, PainScore, Prior, PriorEvent
from courses.priors import evidence, fitting
from courses.priors.adopted import adopted_prior
from courses.priors.adoption import InUse
from courses.priors.blind import blind_predictions
from courses.priors.budget import dry_run
from courses.priors.evidence import Evidence
from courses.priors.fitting import fit_clinic, fit_every_clinic
from tests.factories import log_run, make_clinic

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def courses(write_course):
    """Six courses with falling scores."""
    return [write_course([7 + n % 3, 6, 5, 4 - n % 2, 3]) for n in range(6)]


def test_fit_is_stored_with_what_it_rests_on(courses, clinic, at):
    fit = fit_clinic(clinic, at=at)
    prior = Prior.objects.get()
    assert fit.prior == prior
    assert (prior.version, prior.n_courses, prior.n_patients, prior.n_scores) == (1, 6, 6, 60)
    assert (prior.fitted_at, prior.is_adopted, prior.numbers["version"]) == (at, False, "linden-1")
    assert prior.log_likelihood is not None


def test_fit_comes_with_its_threshold(courses, clinic, at):
    fit_clinic(clinic, at=at)
    threshold = AlertThreshold.objects.get()
    assert (threshold.version, threshold.prior, threshold.budget_per_100) == (1, None, 5)
    assert threshold.numbers["quarter_threshold"] >= threshold.numbers["threshold"] >= 1


def test_next_fit_is_another_version_and_leaves_the_first(courses, clinic, at):
    first = fit_clinic(clinic, at=at).prior
    kept = Prior.objects.get().numbers
    second = fit_clinic(clinic, at=at).prior
    assert (first.version, second.version) == (1, 2)
    assert Prior.objects.get(pk=first.pk).numbers == kept


def test_few_scores_do_not_move_the_clinic_from_the_shipped_prior(courses, clinic, at):
    fit_clinic(clinic, at=at)
    assert adopted_prior(clinic) is SHIPPED_PRIOR
    event = PriorEvent.objects.get(kind="kept")
    # Six courses of five sessions; the first two scores of a timing have no prediction.
    assert (event.detail["n_scores"], event.detail["needed"]) == (36, 200)


@pytest.fixture
def write_restless(write_course):
    """Write a course of ten visits that falls from about 8 to 3, with deviations of one."""

    def write(number):
        wobble = np.random.default_rng(number).integers(-1, 2, size=(2, 10))
        before, after = np.clip(np.array([8, 7, 7, 6, 6, 5, 5, 4, 4, 3]) - [[0], [1]] + wobble, 0, 10).tolist()
        return write_course(before, afters=after)

    return write


class TestManyScores:
    """Sixteen courses: 256 predictable scores, calmer than the shipped Prior expects."""

    @pytest.fixture
    def many(self, write_restless):
        return [write_restless(number) for number in range(16)]

    def test_are_adopted_the_first_night_and_kept_the_second(self, many, clinic, at):
        fit_clinic(clinic, at=at)
        assert adopted_prior(clinic).version == "linden-1"
        fit_clinic(clinic, at=at + DAY)
        assert adopted_prior(clinic).version == "linden-1"
        # Nothing new was recorded since the first.
        assert PriorEvent.objects.get(kind="kept").detail["n_scores"] == 0

    def test_only_scores_recorded_since_the_fit_are_judged_on(self, many, write_course, clinic, at):
        fit_clinic(clinic, at=at)
        write_course([7, 6, 6, 5, 5], recorded_at=at + DAY)
        fit_clinic(clinic, at=at + 2 * DAY)
        assert PriorEvent.objects.get(kind="kept").detail["n_scores"] == 6

    def test_calibration_continues_with_the_prior_in_use(self, many, clinic, at):
        first = fit_clinic(clinic, at=at)
        second = fit_clinic(clinic, at=at + DAY)
        assert second.threshold.prior == first.prior
        assert second.threshold.numbers["threshold"] == pytest.approx(
            first.threshold.numbers["threshold"], rel=0.1
        )

    @pytest.mark.parametrize("n_nights", [1, 2], ids=["adopted last night", "kept last night"])
    def test_dry_run_counts_what_the_night_counted(self, many, clinic, at, n_nights):
        for night in range(n_nights):
            row = fit_clinic(clinic, at=at + night * DAY).threshold
        _assert_same(dry_run(clinic, budget_per_100=5, at=at + n_nights * DAY).threshold, row)

    def test_kept_prior_is_asked_as_blind_as_it_was(self, many, write_course, clinic, practitioner, at):
        """Scores recorded since then are not used by the fits that replace it."""
        fit_clinic(clinic, at=at)
        in_use, current = InUse.of(clinic), adopted_prior(clinic)
        earlier = blind_predictions(Evidence.of(clinic, at=at), current, in_use)
        last = max(many[0].scores.values_list("scored_at", flat=True))
        PainScore.objects.create(
            clinic=clinic,
            course=many[0],
            timing="other",
            score=10,
            scored_at=last + DAY,
            recorded_by=practitioner,
            recorded_at=at + DAY,
        )
        later = blind_predictions(Evidence.of(clinic, at=at + DAY), current, in_use)
        others = later.panel.patients[later.panel.course] != many[0].patient_id
        before = earlier.panel.patients[earlier.panel.course] != many[0].patient_id
        assert np.allclose(later.p[others], earlier.p[before], atol=1e-5)

    def test_shipped_prior_that_is_kept_is_calibrated_as_it_is(self, courses, clinic, at):
        seen = Evidence.of(clinic, at=at)
        found = blind_predictions(seen, SHIPPED_PRIOR, InUse.of(clinic))
        assert np.array_equal(found.p, predicted_by(SHIPPED_PRIOR, seen.panel).p)


def test_dry_run_of_a_clinic_with_the_shipped_prior_counts_what_the_night_counted(courses, clinic, at):
    row = fit_clinic(clinic, at=at).threshold
    _assert_same(dry_run(clinic, budget_per_100=5, at=at + DAY).threshold, row)


def _assert_same(tried, row):
    """Every number of a dry run at today's budget is the night's."""
    for name, value in asdict(tried).items():
        assert value == pytest.approx(row.numbers[name], rel=0.01), name


def test_what_was_alarmed_is_kept_by_month_session_start_type_and_timing(courses, clinic, at):
    rates = fit_clinic(clinic, at=at).threshold.rates
    assert set(rates) == {"month", "session", "start", "type", "timing"}
    assert [label for label, _rate, _n in rates["month"]] == ["2026-01", "2026-02"]
    assert [(label, n) for label, _rate, n in rates["session"]] == [(str(n), 6) for n in range(1, 6)]
    assert [(label, n) for label, _rate, n in rates["start"]] == [("7-10", 30)]
    assert [(label, n) for label, _rate, n in rates["timing"]] == [("after", 30), ("before", 30)]
    assert sum(n for _label, _rate, n in rates["type"]) == 30


def test_fit_never_rewrites_why_staff_were_called(course, clinic, write_restless, at):
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at)
    alert = Alert.objects.get(rule="pain")
    written, drawn = alert.findings, list(PainScore.objects.order_by("pk").values_list("expected", flat=True))
    for number in range(16):
        write_restless(number)
    fit_clinic(clinic, at=at + DAY)
    assert adopted_prior(clinic) is not SHIPPED_PRIOR
    alert.refresh_from_db()
    assert alert.findings == written
    assert list(PainScore.objects.exclude(expected={}).order_by("pk").values_list("expected", flat=True)) == [
        one for one in drawn if one
    ]


@pytest.mark.parametrize("budget", [0, 100])
def test_any_budget_gives_numbers(courses, clinic, at, budget):
    Clinic.objects.update(alert_budget_per_100=budget)
    clinic.refresh_from_db()
    numbers = fit_clinic(clinic, at=at).threshold.numbers
    assert all(math.isfinite(value) for value in numbers.values() if isinstance(value, float))
    assert numbers["budget_per_100"] == budget


def test_fixed_rules_count_in_the_budget(write_course, clinic, at):
    """Every session of these courses ends four points higher than it began."""
    for _n in range(4):
        write_course([3, 3, 3, 3], fall=-4)
    assert fit_clinic(clinic, at=at).threshold.numbers["fixed_per_100"] > 0


def test_clinic_without_any_course_is_fitted(clinic, at):
    assert fit_clinic(clinic, at=at).prior.n_scores == 0


def test_courses_without_scores_are_no_matter(write_course, clinic, at):
    write_course([])
    write_course([5])
    assert fit_clinic(clinic, at=at).prior.n_scores == 2


def test_two_fits_at_once_are_two_versions(courses, clinic, at, monkeypatch):
    """The second begins while the first is still calculating."""
    real, nested = fitting.curve.threshold_for, []

    def threshold_for(*args, **kwargs):
        if not nested:
            nested.append(True)
            fit_clinic(clinic, at=at)
        return real(*args, **kwargs)

    monkeypatch.setattr(fitting.curve, "threshold_for", threshold_for)
    fit_clinic(clinic, at=at)
    assert sorted(Prior.objects.values_list("version", flat=True)) == [1, 2]


def test_clinic_that_cannot_be_fitted_does_not_stop_the_others(courses, clinic, at, monkeypatch):
    make_clinic("Aspen")
    real = evidence.clinic_records
    monkeypatch.setattr(
        evidence, "clinic_records", lambda one, *, at: 1 / 0 if one == clinic else real(one, at=at)
    )
    fit_every_clinic(at=at)
    assert [prior.clinic.name for prior in Prior.objects.all()] == ["Aspen"]


class TestCommand:
    def test_says_a_line_for_each_clinic(self, courses):
        make_clinic("Aspen")
        out = io.StringIO()
        call_command("fit_curves", stdout=out)
        lines = out.getvalue().splitlines()
        assert lines[0].startswith("linden: n=6 courses, 60 scores, log-likelihood=-")
        assert "alert threshold=" in lines[0]
        assert lines[1].startswith("aspen: n=0 courses")

    def test_fits_one_clinic_alone(self, courses):
        make_clinic("Aspen")
        call_command("fit_curves", clinic="aspen", stdout=io.StringIO())
        assert [prior.clinic.slug for prior in Prior.objects.all()] == ["aspen"]

    def test_unknown_clinic_is_refused_with_those_known(self, clinic):
        with pytest.raises(CommandError, match="linden"):
            call_command("fit_curves", clinic="nowhere")
