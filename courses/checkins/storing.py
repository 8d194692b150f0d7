"""Stores one answer wherever that is possible: in the database, otherwise on disk, otherwise nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.safestring import SafeString

from courses.alerts.messages.recipients import notice_to_patient
from courses.checkins.memory import Shown, read_and_remember, remembered
from courses.checkins.page import Kept, Reply, pain_chart, reply_to
from courses.checkins.spooled_answers import keep_answer
from courses.models import CheckIn, CheckInAnswer, RedFlagReport
from courses.reminders.links import BadLink, CheckInLink, row_of_link
from courses.rules.facts import DOCTOR_TODAY
from courses.sessions.check_in_answers import ANSWER_AGAIN_FOR, may_answer_again, take_answer
from courses.sessions.entry import CheckInEntry

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Loaded:
    """The data of a page; no row while the database is down."""

    link: CheckInLink
    shown: Shown
    row: CheckIn | None

    @property
    def is_test(self) -> bool:
        """Whether the page is a test patient's; the link says so too, for when the database is down."""
        return self.row.session.course.patient.is_training if self.row else self.link.is_test


@dataclass(frozen=True)
class Page:
    """The reply to an answer, with the patient's chart if it is available."""

    reply: Reply
    chart: SafeString | None = None
    may_answer_again: bool = False
    # Whether staff were emailed about the report, according to the messages; empty without a report.
    staff_notices: str = ""


def load(link: CheckInLink) -> Loaded:
    """The row of a link and its clinic's list; as remembered while the database is down. BadLink: no row."""
    try:
        row = row_of_link(link)
        return Loaded(link, read_and_remember(row.clinic), row)
    except BadLink:
        raise
    except Exception as error:  # noqa: BLE001 - whatever fails, the patient must see what to do now
        log.error("check-in page without the database", error=type(error).__name__)
        return Loaded(link, remembered(link), None)


def keep(loaded: Loaded, entry: CheckInEntry, *, at: datetime) -> Page:
    """Store an answer; the page's text depends on where it is stored, but its instruction does not."""
    if loaded.row is not None:
        try:
            answered = take_answer(loaded.row, entry=entry, at=at)
            reports = _reports(answered.answer)
        except Exception as error:  # noqa: BLE001 - whatever fails, the patient must see what to do now
            log.error("check-in not saved", check_in=loaded.row.pk, error=type(error).__name__)
        else:
            return _page(loaded, loaded.row, answered.answer, reports, at=at)
    kept = _on_disk(loaded.link, entry, at=at)
    return Page(reply_to(_unsaved(entry), kept=kept, flags=loaded.shown.flags, clinic=loaded.shown.clinic))


def last_answer(loaded: Loaded, *, at: datetime) -> Page | None:
    """The page after the last answer, with the worst report since yesterday; None without an answer."""
    row = loaded.row
    answer = row.answers.order_by("-pk").first() if row else None
    if row is None or answer is None:
        return None
    since = at - ANSWER_AGAIN_FOR
    pressing = RedFlagReport.objects.filter(check_in=row, recorded_at__gt=since, level__in=DOCTOR_TODAY)
    return _page(loaded, row, answer, [*_reports(answer), *pressing], at=at)


def _page(
    loaded: Loaded, row: CheckIn, answer: CheckInAnswer, reports: list[RedFlagReport], *, at: datetime
) -> Page:
    reply = reply_to(
        answer, kept=Kept.SAVED, flags=loaded.shown.flags, clinic=loaded.shown.clinic, reports=reports
    )
    try:
        row.refresh_from_db(fields=["answered_at"])
        chart = None if reply.emergency else pain_chart(row.session.course, at=at)
        return Page(reply, chart, may_answer_again(row, at=at), notice_to_patient(reports, at=at))
    except Exception as error:  # noqa: BLE001 - the answer is saved: a missing chart must not say otherwise
        log.error("check-in page without its chart", check_in=row.pk, error=type(error).__name__)
        return Page(reply)


def _reports(answer: CheckInAnswer) -> list[RedFlagReport]:
    reports = RedFlagReport.objects.filter(check_in=answer.check_in_id, form_key=answer.form_key)
    return list(reports.select_related("patient", "clinic"))


def _on_disk(link: CheckInLink, entry: CheckInEntry, *, at: datetime) -> Kept:
    try:
        keep_answer(link, entry, at=at)
    except Exception as error:  # noqa: BLE001 - whatever fails, the patient must see what to do now
        log.error("check-in kept nowhere", error=type(error).__name__)
        return Kept.NOWHERE
    return Kept.SPOOLED


def _unsaved(entry: CheckInEntry) -> CheckInAnswer:
    """The answer as an unsaved row."""
    return CheckInAnswer(
        score=entry.score, signs=entry.signs_said, said=entry.said, awaits_severe=entry.awaits_severe
    )
