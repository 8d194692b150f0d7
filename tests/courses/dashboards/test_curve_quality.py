"""How good the curve is here: every figure counted again in a simple way."""

from __future__ import annotations

import random
import re
import uuid
from collections import Counter, defaultdict
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from scipy.stats import binomtest

from courses.alerts.responding import acknowledge, last_news, resolve
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession, version_of
from courses.corrections.voiding import void_session
from courses.curve.reliability import LEAST_EXPECTED, RARITY_EDGES
from courses.dashboards.alarm_results import FOUND, LEAST_ANSWERED, Found
from courses.dashboards.curve_quality import LAST_NUMBER, LEAST_SESSIONS, N_MONTHS, curve_quality
from courses.models import Alert, CheckIn, PainScore, Prediction
from courses.rules import pain
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from patients.models import Patient
from tests.courses.rules.making import expects
from tests.courses.rules.making import pain as facts_of
from tests.factories import CourseFactory, as_test_patients, cleared_patient, log_run, log_visit

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TIMINGS = ("before", "after", "day1", "day3", "other")
GROUPS = ("axial", "mixed", "undiagnosed", "radiculopathy")
RULES = ("beyond_bounds", "lasting", "plain_rise", "floor", "still_worse", "ceiling")


@pytest.fixture
def another(clinic, practitioner, at):
    """Make more courses, each of a patient of its own."""

    def make(**values):
        patient = cleared_patient(clinic, by=practitioner, at=at - 60 * DAY, **values)
        return CourseFactory(patient=patient, practitioner=practitioner)

    return make


def random_chances(rng):
    weights = [rng.random() ** rng.choice((1, 4, 12)) for _score in range(11)]
    return [weight / sum(weights) for weight in weights]


def random_history(courses, rng, *, at, n=220):
    """Scores of all kinds: predicted or not, judged again, without a session, void, old."""
    sessions = [log_visit(one, at - number * WEEK).session for number in range(4) for one in courses]
    for _number in range(n):
        session, course = rng.choice(sessions), rng.choice(courses)
        session = rng.choice((session, None))
        when = at - timedelta(days=rng.choice((rng.randrange(1, 330), rng.randrange(330, 500))))
        score = PainScore.objects.create(
            clinic=course.clinic,
            course=session.course if session else course,
            session=session,
            timing="other",
            score=rng.randrange(11),
            scored_at=when,
            recorded_at=when,
        )
        chances = random_chances(rng)
        first = rng.choice(("logged", "logged", "moved", "imported"))
        for because in (first, *rng.choice(((), (), ("corrected",), ("answered_again",)))):
            Prediction.objects.create(
                clinic=course.clinic,
                course=score.course,
                score=score,
                because=because,
                observed=score.score,
                timing=rng.choice(TIMINGS),
                session_number=rng.choice((None, *range(1, 14))),
                group=rng.choice(GROUPS),
                p=chances if rng.random() < 0.9 else None,
                alarmed=rng.sample(RULES, k=rng.choice((0, 0, 0, 1, 2))),
                judged_at=when,
            )
        if rng.random() < 0.1:
            PainScore.objects.filter(pk=score.pk).update(
                voided_at=at, voided_by=course.practitioner, void_reason="x"
            )


def plainly_counted(clinic, *, since):
    """Each counted score of a real patient with its last judgement, without scores first judged before a time."""
    by_score = defaultdict(list)
    for one in Prediction.objects.order_by("pk"):
        is_real = not one.course.patient.is_training and one.clinic_id == clinic.pk
        if is_real and one.score_id in set(PainScore.objects.values_list("pk", flat=True)):
            by_score[one.score_id].append(one)
    found = [rows for rows in by_score.values() if rows[0].judged_at >= since]
    return found, [rows[-1] for rows in found if rows[-1].p is not None]


