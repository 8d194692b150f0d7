"""Sentences about a course, on every page, in alerts and in mail, never contradict its scores."""

from __future__ import annotations

import re
from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from clinic.models import Message
from courses.alerts.messages.mail import alert_mail
from courses.alerts.responding import last_news, resolve
from courses.alerts.sums import _says
from courses.alerts.wording import rule_words
from courses.curve import CannotTell, condition
from courses.curve.study.simulation import regular_panel, simulate
from courses.models import Alert
from courses.outlook.picture import curve_picture
from courses.outlook.review_facts import review_facts
from courses.outlook.summary import curve_says
from courses.outlook.wording import curve_sentences, gain_words, worse_note
from courses.priors.course_records import worse_by_course
from courses.rules.off_course import find_off_course
from courses.watching.digest import make_digest
from courses.watching.digest_mail import digest_mail
from courses.watching.findings import watch_courses
from tests.courses.rules.in_order import PRIORS, findings, in_force, record_of
from tests.factories import log_run

FALLING = ("steady fall", "a rise first, then a fall", "relief so far")
N_COURSES, N_SCORES = 30, 8
WORSE = (6, 7, 8, 8, 9)


def simulated(name: str, seed: int) -> list[tuple[int, ...]]:
    """Courses drawn from a Prior: as they are, reversed, with a lasting rise; of all lengths from 3 on."""
    rng = np.random.default_rng(seed)
    panel = regular_panel(n_courses=N_COURSES, n_scores=N_SCORES)
    drawn = simulate(in_force(name)[0], panel, rng=rng).reshape(N_COURSES, N_SCORES).astype(int)
    raised = np.minimum(drawn + 3 * (np.arange(N_SCORES) >= 4), 10)
    lengths = rng.integers(3, N_SCORES + 1, 3 * N_COURSES)
    rows = [*drawn, *drawn[:, ::-1], *raised]
    return [tuple(row[:length].tolist()) for row, length in zip(rows, lengths, strict=True)]


def number_in(words: str, pattern: str) -> float:
    found = re.search(pattern, words)
    assert found, words
    return float(found[1])


@pytest.mark.parametrize("name", PRIORS)
def test_page_never_contradicts_the_scores(name):
    for scores in simulated(name, seed=11):
        record, prior = record_of(scores), in_force(name)[0]
        posterior = condition(prior, record.scores())
        says = curve_says(record, posterior, next_week=float(len(scores)), seconds=30)
        assert says is not None
        gain, sentences = gain_words(says), curve_sentences(says)
        words = " ".join([gain, *sentences, *curve_sentences(says, is_over=True)])
        rise = sum(scores[-3:]) / 3 - scores[0]
        is_worse = len(scores) > 3 and rise >= 2
        assert ("Worse than at the start" in words) is is_worse, scores
        assert bool(worse_note(record.worse_than_start())) is is_worse
        if is_worse:
            note = worse_note(record.worse_than_start())
            assert number_in(note, r"^([\d.]+) points worse") == pytest.approx(rise, abs=0.051)
            assert number_in(words, r"\): ([\d.]+) points") == pytest.approx(rise, abs=0.051)
            assert not [one for one in FALLING if one in words], (scores, words)
        if "relief so far" in gain:
            percent, now = (
                number_in(gain, r"(\d+)% relief"),
                sum(scores[-2:]) / 2 if len(scores) > 2 else scores[-1],
            )
            assert now <= scores[0]
            assert percent == pytest.approx(100 * (1 - now / scores[0]), abs=0.51)
        change = sum(scores[1:][-3:]) / len(scores[1:][-3:]) - scores[0]
        assert not (change <= -1 and "shape of the course: a rise (" in words)
        assert not (change >= 1 and ("steady fall" in words or "then a fall" in words)), (scores, words)
        _check_next(record, posterior, says, words)


def _check_next(record, posterior, says, words):
    """The sentence, the bracket in the chart and its range have the same numbers."""
    if isinstance(says.next_score, CannotTell):
        assert "about" not in words.split("Next score")[1].split(".")[0]
        return
    picture = curve_picture(record, posterior, next_week=float(len(record.rows)), seconds=30)
    mean, low, high = map(int, re.search(r"about (\d+), wide range (\d+) to (\d+)", words).groups())
    expected = picture.band.next
    assert (low, high) == (expected.low90, expected.high90)
    assert mean == round(expected.mean)
    assert low <= expected.mean <= high


@pytest.mark.parametrize("name", PRIORS)
def test_alert_never_contradicts_the_scores(name):
    n_found = 0
    for scores in simulated(name, seed=23):
        for number, here in findings(scores, name).items():
            score, earlier = scores[number - 1], scores[: number - 1]
            for finding in here:
                n_found += 1
                _check_finding(finding.as_json(), score, earlier)
    assert n_found >= 10


