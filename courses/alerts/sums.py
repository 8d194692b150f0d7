"""The calculation of an alert as it was stored when the alert was raised: in words, with odds and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.alerts.wording import rule_words
from courses.charts.range_bar import range_svg
from courses.models import Alert, AlertThreshold, PainScore, Prior
from courses.outlook.wording import rarity_words

SHIPPED = "shipped"
Line = tuple[str, str]


@dataclass(frozen=True)
class Sum:
    """One score beside its expectation: what was observed, why that raised an alert, and the numbers used."""

    heading: str
    observed: int | None
    says: str
    reasons: tuple[str, ...]
    lines: tuple[Line, ...]
    bar: SafeString


def sums_of(alert: Alert) -> list[Sum]:
    """A calculation for each score that raised or worsened the alert, and for a course off track; newest first."""
    scores: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    others: list[Mapping[str, Any]] = []
    for finding in alert.findings:
        evidence = finding["evidence"]
        if "observed" in evidence:
            key = (evidence.get("session"), evidence.get("timing"), evidence["observed"])
            scores.setdefault(key, []).append(finding)
        elif finding["rule"] == "off_course":
            others.append(finding)
    found = [_of_score(alert, findings) for findings in scores.values()]
    return [*reversed(found), *(_of_course(alert, finding) for finding in others)]


def _of_score(alert: Alert, findings: Sequence[Mapping[str, Any]]) -> Sum:
    evidence: dict[str, Any] = {}
    for finding in findings:
        evidence |= finding["evidence"]
    return Sum(
        heading=_heading(evidence),
        observed=evidence["observed"],
        says=_says(evidence),
        reasons=tuple(rule_words(finding) for finding in findings),
        lines=(*_score_lines(evidence), *_ratio_lines(alert, evidence), *_sources(alert, evidence)),
        bar=_bar(evidence),
    )


def _heading(evidence: Mapping[str, Any]) -> str:
    timing, session = PainScore.Timing(evidence.get("timing") or PainScore.Timing.OTHER), evidence.get("session")
    if session is None:
        return _("Pain, %(timing)s") % {"timing": timing.label}
    words = {
        PainScore.Timing.BEFORE: _("Pain before session %(session)s"),
        PainScore.Timing.AFTER: _("Pain after session %(session)s"),
        PainScore.Timing.DAY1: _("Pain on day 1 after session %(session)s"),
        PainScore.Timing.DAY3: _("Pain on day 3 after session %(session)s"),
    }.get(timing, _("Pain, about session %(session)s"))
    return words % {"session": session}


def _says(evidence: Mapping[str, Any]) -> str:
    if "expected" not in evidence:
        return _("The curve had no estimate yet. The fixed rules were applied.")
    words = _("Expected about %(expected).0f, wide range %(low90)d to %(high90)d (9 in 10 scores).") % evidence
    return f"{words} {_('A score this high: %(rarity)s.') % {'rarity': rarity_words(evidence['one_in'])}}"


def _bar(evidence: Mapping[str, Any]) -> SafeString:
    if "low90" not in evidence:
        return SafeString("")
    return range_svg(score=evidence["observed"], low90=evidence["low90"], high90=evidence["high90"])


def _score_lines(evidence: Mapping[str, Any]) -> list[Line]:
    lines = [(_("Observed"), str(evidence["observed"]))]
    if evidence.get("before") is not None:
        values = {**evidence, "rise": evidence["observed"] - evidence["before"]}
        words = _("%(before)s, a change of %(rise)+d") if values["rise"] else _("%(before)s, no change")
        lines.append((_("Before this session"), words % values))
    if "expected" not in evidence:
        return lines
    values = {"mean": number_format(round(evidence["expected"], 1), 1), **evidence}
    return [
        *lines,
        (_("Expected"), _("%(mean)s; wide range %(low90)d to %(high90)d (9 in 10 scores)") % values),
        (_("Odds of this or higher"), rarity_words(evidence["one_in"])),
    ]


def _ratio_lines(alert: Alert, evidence: Mapping[str, Any]) -> list[Line]:
    """How much better “3 worse than expected” explains the score, and the threshold for an alert."""
    if "lr" not in evidence:
        return []
    return [*_single_lines(alert, evidence), *_lasting_lines(alert, evidence)]


def _lasting_lines(alert: Alert, evidence: Mapping[str, Any]) -> list[Line]:
    """The last scores together: since when, how far above, how rare by chance, and the threshold for an alert."""
    if "lasting" not in evidence:
        return []
    values = {
        "ratio": _rounded(evidence["lasting"]),
        "n": evidence["n_since"],
        "above": number_format(evidence["above"], 1),
        "from": _rounded(evidence["lasting_threshold"]),
        "basis": _threshold_basis(alert, evidence),
    }
    level = number_format(evidence["level"], 1)
    return [
        (_("Last scores together"), _("%(n)s scores, on average %(above)s points higher than expected") % values),
        (_("Level reached"), _("%(level)s, the mean of the last two scores") % {"level": level}),
        (_("Likelihood ratio of a lasting shift (M)"), _("%(ratio)s; alerts above %(from)s (%(basis)s)") % values),
        (_("Odds of that by chance"), rarity_words(evidence["lasting_one_in"])),
    ]


def _single_lines(alert: Alert, evidence: Mapping[str, Any]) -> list[Line]:
    ratio = _("%(ratio)s times likelier if pain is 3 higher than expected")
    lines = [(_("Likelihood ratio (LR*)"), ratio % {"ratio": _rounded(evidence["lr"])})]
    if "threshold" in evidence:
        values = {"from": _rounded(evidence["threshold"]), "basis": _threshold_basis(alert, evidence)}
        lines.append((_("Alerts above"), _("%(from)s (%(basis)s)") % values))
    return lines


def _threshold_basis(alert: Alert, evidence: Mapping[str, Any]) -> str:
    version = str(evidence.get("threshold_version", SHIPPED))
    rows = AlertThreshold.objects.for_clinic(alert.clinic)
    row = rows.filter(version=int(version[1:])).first() if version[1:].isdecimal() else None
    if row is None:
        return _("threshold as shipped")
    words = _("threshold %(version)s, from %(patients)s and %(scores)s") % {
        "version": row,
        "patients": _n_patients(row.numbers["n_patients"]),
        "scores": _n_scores(row.numbers["n_scores"]),
    }
    return _("%(words)s, provisional") % {"words": words} if row.numbers["is_provisional"] else words


def _sources(alert: Alert, evidence: Mapping[str, Any]) -> list[Line]:
    """The sources: the courses behind the Prior, the number of this patient's scores, the bounds of the rules."""
    lines = []
    if evidence.get("prior"):
        lines.append((_("This course's scores used"), str(evidence["n_scores"])))
        lines.append((_("Prior"), _prior_words(alert, evidence["prior"])))
    bounds = evidence.get("bounds", SHIPPED)
    lines.append((_("Rules' bounds"), _("as shipped") if bounds == SHIPPED else str(bounds)))
    return lines


