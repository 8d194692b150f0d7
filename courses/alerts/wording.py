"""Alerts in sentences: what was found, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from clinic.country.shown import shown_day, shown_number, shown_short_moment
from clinic.models import Membership, Responder
from courses.models import Alert, AlertEvent, RedFlag
from courses.models.red_flag import said
from courses.outlook.wording import rarity_words


def finding_words(finding: Mapping[str, Any], *, flags: Mapping[str, str]) -> str:
    """One stored finding with its calculation; `flags` are the wordings by code."""
    evidence = finding["evidence"]
    if finding["rule"] == "red_flag":
        wording = flags.get(evidence["flag"], evidence["flag"])
        return said(evidence["flag"], wording, evidence.get("answer", ""))
    return f"{rule_words(finding)} {_sum(evidence)}".strip()


def rule_words(finding: Mapping[str, Any]) -> str:
    """The words of a finding that is no red flag, without its calculation."""
    evidence = finding["evidence"]
    because = evidence.get("because", "")
    return _rule_words(finding["rule"]) % {
        "days": evidence.get("days", 0),
        "because": _reasons_of_rise(because) if finding["rule"] in {"plain_rise", "floor"} else because,
        "rise": _plain(evidence.get("rise")),
        "start": evidence.get("start", ""),
        "since": _since(evidence),
        "above": _plain(round(2.0 * evidence.get("above", 0.0)) / 2.0),
        "chance": rarity_words(evidence.get("lasting_one_in", 1.0)),
        "latest": _plain(evidence.get("latest")),
        "session": evidence.get("session", ""),
        "asked": _asked_day(evidence.get("asked", "")),
    }


def _asked_day(kept: str) -> str:
    """A day of the evidence as people read it."""
    day = parse_date(kept)
    return shown_day(day) if day else kept


def _rule_words(rule: str) -> str:
    return {
        "beyond_bounds": _("Far above what was expected."),
        "plain_rise": _("Fixed rule%(because)s."),
        "floor": _("Fixed rule%(because)s."),
        "worse_than_start": _(
            "Worse than at the start: %(rise)s points, from %(start)s to %(latest)s on average."
        ),
        "still_worse": _("Still worse on day 3."),
        "lasting": _("%(since)s about %(above)s points higher than expected. By chance alone: %(chance)s."),
        # Findings of earlier versions.
        "drift": _("Two scores in a row above the wide range (9 in 10 scores)."),
        "ceiling": _("The scores are too high to show worsening. Ask the patient."),
        "needled_without_clearance": _("Needled without clearance (%(because)s)."),
        "off_course": _("Little relief so far, and little expected by the planned end."),
        "lapsed": _("No session for %(days)s days."),
        "unanswered": _("The check-in after session %(session)s, asked on %(asked)s, was not answered."),
    }.get(rule, rule)


def _reasons_of_rise(because: str) -> str:
    """What rose, as part of a sentence."""
    words = {
        "rise_in_session": _("far above this session's score before"),
        "first_ten": _("the first 10 of this course"),
        "high_and_rising": _("8 or more, and higher than last time"),
        "above_every": _("far above every earlier score"),
        "rising": _("higher at each of the last 4 sessions"),
        "after_near_zero": _("almost no pain before, and pain now"),
    }
    reasons = ", ".join(words.get(reason, reason) for reason in because.split(", ") if reason)
    return f": {reasons}" if reasons else ""


def _since(evidence: Mapping[str, Any]) -> str:
    """The session since which pain has been higher; the number of scores if they belong to no session."""
    if evidence.get("since_session") is None:
        return _("Last %(n)s scores:") % {"n": evidence.get("n_since", "")}
    return _("Since session %(session)s:") % {"session": evidence["since_session"]}


def _plain(number: float | None) -> str:
    """A number without needless decimals."""
    return "" if number is None else formats.number_format(number, 1 if number != int(number) else 0)


def _sum(evidence: Mapping[str, Any]) -> str:
    if "observed" not in evidence:
        return ""
    words = _("Observed %(observed)s") % evidence
    if evidence.get("before") is not None:
        words += _(", before the session %(before)s") % evidence
    if "expected" in evidence:
        words += _(", expected %(expected)s (%(low90)d to %(high90)d), %(rarity)s") % {
            **evidence,
            "expected": shown_number(evidence["expected"], 1),
            "rarity": rarity_words(evidence["one_in"]),
        }
        words += _("; Prior %(prior)s, %(n_scores)d scores") % evidence
    if evidence.get("bounds", "shipped") != "shipped":
        words += _("; bounds %(bounds)s") % evidence
    return words + "."


# What the software does to several people at once: one line of the history.
TOGETHER = frozenset(
    {
        AlertEvent.Kind.QUEUED,
        AlertEvent.Kind.SENT,
        AlertEvent.Kind.NOT_SENT,
        AlertEvent.Kind.POSTED,
        AlertEvent.Kind.NOT_POSTED,
        AlertEvent.Kind.UNDELIVERABLE,
        AlertEvent.Kind.UNKNOWN,
    }
)


@dataclass(frozen=True)
class HistoryLine:
    """One event, or the same event for several people within a minute."""

    at: datetime
    words: str
    by: Membership | None


def history_lines(events: Iterable[AlertEvent], *, names: Mapping[int, str]) -> list[HistoryLine]:
    """The history for readers: mails of one minute are one line that names everybody."""
    lines: list[HistoryLine] = []
    last: tuple[str, str] | None = None
    for event in events:
        key = (event.kind, f"{event.happened_at:%Y%m%d%H%M}") if event.kind in TOGETHER else None
        if key and key == last and lines and event.detail.get("member"):
            name = names.get(event.detail["member"], "?")
            lines[-1] = replace(lines[-1], words=f"{lines[-1].words}, {name}")
        else:
            lines.append(HistoryLine(event.happened_at, event_words(event, names=names), event.by))
        last = key
    return lines


def event_words(event: AlertEvent, *, names: Mapping[int, str]) -> str:
    """What happened, to whom, and the note if there is one."""
    detail = event.detail
    parts = [event.get_kind_display()]
    if "member" in detail:
        parts.append(names.get(detail["member"], "?"))
    if detail.get("step"):
        parts.append(str(Responder(detail["step"]).label))
    if detail.get("old") and detail.get("new"):
        parts.append(f"{detail['old']} → {detail['new']}")
    if detail.get("outcome"):
        parts.append(str(Alert.Outcome(detail["outcome"]).label))
    if detail.get("cause"):
        parts.append(str(Alert.Cause(detail["cause"]).label))
    if detail.get("until"):
        until = event.clinic.local(datetime.fromisoformat(detail["until"]))
        parts.append(_("until %(until)s") % {"until": shown_short_moment(until)})
    parts += [detail[name] for name in ("note", "findings_by_phone", "medical_review") if detail.get(name)]
    return ": ".join(parts)


def flag_wordings(alert: Alert) -> dict[str, str]:
    """The clinic's wording of each flag by code; of what this alert reported, the wording that was answered."""
    rows = RedFlag.objects.for_clinic(alert.clinic).current()
    wordings = dict(rows.values_list("code", "wording"))
    reported = AlertEvent.objects.filter(alert=alert.pk, report__isnull=False).order_by("pk")
    return wordings | dict(reported.values_list("report__flag__code", "report__flag__wording"))


def member_names(events: Iterable[AlertEvent]) -> dict[int, str]:
    """The names of the people in the events."""
    wanted = {event.detail["member"] for event in events if "member" in event.detail}
    members = Membership.objects.all_clinics().filter(pk__in=wanted).select_related("user")
    return {member.pk: str(member) for member in members}
