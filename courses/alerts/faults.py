"""What the auditor found wrong with a clinic's alerts, in words for those who can act on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.models import Fault, Membership, Role
from courses.models import Alert

# Those who can act: they see alerts, messages and staff.
READERS = (Role.LEAD, Role.MANAGER)
N_SHOWN = 3
PREFIX = "alert:"


@dataclass(frozen=True)
class OpenFault:
    """One fault of one alert: what is wrong, and what to do now."""

    alert: Alert
    what: str
    remedy: str


@dataclass(frozen=True)
class OpenFaults:
    """How many, and the oldest of them."""

    n_faults: int
    oldest: tuple[OpenFault, ...]


def open_faults(membership: Membership) -> OpenFaults | None:
    """What every page tells leads and managers until it is mended; nothing of another clinic's alerts."""
    if membership.role not in READERS:
        return None
    faults = list(Fault.objects.open().filter(subject__startswith=PREFIX).order_by("found_at", "pk"))
    if not faults:
        return None
    alerts = Alert.objects.for_clinic(membership.clinic).in_bulk({_alert_id(fault) for fault in faults})
    own = [fault for fault in faults if _alert_id(fault) in alerts]
    found = [OpenFault(alerts[_alert_id(fault)], *_words(Fault.Kind(fault.kind))) for fault in own[:N_SHOWN]]
    return OpenFaults(len(own), tuple(found)) if found else None


def _alert_id(fault: Fault) -> int:
    return int(fault.subject.removeprefix(PREFIX))


def _words(kind: Fault.Kind) -> tuple[str, str]:
    """What is wrong and what to do, in plain words."""
    if kind == Fault.Kind.UNTOLD:
        return (
            _("Nobody was told of it."),
            _("Open it and act now. Usually nobody has a mail address: correct one under Setup, Staff."),
        )
    if kind == Fault.Kind.UNDELIVERED:
        return (
            _("Every mail about it was given up."),
            _("Open it and act now. Setup, Messages shows why; correct the addresses that were refused."),
        )
    return (
        _("It takes no step by itself: nobody is told again, and nobody else is told."),
        _("Open it and act now, then tell whoever runs this software: its log names the cause."),
    )
