"""A patient's answers to a check-in: red flags first, then the score; each press of the button once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from courses.alerts.settling import settle_alerts
from courses.models import Alert, CheckIn, CheckInAnswer, PainScore, Prediction, RedFlag, RedFlagReport
from courses.outlook.pain_facts import frozen_expectation, pain_facts
from courses.plans.course_state import CourseState
from courses.priors.adopted import thresholds_of
from courses.rules.pain import find_pain
from courses.rules.red_flag import SEVERE_PAIN
from courses.sessions.entry import CheckInEntry, FlagEntry
from courses.sessions.judging import judge_scores, raise_pain
from courses.sessions.predictions import keep_again
from courses.sessions.reassuring import may_reassure
from courses.sessions.red_flags.recording import Origin, accept_flags
from courses.sessions.timing import timing_of_answer
from courses.sessions.verdict import Verdict, verdict
from patients.locking import lock_patient

Outcome = CheckInAnswer.Outcome
# A later answer counts for this long after the first one.
ANSWER_AGAIN_FOR = timedelta(hours=24)
# How long the severe-pain question may stay unanswered before that counts as the highest level.
SEVERE_WAITS = timedelta(minutes=10)
LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Answered:
    """What was stored of an answer; not new if the same answer was stored before."""

    answer: CheckInAnswer
    verdicts: tuple[Verdict, ...] = ()
    reports: tuple[RedFlagReport, ...] = ()
    is_new: bool = True


def take_answer(
    check_in: CheckIn, *, entry: CheckInEntry, at: datetime, said_at: datetime | None = None
) -> Answered:
    """Store an answer, whatever the state of its link: only the score may be refused.

    The red flags are committed before the score is handled, so that no error there can lose them.
    `said_at` is when the patient pressed the button, if that was earlier.
    """
    said_at = said_at or at
    reports = accept_flags(_origin(check_in, entry, said_at), entry.flags, by=None, at=at)
    return _take_score(check_in, entry, reports, said_at=said_at, at=at)


def log_check_in(check_in: CheckIn, *, entry: CheckInEntry, at: datetime) -> tuple[Verdict, ...]:
    """The same for callers who need only the verdicts."""
    return take_answer(check_in, entry=entry, at=at).verdicts


def is_open(check_in: CheckIn, *, at: datetime) -> bool:
    """Whether the link accepts a score."""
    return check_in.revoked_at is None and at < check_in.expires_at


def may_answer_again(check_in: CheckIn, *, at: datetime) -> bool:
    """Whether a later score may still replace the earlier one."""
    answered_at = check_in.answered_at
    return is_open(check_in, at=at) and (answered_at is None or at <= answered_at + ANSWER_AGAIN_FOR)


def settle_open_questions(*, at: datetime) -> int:
    """An unanswered severe-pain question counts as its highest level; returns how many were settled."""
    later = CheckInAnswer.objects.filter(check_in=OuterRef("check_in"), pk__gt=OuterRef("pk"), awaits_severe=False)
    reported = RedFlagReport.objects.filter(
        check_in=OuterRef("check_in"), form_key=OuterRef("form_key"), flag__code=SEVERE_PAIN
    )
    waiting = CheckInAnswer.objects.filter(
        ~Exists(later),
        ~Exists(reported),
        awaits_severe=True,
        recorded_at__lte=at - SEVERE_WAITS,
        recorded_at__gt=at - LOOKED_BACK,
    )
    rows = waiting.select_related("check_in__session__course__patient__clinic", "check_in__clinic")
    return sum(_settle(answer, at=at) for answer in rows)


def _settle(answer: CheckInAnswer, *, at: datetime) -> int:
    versions = RedFlag.objects.for_clinic(answer.clinic).filter(code=SEVERE_PAIN)
    now = versions.current().first()
    if now is None:
        return 0
    shown = versions.filter(version=answer.asked.get(SEVERE_PAIN, now.version)).first() or now
    entry = CheckInEntry(answer.form_key, answer.score, (FlagEntry(shown, in_force=now),))
    origin = _origin(answer.check_in, entry, answer.answered_at)
    return len(accept_flags(origin, entry.flags, by=None, at=at))


def _origin(check_in: CheckIn, entry: CheckInEntry, said_at: datetime) -> Origin:
    session = check_in.session
    return Origin(
        session.course.patient,
        session.course,
        RedFlagReport.Source.CHECK_IN,
        entry.form_key,
        said_at,
        check_in=check_in,
        is_needled=session.is_needled,
        later=entry.score,
    )


@transaction.atomic
def _take_score(
    check_in: CheckIn,
    entry: CheckInEntry,
    reports: Sequence[RedFlagReport],
    *,
    said_at: datetime,
    at: datetime,
) -> Answered:
    session = check_in.session
    lock_patient(session.course.patient)
    locked = CheckIn.every.select_for_update().get(pk=check_in.pk)
    twin = locked.answers.filter(form_key=entry.form_key, answer_key=entry.answer_key).first()
    if twin is not None:
        return Answered(twin, reports=tuple(reports), is_new=False)
    saved = PainScore.objects.filter(check_in=locked).order_by("-pk").first()
    outcome = _outcome(locked, entry, saved, said_at=said_at)
    verdicts: list[Verdict] = []
    if outcome == Outcome.SAVED:
        verdicts = _save(check_in, entry, reports, said_at=said_at, at=at)
    elif outcome in {Outcome.REPLACED, Outcome.KEPT} and saved is not None:
        verdicts = [_judge_anew(saved, entry)]
    answer = CheckInAnswer.objects.create(
        clinic_id=locked.clinic_id,
        check_in=locked,
        form_key=entry.form_key,
        answer_key=entry.answer_key,
        score=entry.score,
        signs=entry.signs_said,
        said=entry.said,
        asked=dict(entry.asked),
        awaits_severe=entry.awaits_severe,
        outcome=outcome,
        is_reassured=may_reassure(check_in, entry, verdicts, at=said_at),
        answered_at=said_at,
        recorded_at=at,
    )
    if outcome == Outcome.REPLACED and saved is not None:
        _replace(saved, verdicts, reports, said_at=said_at, at=at)
    return Answered(answer, tuple(verdicts), tuple(reports))


def _outcome(check_in: CheckIn, entry: CheckInEntry, saved: PainScore | None, *, said_at: datetime) -> Outcome:
    if entry.score is None:
        return Outcome.NO_SCORE
    if not may_answer_again(check_in, at=said_at):
        return Outcome.REFUSED
    if saved is None:
        return Outcome.SAVED
    if said_at < saved.scored_at:
        return Outcome.OVERTAKEN
    return Outcome.KEPT if saved.score == entry.score else Outcome.REPLACED


def _save(
    check_in: CheckIn,
    entry: CheckInEntry,
    reports: Sequence[RedFlagReport],
    *,
    said_at: datetime,
    at: datetime,
) -> list[Verdict]:
    session, course = check_in.session, check_in.session.course
    row = PainScore(
        clinic_id=check_in.clinic_id,
        course=course,
        session=session,
        check_in=check_in,
        timing=timing_of_answer(session, at=said_at),
        score=entry.score or 0,
        scored_at=said_at,
        recorded_at=at,
    )
    CheckIn.objects.filter(pk=check_in.pk).update(answered_at=said_at)
    state = CourseState(course)
    verdicts = judge_scores(state, [row], reports=reports, at=at)
    settle_alerts(course, state.course_alerts, overtaken=(Alert.Rule.UNANSWERED,), at=at)
    return verdicts


def _judge_anew(saved: PainScore, entry: CheckInEntry) -> Verdict:
    """Judge the later score by the expectation of the earlier one; `saved` holds it from here on."""
    saved.score = entry.score or 0
    course = saved.course
    every = [saved, *course.scores.select_related("session").exclude(pk=saved.pk)]
    expected = frozen_expectation(saved)
    facts = pain_facts(saved, every, thresholds_of(course.clinic), expected)
    findings = find_pain(facts)
    found = verdict(saved.timing, saved.score, expected=expected, findings=findings)
    if expected is not None:
        saved.expected = {**saved.expected, **found.as_json()}
    return found


def _replace(
    saved: PainScore,
    verdicts: Sequence[Verdict],
    reports: Sequence[RedFlagReport],
    *,
    said_at: datetime,
    at: datetime,
) -> None:
    """Replace the score in the row; the earlier one stays in the answers. The later score is judged."""
    PainScore.objects.filter(pk=saved.pk).update(
        score=saved.score, expected=saved.expected, scored_at=said_at, recorded_at=at
    )
    judged = [(saved, one) for one in verdicts]
    because = Prediction.Because.ANSWERED_AGAIN
    keep_again(judged, thresholds_of(saved.course.clinic), because=because, at=at)
    findings = [finding for one in verdicts for finding in one.findings]
    raise_pain(saved.course, findings, reports, is_late=False, at=at)