def _check_finding(finding, score, earlier):
    words, evidence = rule_words(finding), finding["evidence"]
    said = _says(evidence)
    assert evidence["observed"] == score
    if finding["rule"] == "beyond_bounds":
        assert score >= evidence["expected"] + 1.9
        assert score > number_in(said, r"about (\d+),")
    if finding["rule"] == "lasting":
        above = number_in(words, r"about ([\d.]+) points higher")
        since = number_in(words, r"Since session (\d+):")
        assert above > 0, (words, score, earlier)
        assert 1 <= since <= len(earlier)
        assert "about 1 in 0" not in words
    if "far above every earlier score" in words:
        assert score >= max(earlier) + 4
    if "higher at each of the last 4 sessions" in words:
        run = [*earlier, score][-5:]
        assert run == sorted(set(run))
    if "almost no pain before" in words:
        assert max(earlier[-2:]) <= 1 < score
    if "first 10" in words:
        assert score == 10 > max(earlier)
    if "8 or more" in words:
        assert score >= 8
        assert score > earlier[-1]
    if "too high to show worsening" in words:
        assert score >= min(earlier[0], 10)


@pytest.mark.parametrize("name", PRIORS)
def test_review_never_speaks_of_relief_where_there_is_none(name):
    for scores in simulated(name, seed=31):
        record = record_of(scores)
        facts = review_facts(record, in_force(name)[0], len(scores))
        if record.worse_than_start() and facts.gain is not None and scores[0] >= 3:
            assert facts.gain < 0
        finding = find_off_course(facts)
        if finding and record.worse_than_start() and scores[0] >= 3:
            assert finding.evidence["gain"] < 0


@pytest.mark.django_db
class TestSixSevenEightEightNine:
    """The course that started all this: called worse on every page, in the mail and in the digest."""

    @pytest.fixture
    def listed(self, course, lead, at):
        """Its alert in the morning, after the pain alert that some Priors raise was resolved."""
        log_run(course, [(score, None) for score in WORSE], until=at)
        for alert in Alert.objects.filter(rule="pain"):
            resolve(alert, outcome=Alert.Outcome.ADVISED, note="", by=lead, at=at, seen=last_news(alert))
        watch_courses(at=at)
        return Alert.objects.get(course=course, rule="worse_than_start")

    def test_every_page_says_so(self, listed, course, signed_in, lead, time_machine, at):
        time_machine.move_to(at + timedelta(hours=1), tick=False)
        client = signed_in(lead)
        urls = {
            "course": reverse("admin:courses_course_change", args=[course.pk]),
            "log": reverse("admin:courses_course_log", args=[course.pk]),
            "alert": reverse("admin:courses_alert_change", args=[listed.pk]),
            "review": reverse("admin:courses_course_review", args=[course.pk]),
            "dashboard": reverse("dashboard"),
        }
        for name, url in urls.items():
            page = re.sub(r"\s+", " ", client.get(url).content.decode())
            assert "Worse than at the start (before): 2,3 points. The first score was 6" in page, name
            assert "relief so far" not in page.lower(), name
            assert "steady fall" not in page, name

    def test_page_of_a_red_flag_says_so(self, listed, course, signed_in, lead, report, at):
        flagged = report()
        page = signed_in(lead).get(reverse("admin:courses_alert_change", args=[flagged.pk])).content.decode()
        assert "Worse than at the start (before): 2,3 points." in page

    def test_it_is_in_the_digest_in_points(self, listed, clinic, at):
        digest = make_digest(clinic, at=at + timedelta(days=1))
        assert digest is not None
        message = Message.objects.filter(kind="daily_digest").first()
        mail = digest_mail.render(message)
        for part in (mail.text, mail.html):
            assert f"Alert {listed.pk}: 2,3 points worse than at the start" in part
            assert part.count("worse than at the start") == 1
        assert "worse" not in mail.subject

    def test_mail_of_its_pain_alert_says_so_and_no_score(self, course, at):
        log_run(course, [(score, None) for score in (*WORSE[:4], 10)], until=at)
        alert = Alert.objects.get(course=course, rule="pain")
        message = Message.objects.filter(group_key=f"alert:{alert.pk}").first()
        [worse] = worse_by_course([course.pk], clinic=course.clinic)[course.pk]
        mail = alert_mail.render(message)
        for part in (mail.text, mail.html):
            assert "Latest scores: 2,7 points worse than at the start." in part
        assert worse.rise == pytest.approx(8 / 3)
        assert "worse" not in mail.subject

    def test_mail_of_a_course_that_is_not_worse_does_not(self, course, at):
        log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at)
        message = Message.objects.filter(group_key=f"alert:{Alert.objects.get().pk}").first()
        assert "worse" not in alert_mail.render(message).text

    def test_broken_note_holds_no_mail_back(self, course, at, monkeypatch):
        log_run(course, [(score, None) for score in (*WORSE[:4], 10)], until=at)
        monkeypatch.setattr("courses.alerts.worse.worse_note", lambda *_args: 1 / 0)
        message = Message.objects.filter(group_key=f"alert:{Alert.objects.get(rule='pain').pk}").first()
        mail = alert_mail.render(message)
        assert "Acknowledge" in mail.text
        assert "worse" not in mail.text
