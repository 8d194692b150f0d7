"""The state of the alert loop for /healthz: the auditor's faults, and whether it runs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from clinic.health.checks import Health
from clinic.models import Fault, Heartbeat
from courses.models import Alert

AUDITOR = "auditor"
LATEST_AUDIT = timedelta(minutes=15)


def alerts_health(*, at: datetime) -> Health:
    """Unwell while a fault is open, or while alerts wait without an audit."""
    # The check `reached` reports alerts that reached nobody in time.
    faults = Fault.objects.open().exclude(kind=Fault.Kind.UNREACHED)
    found = Counter(faults.values_list("kind", flat=True))
    if found:
        return Health(False, ", ".join(f"{n} {kind}" for kind, n in sorted(found.items())))
    audited_at = Heartbeat.objects.filter(name=AUDITOR).values_list("beaten_at", flat=True).first()
    if audited_at is not None:
        age = at - audited_at
        return Health(age <= LATEST_AUDIT, f"audited {int(age.total_seconds())} s ago")
    is_waiting = Alert.objects.all_clinics().unresolved().filter(raised_at__lt=at - LATEST_AUDIT).exists()
    return Health(not is_waiting, "never audited")