def _prior_words(alert: Alert, version: str) -> str:
    if version == SHIPPED:
        return _("shipped: from published figures, no course of this clinic")
    row = Prior.objects.for_clinic(alert.clinic).filter(numbers__version=version).first()
    if row is None:
        return version
    return _("%(version)s: learnt from %(patients)s and %(scores)s of this clinic") % {
        "version": version,
        "patients": _n_patients(row.n_patients),
        "scores": _n_scores(row.n_scores),
    }


def _of_course(alert: Alert, finding: Mapping[str, Any]) -> Sum:
    evidence = finding["evidence"]
    gain, chance = round(100 * evidence["gain"]), min(max(round(100 * evidence["relief30"]), 1), 99)
    return Sum(
        heading=_("After session %(session)s") % evidence,
        observed=None,
        says=_gain_words(gain)
        + _("; %(chance)d%% chance of at least 30%% less pain by the planned end.") % {"chance": chance},
        reasons=(rule_words(finding),),
        lines=tuple(_sources(alert, evidence)),
        bar=SafeString(""),
    )


def _gain_words(percent: int) -> str:
    if percent < 0:
        return _("Pain so far %(percent)d%% more than at the start") % {"percent": -percent}
    return _("Relief so far %(percent)d%%") % {"percent": percent}


def _rounded(ratio: float) -> str:
    """As exact as it is known: two significant digits from ten on."""
    if ratio < 10:
        return number_format(round(ratio, 1), 1)
    digits = len(str(int(ratio)))
    return number_format(round(ratio, 2 - digits), 0, force_grouping=True)


def _n_patients(n: int) -> str:
    return ngettext("%(n)s patient", "%(n)s patients", n) % {"n": number_format(n, 0, force_grouping=True)}


def _n_scores(n: int) -> str:
    return ngettext("%(n)s score", "%(n)s scores", n) % {"n": number_format(n, 0, force_grouping=True)}
