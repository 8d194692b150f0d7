"""Alerts in sentences: what was found, what to check, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from clinic.models import Membership, Responder
from courses.models import Alert, AlertEvent, RedFlag


def checklist(alert: Alert) -> list[str]:
    """What to check before answering: a warning without support changes little (Lambert's OQ studies)."""
    if alert.rule == Alert.Rule.PAIN:
        return [
            _("Needle trauma: bruise, swelling, pain at one spot?"),
            _("Nerve irritation: new numbness, shooting pain, weakness?"),
            _("Muscle tension: posture, stress, sleep?"),
            _("Technique: depth, angle, stimulation, retention against the session before?"),
            _("Point choice: new points, too many local points?"),
            _("Anything on the red-flag list?"),
        ]
    if alert.is_red_flag:
        return [
            _("Reach the patient by phone now; note when and who."),
            _("Ask the red-flag list once more; another yes may change the level."),
            _("Tell the patient where to go, and that they should not wait for you."),
            _("Tell the treating practitioner: no needling until cleared."),
        ]
    if alert.rule == Alert.Rule.UNCLEARED:
        return [
            _("Talk to the practitioner: why was it done?"),
            _("Is the patient well? Complete what was missing for clearance."),
        ]
    return [_("Call the patient: how are they, do they want to go on?")]


def finding_words(finding: Mapping[str, Any], *, flags: Mapping[str, str]) -> str:
    """One frozen finding with the sum it rests on; `flags` are the wordings by code."""
    evidence = finding["evidence"]
    if finding["rule"] == "red_flag":
        return flags.get(evidence["flag"], evidence["flag"])
    words = _rule_words(finding["rule"]) % {
        "days": evidence.get("days", 0),
        "because": evidence.get("because", ""),
    }
    return f"{words} {_sum(evidence)}".strip()


def _rule_words(rule: str) -> str:
    return {
        "beyond_bounds": _("Far above what was expected."),
        "plain_rise": _("A plain rise."),
        "still_worse": _("Still worse on day 3."),
        "drift": _("Two scores running above nine of ten expected."),
        "ceiling": _("So near the top that scores cannot show worsening: ask."),
        "needled_without_clearance": _("Needled without clearance (%(because)s)."),
        "off_course": _("Little relief so far and little to be expected by the planned end."),
        "lapsed": _("No session for %(days)s days."),
    }.get(rule, rule)


def _sum(evidence: Mapping[str, Any]) -> str:
    if "observed" not in evidence:
        return ""
    words = _("Observed %(observed)s") % evidence
    if evidence.get("before") is not None:
        words += _(", before the session %(before)s") % evidence
    if "expected" in evidence:
        words += _(", expected %(expected).1f (%(low90)d to %(high90)d), %(rarity)s") % {
            **evidence,
            "rarity": _rarity(evidence["one_in"]),
        }
        words += _("; Prior %(prior)s, %(n_scores)d scores") % evidence
    return words + "."


def event_words(event: AlertEvent, *, names: Mapping[int, str]) -> str:
    """What happened, to whom, with the note where somebody wrote one."""
    note = event.detail.get("note", "")
    outcome = event.detail.get("outcome", "")
    parts = [event.get_kind_display()]
    if "member" in event.detail:
        parts.append(names.get(event.detail["member"], "?"))
    if event.detail.get("step"):
        parts.append(str(Responder(event.detail["step"]).label))
    if outcome:
        parts.append(str(Alert.Outcome(outcome).label))
    if note:
        parts.append(note)
    return ": ".join(parts)


def flag_wordings(alert: Alert) -> dict[str, str]:
    """The clinic's wording of each flag by code."""
    rows = RedFlag.objects.for_clinic(alert.clinic).current()
    return dict(rows.values_list("code", "wording"))


def member_names(events: Iterable[AlertEvent]) -> dict[int, str]:
    """The names of those whom events speak of."""
    wanted = {event.detail["member"] for event in events if "member" in event.detail}
    members = Membership.objects.all_clinics().filter(pk__in=wanted).select_related("user")
    return {member.pk: str(member) for member in members}


def _rarity(one_in: float) -> str:
    """How rare a score this high was, within a sentence."""
    if one_in > 1000:
        return _("rarer than 1 in 1,000")
    return _("about 1 in %(n)d") % {"n": round(one_in)}
