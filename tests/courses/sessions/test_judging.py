"""Judges new scores by the curve and the pain rules."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from clinic.models import Clinic, Fault, Message
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.models import Alert, AlertThreshold, CheckIn, PainScore
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from courses.sessions.verdict import BandPosition
from patients.models import Patient
from tests.factories import as_test_patients, flag, log_run, log_visit, set_scores

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DOWN = [(6, 5), (5, 4), (5, 4), (4, 3)]


@pytest.fixture
def going_down(course, at):
    """Four visits, the last one four days ago."""
    log_run(course, DOWN, until=at - 4 * DAY)
    return course


def pain() -> Alert:
    return Alert.objects.get(rule="pain")


class TestAlert:
    def test_is_raised_once_for_both_scores_of_a_visit(self, going_down, at):
        log_visit(going_down, at, before=9, after=9)
        assert Alert.objects.filter(rule="pain").count() == 1

    def test_further_visit_adds_to_the_open_one(self, going_down, at):
        log_visit(going_down, at, before=4, after=9)
        log_visit(going_down, at + DAY, before=4, after=9)
        assert pain().events.filter(kind="finding_added").exists()

    def test_acknowledged_stays_so_while_it_gets_no_worse(self, going_down, practitioner, at):
        log_visit(going_down, at, before=4, after=9)
        acknowledge(pain(), by=practitioner, at=at, seen=last_news(pain()), way="admin")
        log_visit(going_down, at + DAY, before=4, after=8)
        assert pain().state == "acknowledged"

    def test_resolved_gives_a_new_one(self, going_down, practitioner, at):
        log_visit(going_down, at, before=4, after=9)
        resolve(pain(), outcome=Alert.Outcome.ADVISED, note="", by=practitioner, at=at, seen=last_news(pain()))
        log_visit(going_down, at + DAY, before=4, after=9)
        assert Alert.objects.filter(rule="pain").count() == 2

    def test_never_resolves_itself_while_pain_stays_high(self, course, at):
        """5, 5, 4, 4 and then 8 again and again: a curve fitted afterwards has absorbed the rise."""
        afters = [5, 5, 4, 4, 8, 8, 8, 8, 8]
        log_run(course, [(min(after, 5), after) for after in afters], until=at)
        assert pain().state == "open"

    def test_pages_nobody_for_a_training_patient(self, going_down, at):
        as_test_patients(Patient.objects.all())
        log_visit(going_down, at, before=4, after=9)
        assert pain().severity == "red"
        assert not Message.objects.filter(kind="staff_alert").exists()

    @pytest.mark.parametrize("threshold", [1e300, 0.0])
    def test_threshold_never_silences_the_plain_rules(self, going_down, at, threshold):
        numbers = {"threshold": threshold, "quarter_threshold": threshold}
        AlertThreshold.objects.create(
            clinic=going_down.clinic, version=1, budget_per_100=0, numbers=numbers, calibrated_at=at
        )
        log_visit(going_down, at, before=4, after=9)
        assert "plain_rise" in {finding["rule"] for finding in pain().findings}


def test_failing_curve_costs_no_score_and_is_an_operators_event(going_down, at, monkeypatch):
    monkeypatch.setattr("courses.sessions.judging.expectation", lambda *_args, **_kwargs: 1 / 0)
    log_visit(going_down, at, before=4, after=9)
    assert {finding["rule"] for finding in pain().findings} == {"plain_rise", "floor"}
    assert Fault.objects.get(kind="curve").subject == f"course:{going_down.pk}"
    assert not Fault.objects.open().exists()


@pytest.mark.parametrize(
    ("score", "is_watched", "rules"), [(6, True, set()), (8, False, {"plain_rise", "still_worse"})]
)
def test_failing_curve_costs_nothing_of_day_three(going_down, at, monkeypatch, score, is_watched, rules):
    session = log_visit(going_down, at, before=4, after=4).session
    monkeypatch.setattr("courses.sessions.judging.expectation", lambda *_args, **_kwargs: 1 / 0)
    check_in = CheckIn.objects.get(session=session, kind="day3")
    entry = CheckInEntry(form_key=uuid.uuid4(), score=score)
    [found] = log_check_in(check_in, entry=entry, at=at + 3 * DAY)
    assert (found.is_watched, {one.rule for one in found.findings}) == (is_watched, rules)
    assert PainScore.objects.get(timing="day3").expected.get("watch", False) is is_watched


class TestBesideSeverePain:
    @pytest.fixture
    def reported(self, going_down, at):
        """Severe pain was reported at the last visit, with an answer."""

        def make(answer="yes", *, after=9):
            answered = flag(going_down.clinic, "severe_pain", answer=answer)
            log_visit(going_down, at, before=4, after=after, flags=(answered,))
            return Alert.objects.get(flag_code="severe_pain")

        return make

    def test_findings_of_the_same_score_join_it(self, reported):
        alert = reported()
        assert not Alert.objects.filter(rule="pain").exists()
        assert alert.events.get(kind="finding_added").detail["findings"]

    def test_findings_of_a_later_score_are_a_matter_of_their_own(self, reported, going_down, lead, at):
        acknowledge(reported(), by=lead, at=at, seen=2**40, way="admin")
        log_visit(going_down, at + DAY, before=3, after=7, is_needled=False)
        assert pain().severity == "amber"
        assert Message.objects.filter(group_key=f"alert:{pain().pk}").exists()

    def test_usual_pain_does_not_hide_a_red_rise(self, reported, going_down):
        """A call back tomorrow must not replace an alert after five minutes."""
        set_scores(PainScore.objects.filter(session__number=1, timing="before"), 8)
        assert reported("usual").severity == "C"
        assert pain().severity == "red"


class TestTimings:
    def test_before_is_judged_by_before_and_after_by_after(self, going_down, at):
        before, after = log_visit(going_down, at, before=4, after=3).verdicts
        assert (before.timing, after.timing) == ("before", "after")
        assert before.expected.mean > after.expected.mean

    def test_next_day_is_compared_with_the_visits_before_score(self, going_down, at):
        session = log_visit(going_down, at, before=3, after=3).session
        check_in = CheckIn.objects.get(session=session, kind="day1")
        (verdict,) = log_check_in(check_in, entry=CheckInEntry(form_key=uuid.uuid4(), score=7), at=at + DAY)
        assert verdict.position == BandPosition.CANNOT_TELL
        assert {finding.rule for finding in verdict.findings} == {"plain_rise"}
        assert pain().findings[0]["evidence"]["before"] == 3

    def test_late_entry_is_judged_by_what_came_before_it(self, course, at):
        log_run(course, DOWN, until=at)
        late = log_visit(course, at - 20 * DAY, at=at, before=6, after=5)
        assert [verdict.position for verdict in late.verdicts] == [BandPosition.CANNOT_TELL] * 2


class TestKept:
    def test_score_keeps_what_was_expected_of_it(self, going_down, at):
        session = log_visit(going_down, at, before=4, after=3).session
        kept = session.scores.get(timing="after").expected
        assert kept["standing"] == "in_band"
        assert {"mean", "low50", "high50", "low90", "high90", "point90", "n_scores", "prior"} <= kept.keys()

    def test_score_keeps_that_there_was_no_estimate(self, course, at):
        session = log_visit(course, at).session
        assert session.scores.first().expected == {"standing": "cannot_tell", "have": 1, "need": 3}

    def test_alert_keeps_its_sum_whatever_is_fitted_later(self, going_down, at):
        log_visit(going_down, at, before=4, after=9)
        frozen = pain().findings
        Clinic.objects.update(alert_budget_per_100=50)
        set_scores(PainScore.objects.filter(session__number__lt=4), 9)
        assert pain().findings == frozen


def test_visit_without_scores_has_no_verdict(course, at):
    assert log_visit(course, at, before=None, after=None).verdicts == ()
    assert not Alert.objects.exists()


class TestLasting:
    """The last scores together, from the forms that log them."""

    @pytest.fixture
    def worse(self, course, at):
        """Visits a week apart, scored before needling only."""

        def make(*scores):
            for week, score in enumerate(scores):
                log_visit(course, at + week * 7 * DAY, before=score, after=None, is_needled=False)

        return make

    def test_what_lasts_raises_an_alert_that_says_since_when(self, worse, course):
        worse(3, 3, 4, 3, 3, 3, 5, 5, 5)
        first = next(score for score in course.scores.filter(timing="before") if score.expected.get("told"))
        [finding] = [one for one in pain().findings if one["rule"] == "lasting"]
        evidence = finding["evidence"]
        assert evidence["lasting"] > evidence["lasting_threshold"]
        assert evidence["since_session"] < first.session.number == evidence["session"]
        assert evidence["above"] > 1

    def test_it_alerts_once(self, worse, course):
        worse(3, 3, 4, 3, 3, 3, 5, 5, 5, 5)
        told = [bool(score.expected.get("told")) for score in course.scores.filter(timing="before")]
        assert sum(told) == 1

    def test_every_judged_score_keeps_what_a_correction_needs(self, worse, course):
        worse(3, 3, 3, 3)
        kept = course.scores.filter(timing="before").last().expected["memory"]
        assert {name: len(values) for name, values in kept.items()} == dict.fromkeys(
            ("ratio", "one_in", "back", "above"), 11
        )
        assert kept["ratio"] == sorted(kept["ratio"])
