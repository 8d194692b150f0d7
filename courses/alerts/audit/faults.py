"""Faults that the auditor found in a clinic's alerts, in words for those who can act on them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.models import Fault, Membership, Role
from courses.models import Alert

# Those who can act: they may see alerts, messages and staff.
READERS = (Role.LEAD, Role.MANAGER)
N_SHOWN = 3
PREFIX = "alert:"
# Every page already shows these to everybody, or only the operator can fix them.
TOLD_ELSEWHERE = (*Fault.NOTED, Fault.Kind.UNREACHED, Fault.Kind.CRASHING)


@dataclass(frozen=True)
class OpenFault:
    """One fault, of an alert or of all mail: what is wrong, and what to do now."""

    alert: Alert | None
    what: str
    remedy: str


@dataclass(frozen=True)
class OpenFaults:
    """How many faults, and the oldest of them."""

    n_faults: int
    oldest: tuple[OpenFault, ...]


def open_faults(membership: Membership) -> OpenFaults | None:
    """The faults that every page shows to leads and managers until they are fixed; only their own clinic's."""
    if not membership.has_role(*READERS):
        return None
    faults = list(Fault.objects.open().exclude(kind__in=TOLD_ELSEWHERE).order_by("found_at", "pk"))
    if not faults:
        return None
    ids = {pk for fault in faults if (pk := _alert_id(fault)) is not None}
    alerts = Alert.objects.for_clinic(membership.clinic).in_bulk(ids)
    own = [fault for fault in faults if _is_theirs(fault, membership, alerts)]
    found = [
        OpenFault(alerts.get(_alert_id(fault) or 0), *_words(Fault.Kind(fault.kind))) for fault in own[:N_SHOWN]
    ]
    return OpenFaults(len(own), tuple(found)) if found else None


def _alert_id(fault: Fault) -> int | None:
    return int(fault.subject.removeprefix(PREFIX)) if fault.subject.startswith(PREFIX) else None


def _is_theirs(fault: Fault, membership: Membership, alerts: Container[int]) -> bool:
    """Faults of their clinic's alerts or messages; a mail server that refuses us affects every clinic."""
    if fault.kind == Fault.Kind.REFUSED:
        return True
    if fault.kind == Fault.Kind.UNSENDABLE:
        return fault.subject.startswith(f"clinic:{membership.clinic_id}:")
    return _alert_id(fault) in alerts


def _words(kind: Fault.Kind) -> tuple[str, str]:
    """What is wrong and what to do, in plain words."""
    if kind == Fault.Kind.UNTOLD:
        return (
            _("Nobody was emailed about it."),
            _("Open it and act now. Usually nobody has an email address: correct one under Setup > Staff."),
        )
    if kind == Fault.Kind.UNDELIVERED:
        return (
            _("Every email about it failed."),
            _("Open it and act now. Setup > Messages shows why; correct the addresses that were refused."),
        )
    if kind == Fault.Kind.REFUSED:
        return (
            _("The mail server refuses our emails. They are kept and tried again every two minutes."),
            _("Phone whoever runs this software: the mail account or its password needs attention."),
        )
    if kind == Fault.Kind.UNSENDABLE:
        return (
            _("Some emails could not be made and were not sent."),
            _("Setup > Messages lists them as failed. Phone whoever runs this software."),
        )
    return (
        _("Stuck: no reminder or escalation will be sent."),
        _("Open it and act now, then phone whoever runs this software: its log names the cause."),
    )
