"""Correcting a saved session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinic.models import Message
from courses.corrections.correct import StaleEdit, correct_session
from courses.corrections.correction import CorrectedNeedling, CorrectedSession, version_of
from courses.corrections.wording import correction_words
from courses.models import AdverseEventItem, Alert, Correction, Needling, PainScore, Point, RedFlagReport
from courses.sessions.entry import NeedlingEntry
from tests.factories import flag, log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(course, at):
    """The fifth visit of a course with falling scores, an hour ago."""
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=at - timedelta(days=3))
    point = Point.objects.for_clinic(course.clinic).get(code="GB20")
    needlings = (NeedlingEntry(point=point, side=Needling.Side.BOTH, depth_mm=15),)
    return log_visit(course, at - timedelta(hours=1), before=4, after=3, needlings=needlings).session


@pytest.fixture
def correct(session, practitioner, at):
    """Correct the session; values that are not given stay as they are."""

    def do(*, by=practitioner, version=None, **values):
        session.refresh_from_db()
        as_is = {
            "version": version_of(session) if version is None else version,
            "reason": "read the wrong line",
            "held_at": session.held_at,
            "is_needled": session.is_needled,
            "note": session.note,
        }
        return correct_session(session, wanted=CorrectedSession(**{**as_is, **values}), by=by, at=at)

    return do


def score(session, timing):
    return session.scores.get(timing=timing)


def test_score_keeps_its_old_value_with_who_when_and_why(session, correct, practitioner, at):
    correct(scores={"after": 2})
    kept = Correction.objects.get()
    assert (kept.score, kept.before, kept.after) == (score(session, "after"), 3, 2)
    assert (kept.reason, kept.corrected_by, kept.corrected_at) == ("read the wrong line", practitioner, at)
    assert score(session, "after").score == 2


def test_reason_is_compulsory(session, correct):
    with pytest.raises(ValidationError, match="Enter the reason"):
        correct(scores={"after": 2}, reason="  ")
    assert score(session, "after").score == 3


def test_same_values_are_no_correction(session, correct):
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(scores={"before": 4, "after": 3})


def test_note_and_time_are_kept_and_the_scores_move_along(session, correct):
    earlier = session.held_at - timedelta(hours=2)
    correct(note="slept well", held_at=earlier)
    session.refresh_from_db()
    assert (session.note, session.held_at) == ("slept well", earlier)
    assert set(session.scores.values_list("scored_at", flat=True)) == {earlier}
    assert set(Correction.objects.values_list("field", flat=True)) == {"note", "held_at"}


@pytest.mark.parametrize("days", [-400, 1])
def test_time_stays_in_the_course_and_in_the_past(session, correct, days):
    with pytest.raises(ValidationError, match=r"earlier|future"):
        correct(held_at=session.held_at + timedelta(days=days))


def test_point_left_out_is_added_and_one_not_needled_is_taken_away(session, correct):
    saved = session.needlings.get()
    number = saved.pk
    added = {"point": None, "ashi_site": "left shoulder", "side": "left"}
    correct(needlings=(CorrectedNeedling(saved, None), CorrectedNeedling(None, added)))
    assert [str(one) for one in session.needlings.all()] == ["left shoulder (left)"]
    kept = Correction.objects.get(field="needlings")
    assert (kept.before[0]["id"], kept.before[0]["depth_mm"]) == (number, 15)
    assert kept.after[0]["ashi_site"] == "left shoulder"


def test_depth_of_a_point_is_corrected_in_place(session, correct):
    saved = session.needlings.get()
    correct(needlings=(CorrectedNeedling(saved, {"depth_mm": 10}),))
    assert session.needlings.get().depth_mm == 10
    kept = Correction.objects.get()
    assert (kept.before[0]["depth_mm"], kept.after[0]["depth_mm"]) == (15, 10)


def test_needle_of_a_point_is_corrected_and_shown_in_words(session, correct):
    correct(needlings=(CorrectedNeedling(session.needlings.get(), {"needle": "0.30 × 50 mm"}),))
    (act,) = correction_words(Correction.objects.all(), clinic=session.clinic)
    assert act.lines == (("points", "GB20, both, 15 mm", "GB20, both, 15 mm, needle 0.30 × 50 mm"),)


def test_particulars_keep_what_they_were(session, correct):
    correct(details={"needles_in": 9, "needles_out": 9, "motion_flexion": 40, "symptom_headache": 2})
    correct(details={"needles_in": 9, "motion_flexion": 45, "symptom_headache": None})
    newest, first = Correction.objects.filter(field="details")
    assert (first.before["needles_out"], first.after["needles_out"]) == (None, 9)
    assert newest.before == {"motion_flexion": 40, "symptom_headache": 2}
    assert newest.after == {"motion_flexion": 45, "symptom_headache": None}
    session.refresh_from_db()
    assert (session.needles_out, session.motion.flexion, session.symptoms.count()) == (9, 45, 0)


def test_details_are_shown_in_words(session, correct):
    correct(details={"position": "prone", "other_treatments": ["moxa"], "needle_maker": ""})
    (act,) = correction_words(Correction.objects.all(), clinic=session.clinic)
    assert act.lines[0][2] == "Position: face down; Other treatment: moxibustion"


def test_adverse_event_is_added_and_taken_away(session, correct):
    first, second = AdverseEventItem.objects.for_clinic(session.clinic)[:2]
    correct(adverse_event_ids=frozenset({first.pk}))
    correct(adverse_event_ids=frozenset({second.pk}))
    assert [event.item for event in session.adverse_events.all()] == [second]
    assert [row["item_id"] for row in Correction.objects.first().before] == [first.pk]


def test_second_editor_sees_what_changed_meanwhile(session, correct, lead):
    seen = version_of(session)
    correct(scores={"after": 2})
    with pytest.raises(StaleEdit) as told:
        correct(scores={"after": 1}, version=seen, by=lead)
    assert [(row.before, row.after) for row in told.value.newer] == [(3, 2)]
    assert score(session, "after").score == 2


def test_needling_entered_late_without_clearance_is_saved_as_that_and_pages_nobody(
    course, correct, at, practitioner
):
    course.patient.consents.model.objects.create(
        clinic=course.clinic,
        patient=course.patient,
        stream="treatment",
        is_given=False,
        how="spoken",
        text_version="t",
        language="en",
        recorded_by=practitioner,
        recorded_at=at,
    )
    talk = log_visit(course, at - timedelta(minutes=5), is_needled=False).session
    wanted = CorrectedSession(0, "needles were used after all", talk.held_at, is_needled=True, note="")
    n_mails = Message.objects.count()
    correct_session(talk, wanted=wanted, by=practitioner, at=at)
    talk.refresh_from_db()
    assert talk.uncleared_reason == "needles were used after all"
    assert Alert.objects.get(rule="uncleared").is_quiet
    assert Message.objects.count() == n_mails


class TestJudgement:
    @pytest.fixture
    def breach(self, course, session, at):
        """A 9 of 10 when three was expected, typed by mistake."""
        return log_visit(course, at, before=4, after=9, flags=()).session

    @pytest.fixture
    def mend(self, practitioner, at):
        def do(session, minutes=2, flags=(), **scores):
            wanted = CorrectedSession(
                version_of(session), "typed 9 for 3", session.held_at, session.is_needled, "", scores, flags=flags
            )
            return correct_session(session, wanted=wanted, by=practitioner, at=at + timedelta(minutes=minutes))

        return do

    def test_breach_that_is_gone_closes_the_alert_automatically(self, breach, mend):
        mend(breach, after=3)
        alert = Alert.objects.get(rule="pain")
        assert (alert.state, alert.outcome) == ("resolved", "data_corrected")
        assert list(alert.events.values_list("kind", flat=True))[-2:] == ["corrected", "resolved"]

    def test_its_mail_is_not_sent_any_more(self, breach, mend):
        assert Message.objects.filter(kind="staff_alert", state="pending").exists()
        mend(breach, after=3)
        assert not Message.objects.filter(kind="staff_alert", state="pending").exists()

    def test_breach_that_stays_keeps_the_alert_open(self, breach, mend):
        mend(breach, after=8, flags=())
        assert Alert.objects.get(rule="pain").state == "open"

    def test_expectation_stays_as_it_was_frozen(self, breach, mend):
        before = breach.scores.get(timing="after").expected
        mend(breach, after=3)
        after = breach.scores.get(timing="after").expected
        assert (after["mean"], after["low90"], after["high90"]) == (
            before["mean"],
            before["low90"],
            before["high90"],
        )
        assert (before["standing"], after["standing"]) == ("above", "in_band")

    def test_finding_of_another_session_keeps_the_alert_open(self, course, breach, mend, at):
        log_visit(course, at + timedelta(minutes=1), before=4, after=9)
        mend(breach, after=3)
        assert Alert.objects.get(rule="pain").state == "open"

    def test_finding_that_returns_keeps_the_alert_open(self, course, breach, mend, at):
        other = log_visit(course, at + timedelta(minutes=1), before=4, after=9).session
        mend(breach, after=3)
        mend(breach, minutes=3, after=9, flags=())
        mend(other, minutes=4, after=3)
        assert Alert.objects.get(rule="pain").state == "open"

    def test_breach_that_comes_is_listed_and_pages_nobody(self, session, mend):
        n_mails = Message.objects.count()
        mend(session, after=7)
        alert = Alert.objects.get(rule="pain")
        assert (alert.state, alert.is_quiet, Message.objects.count()) == ("open", True, n_mails)

    def test_live_finding_after_it_pages(self, course, session, mend, at):
        mend(session, after=7)
        n_mails = Message.objects.count()
        log_visit(course, at + timedelta(minutes=5), before=4, after=9)
        alert = Alert.objects.get(rule="pain")
        assert (alert.is_quiet, Message.objects.count() > n_mails) == (False, True)

    def test_red_flag_is_never_resolved_by_it(self, course, at, mend):
        told = log_visit(course, at, before=4, after=9, flags=(flag(course.clinic, "severe_pain"),)).session
        mend(told, after=3)
        alert = Alert.objects.get(rule="red_flag")
        assert (alert.state, RedFlagReport.objects.count()) == ("open", 1)

    def test_severe_pain_asked_at_a_corrected_score_pages_as_new(self, course, session, mend):
        n_mails = Message.objects.count()
        mend(session, after=9, flags=(flag(course.clinic, "severe_pain", answer="yes"),))
        assert Alert.objects.get(rule="red_flag").state == "open"
        assert Message.objects.count() > n_mails

    def test_score_that_was_left_out_is_judged_without_a_curve(self, course, at, mend):
        told = log_visit(course, at, before=4, after=None).session
        mend(told, after=9)
        assert Alert.objects.get(rule="pain").is_quiet


class TestDatabase:
    def test_refuses_a_score_changed_without_a_correction(self, session, refused):
        with refused("courses_score_is_corrected"):
            session.scores.update(score=1)

    def test_refuses_a_needling_taken_away_without_one(self, session, refused):
        with refused("courses_part_is_corrected"):
            session.needlings.all().delete()

    def test_refuses_a_needling_changed_without_one(self, session, refused):
        with refused("courses_part_is_corrected"):
            session.needlings.update(depth_mm=3)

    @pytest.mark.parametrize("change", [{"reason": "another"}, {"before": 0}])
    def test_refuses_to_change_a_correction(self, session, correct, refused, change):
        correct(note="x")
        with refused("courses_append_only"):
            Correction.objects.update(**change)

    @pytest.mark.parametrize("model", [PainScore, Correction, Alert])
    def test_refuses_to_delete(self, course, session, correct, at, model):
        correct(note="x")
        log_visit(course, at, before=4, after=9)
        with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
            model.objects.all()._raw_delete(using="default")
