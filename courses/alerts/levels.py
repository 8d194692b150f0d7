"""Staff lower the level of a red flag after speaking to the patient. Nothing else ever lowers one."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.alerts.history import IllegalMove, write_event
from courses.alerts.responding import last_news, locked
from courses.alerts.steps import restart_clocks
from courses.models import Alert, AlertEvent, Level
from courses.rules.facts import Severity
from courses.rules.red_flag import lowest_level


@transaction.atomic
def lower_level(
    alert: Alert,
    *,
    to: Level,
    reason: str,
    findings: str,
    is_patient_reached: bool,
    by: Membership,
    at: datetime,
    seen: int | None = None,
) -> Alert:
    """Lower a red flag's level, with who, why and what the patient said; a former E0 never goes below E1.

    The course stays on hold until somebody resumes it. A new report at a higher level raises it again.
    """
    alert = locked(alert)
    if not alert.is_red_flag or alert.is_resolved:
        raise IllegalMove(_("Only the level of an open red flag can be lowered."))
    if seen is not None and last_news(alert) > seen:
        raise IllegalMove(_("Something new was reported while this page was open. Read it first."))
    _refuse_bare(reason, findings, is_patient_reached=is_patient_reached)
    old, new = Severity(alert.severity), Severity(to)
    if new.rank <= old.rank:
        raise ValidationError({"to": _("Choose a level that is lower than the present one.")})
    lowest = lowest_level([Severity(finding["severity"]) for finding in alert.findings])
    if new.rank > lowest.rank:
        raise ValidationError({"to": _("An emergency is never lowered below E1.")})
    write_event(
        alert,
        AlertEvent.Kind.LEVEL_LOWERED,
        at=at,
        by=by,
        old=old,
        new=new,
        note=reason,
        findings_by_phone=findings,
    )
    alert.severity = new
    restart_clocks(alert, at=at)
    alert.save()
    return alert


def _refuse_bare(reason: str, findings: str, *, is_patient_reached: bool) -> None:
    missing = {}
    if not is_patient_reached:
        missing["is_patient_reached"] = _("Speak to the patient before you lower the level. Then tick the box.")
    if not reason.strip():
        missing["reason"] = _("Enter why the level is lower.")
    if not findings.strip():
        missing["findings"] = _("Enter what the patient said or showed.")
    if missing:
        raise ValidationError(missing)