class TestRecount:
    @pytest.fixture(params=range(2))
    def page(self, request, clinic, another, lead, at):
        """A clinic of four patients, one of them a test patient, and the page's text about it."""
        courses = [another() for _number in range(4)]
        random_history(courses, random.Random(request.param), at=at)
        as_test_patients(Patient.objects.filter(pk=courses[3].patient_id))
        return curve_quality(lead, at=at)

    def test_starts_with_the_month_eleven_months_ago(self, page, clinic, at):
        since, now = clinic.local(page.since), clinic.local(at)
        assert (since.day, since.hour, since.minute, since.microsecond) == (1, 0, 0, 0)
        assert (now.year - since.year) * 12 + now.month - since.month == N_MONTHS - 1

    def test_one_in_n(self, page, clinic):
        _rows, told = plainly_counted(clinic, since=page.since)
        assert page.n_scores == len(told) > 60
        assert page.n_patients == len({one.course.patient_id for one in told}) == 3
        edges = [*RARITY_EDGES, float("inf")]
        for line, low, high in zip(page.rarities, edges[:-1], edges[1:], strict=True):
            expected, seen = 0.0, 0
            for one in told:
                for value in range(11):
                    if low - 1e-9 <= 1 / sum(one.p[value:]) < high - 1e-9:
                        expected += one.p[value]
                        seen += PainScore.objects.get(pk=one.score_id).score == value
            assert (line.found.n, line.found.seen) == (len(told), seen)
            assert line.found.expected == pytest.approx(expected)
            exact = binomtest(seen, len(told)).proportion_ci(0.95, method="exact")
            assert line.found.interval == pytest.approx((exact.low, exact.high))
            assert line.found.is_enough is (LEAST_EXPECTED <= expected <= len(told) - LEAST_EXPECTED)

    def test_coverage_by_session_type_and_timing(self, page, clinic):
        _rows, told = plainly_counted(clinic, since=page.since)
        keys = (
            lambda one: {0: "no session", LAST_NUMBER: "10 and later"}.get(
                number := min(one.session_number or 0, LAST_NUMBER), str(number)
            ),
            lambda one: one.group,
            lambda one: one.timing,
        )
        words = {"undiagnosed": "no type yet", "axial": "Axial", "radiculopathy": "Radiculopathy"}
        for (_heading, lines), key in zip(page.coverage_tables, keys, strict=True):
            counts = defaultdict(lambda: [0, 0, 0.0])
            for one in told:
                low = next(k for k in range(11) if sum(one.p[: k + 1]) >= 0.05 - 1e-12)
                high = next(k for k in range(11) if sum(one.p[: k + 1]) >= 0.95 - 1e-12)
                mine = counts[key(one)]
                mine[0] += 1
                mine[1] += low <= PainScore.objects.get(pk=one.score_id).score <= high
                mine[2] += sum(one.p[low : high + 1])
            assert sum(line.found.n for line in lines) == len(told)
            found = sorted((line.found.n, line.found.seen, round(line.found.expected, 6)) for line in lines)
            assert found == sorted((n, seen, round(expected, 6)) for n, seen, expected in counts.values())
        assert {line.label for line in page.coverage_tables[0][1]} <= {str(n) for n in range(1, 10)} | {
            "no session",
            "10 and later",
        }
        assert words["undiagnosed"] in {line.label for line in page.coverage_tables[1][1]}

    def test_alarms_by_month_and_rule(self, page, clinic):
        rows, _told = plainly_counted(clinic, since=page.since)
        sessions, alarmed = defaultdict(set), defaultdict(set)
        for one in (one for every in rows for one in every):
            if one.because in {"corrected", "imported"}:
                continue
            month = f"{clinic.local(one.judged_at):%b %Y}"
            name = one.score.session_id or -one.score_id
            sessions[month].add(name)
            for rule in one.alarmed:
                alarmed[month, rule].add(name)
        assert {one.label: one.n_sessions for one in page.months} == {m: len(s) for m, s in sessions.items()}
        for one in page.months:
            by_rule = [alarmed[one.label, rule] for rule in pain.RULE_NAMES]
            assert one.by_rule == tuple(map(len, by_rule))
            assert one.n_alarmed == len(set().union(*by_rule))
            assert one.is_enough is (one.n_sessions >= LEAST_SESSIONS)


def test_rules_are_listed_by_the_names_their_findings_carry():
    assert set(pain.RULE_NAMES) == set(RULES)
    found = pain.find_pain(facts_of(10, earlier=(1, 1), before=4, expected=expects()))
    assert {one.rule for one in found} <= set(pain.RULE_NAMES)


def test_every_outcome_of_an_alert_is_sorted():
    assert set(FOUND) == set(Alert.Outcome)


def text_of(page):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


