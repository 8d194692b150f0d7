"""Priors are fitted from a clinic's courses and stored as rows that never change."""

from __future__ import annotations

import io
import math

import pytest
from django.core.management import CommandError, call_command

from clinic.models import Clinic
from courses.models import AlertThreshold, Prior
from courses.priors import fitting
from courses.priors.adopted import adopted_prior
from courses.priors.fitting import fit_clinic, fit_every_clinic
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def courses(write_course):
    """Six courses that go down."""
    return [write_course([7 + n % 3, 6, 5, 4 - n % 2, 3]) for n in range(6)]


def test_fit_is_stored_with_what_it_rests_on(courses, clinic, at):
    fit = fit_clinic(clinic, at=at)
    prior = Prior.objects.get()
    assert fit.prior == prior
    assert (prior.version, prior.n_courses, prior.n_patients, prior.n_scores) == (1, 6, 6, 60)
    assert (prior.fitted_at, prior.is_adopted, prior.numbers["version"]) == (at, True, "linden-1")
    assert prior.log_likelihood is not None


def test_fit_comes_with_its_threshold(courses, clinic, at):
    fit_clinic(clinic, at=at)
    threshold = AlertThreshold.objects.get()
    assert (threshold.version, threshold.prior, threshold.budget_per_100) == (1, Prior.objects.get(), 5)
    assert threshold.numbers["quarter_threshold"] >= threshold.numbers["threshold"] >= 1


def test_next_fit_is_another_version_and_leaves_the_first(courses, clinic, at):
    first = fit_clinic(clinic, at=at).prior
    kept = Prior.objects.get().numbers
    second = fit_clinic(clinic, at=at).prior
    assert (first.version, second.version) == (1, 2)
    assert Prior.objects.get(pk=first.pk).numbers == kept
    assert list(Prior.objects.adopted()) == [second]
    assert adopted_prior(clinic).version == "linden-2"


@pytest.mark.parametrize("budget", [0, 100])
def test_any_budget_gives_numbers(courses, clinic, at, budget):
    Clinic.objects.update(alert_budget_per_100=budget)
    clinic.refresh_from_db()
    numbers = fit_clinic(clinic, at=at).threshold.numbers
    assert all(math.isfinite(value) for value in numbers.values() if isinstance(value, float))
    assert numbers["budget_per_100"] == budget


def test_fixed_rules_count_in_the_budget(write_course, clinic, at):
    """Every session of these courses ends four higher than it began."""
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
    """The second begins while the first still reckons."""
    real, nested = fitting.curve.calibrate, []

    def calibrate(*args, **kwargs):
        if not nested:
            nested.append(True)
            fit_clinic(clinic, at=at)
        return real(*args, **kwargs)

    monkeypatch.setattr(fitting.curve, "calibrate", calibrate)
    fit_clinic(clinic, at=at)
    assert sorted(Prior.objects.values_list("version", flat=True)) == [1, 2]


def test_clinic_that_cannot_be_fitted_does_not_stop_the_others(courses, clinic, at, monkeypatch):
    make_clinic("Aspen")
    real = fitting.clinic_records
    monkeypatch.setattr(fitting, "clinic_records", lambda one, *, at: 1 / 0 if one == clinic else real(one, at=at))
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