class TestThroughTheLog:
    """The page's counts come from the normal ways of recording."""

    @pytest.fixture
    def course(self, another, at):
        course = another()
        log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=at - 3 * DAY)
        return course

    def test_corrected_score_counts_as_corrected_and_its_alarm_as_raised(self, course, lead, at):
        session = log_visit(course, at, before=4, after=9).session
        before = curve_quality(lead, at=at)
        wanted = CorrectedSession(
            version_of(session), "typed 9 for 3", session.held_at, session.is_needled, "", {"after": 3}
        )
        correct_session(session, wanted=wanted, by=course.practitioner, at=at + DAY)
        after = curve_quality(lead, at=at + 2 * DAY)
        assert sum(line.found.seen for line in before.rarities) > sum(line.found.seen for line in after.rarities)
        assert after.n_scores == before.n_scores
        assert sum(month.n_alarmed for month in after.months) == 1
        place = list(Found).index(Found.CORRECTED)
        assert (before.results.total.found[place], after.results.total.found[place]) == (0, 1)

    def test_void_session_counts_nowhere_and_its_alert_as_a_wrong_entry(self, course, lead, at):
        quiet = curve_quality(lead, at=at)
        session = log_visit(course, at, before=4, after=9).session
        void_session(session, reason="wrong patient", by=lead, at=at + DAY)
        found = curve_quality(lead, at=at + 2 * DAY)
        assert (found.judged, found.months, found.n_untold) == (quiet.judged, quiet.months, quiet.n_untold)
        assert found.results.total.found[list(Found).index(Found.CORRECTED)] == 1

    def test_later_answer_that_alarms_is_counted(self, course, lead, at):
        session = log_visit(course, at, before=4, after=4).session
        check_in = CheckIn.objects.select_related("session__course__clinic").get(session=session, kind="day1")
        for hours, score in ((24, 4), (26, 9)):
            entry = CheckInEntry(form_key=uuid.uuid4(), score=score)
            log_check_in(check_in, entry=entry, at=at + timedelta(hours=hours))
        assert sum(month.n_alarmed for month in curve_quality(lead, at=at + 2 * DAY).months) == 1

    def test_results_are_those_of_a_plain_count(self, another, lead, at):
        rng = random.Random(3)
        for number in range(LEAST_ANSWERED + 4):
            course = another()
            log_run(course, [(5, 4), (5, 4), (4, 9)], until=at - 2 * DAY)
            alert = Alert.objects.get(course=course, rule="pain")
            if number < LEAST_ANSWERED:
                acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="admin")
                alert.refresh_from_db()
                outcome = rng.choice((Alert.Outcome.REASSURED, Alert.Outcome.PLAN_CHANGED, Alert.Outcome.ADVISED))
                cause = rng.choice((Alert.Cause.TECHNIQUE, Alert.Cause.NONE))
                resolve(alert, outcome=outcome, cause=cause, note="", by=lead, at=at, seen=last_news(alert))
        found = curve_quality(lead, at=at).results
        rows = Alert.objects.filter(rule="pain")
        acted = rows.filter(outcome__in=["plan_changed", "advised"]).count()
        assert (found.total.n, found.n_answered, found.n_acted_on) == (rows.count(), LEAST_ANSWERED, acted)
        exact = binomtest(acted, LEAST_ANSWERED).proportion_ci(0.95, method="exact")
        assert (found.is_enough, found.percent) == (True, round(100 * acted / LEAST_ANSWERED))
        assert (found.low, found.high) == (round(100 * exact.low), round(100 * exact.high))
        assert dict(found.causes) == dict(Counter(str(one.get_cause_display()) for one in rows.exclude(cause="")))
        by_rule = {row.label: row.n for row in found.rules}
        n_plain = sum(any(one["rule"] == "plain_rise" for one in row.findings) for row in rows)
        assert by_rule["Fixed rule: rise"] == n_plain


class TestPage:
    def test_says_where_there_is_nothing(self, signed_in, lead):
        page = text_of(signed_in(lead).get(reverse("curve-quality")).content.decode())
        assert "No score was predicted since" in page
        assert "No session has been judged yet" in page
        assert "No pain alert since" in page

    def test_says_too_few_with_its_limits(self, signed_in, lead, another, at, time_machine):
        time_machine.move_to(at, tick=False)
        log_run(another(), [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at - DAY)
        page = text_of(signed_in(lead).get(reverse("curve-quality")).content.decode())
        assert page.count("too few to say") >= len(RARITY_EDGES) + 4
        assert f"fewer than {LEAST_EXPECTED:.0f} were expected" in page
        assert f"fewer than {LEAST_SESSIONS} sessions" in page
        assert f"fewer than {LEAST_ANSWERED} resolved alerts" in page
        assert "0 of 0 resolved pain alerts" in page

    def test_is_linked_for_those_who_may_open_it(self, signed_in, lead, practitioner):
        url = reverse("curve-quality")
        for where in ("dashboard", "admin:courses_prior_changelist"):
            assert url in signed_in(lead).get(reverse(where)).content.decode()
        assert url not in signed_in(practitioner).get(reverse("admin:courses_prior_changelist")).content.decode()
        assert signed_in(practitioner).get(url).status_code == 403

    def test_asks_as_many_queries_however_many_rows(self, signed_in, lead, another, at):
        def n_queries():
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert signed_in(lead).get(reverse("curve-quality")).status_code == 200
            return len(found)

        log_run(another(), [(6, 5), (5, 4), (4, 9)], until=at - DAY)
        n_queries()
        few = n_queries()
        for _number in range(3):
            log_run(another(), [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at - DAY)
        assert n_queries() == few

    def test_pictures_say_their_numbers(self, clinic, another, lead, at):
        random_history([another() for _number in range(3)], random.Random(5), at=at, n=120)
        page = curve_quality(lead, at=at)
        for line in (*page.rarities, *page.overall):
            picture = ElementTree.fromstring(str(line.bar))
            assert f"Predicted {line.per_100['said']:.1f}%; observed {line.per_100['seen']:.1f}%" in picture.get(
                "aria-label"
            )
            is_square = picture.find("rect") is not None
            low, high = line.found.interval
            assert is_square is not (low <= line.found.said <= high)
