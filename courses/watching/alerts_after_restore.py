"""After a restore: nothing that may have been sent is sent again, and open alerts are sent once more.

The installation continued after the backup was taken, so what was due until now may have been sent. It is marked
as “sent or not: unknown” and listed for people. Only alerts that are still open start again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from clinic.models import Heartbeat
from clinic.outbox.queue import settle_as_unknown
from clinic.worker.batch import each
from courses.alerts.audit.auditor import rearm
from courses.models import Alert
from courses.watching.digest import make_digests

SIGN = "restored_backup"
REASON = "restored from a backup: it may have been sent"


@dataclass(frozen=True)
class Settled:
    """The result: how many messages of each kind may have been sent, and how many alerts start again."""

    taken_at: datetime
    unknown: Counter[str]
    n_alerts: int = 0
    is_repeated: bool = False

    def __str__(self) -> str:
        taken_at = f"{self.taken_at:%d %b %Y %H:%M} UTC"
        if self.is_repeated:
            return f"The backup of {taken_at} was settled before. Nothing was changed."
        listed = ", ".join(f"{n} {kind}" for kind, n in sorted(self.unknown.items())) or "none"
        return (
            f"Settled the backup of {taken_at}. "
            f"Messages that may have been sent and are not sent again: {listed}. "
            f"Open alerts that staff are told about now: {self.n_alerts}. "
            "Check Setup > Messages, state “sent or not: unknown”, and call where it matters."
        )


def settle_alerts_and_messages(*, taken_at: datetime, at: datetime) -> Settled:
    """Once for each backup, while no process sends; a second call changes nothing."""
    if Heartbeat.objects.filter(name=SIGN, beaten_at=taken_at).exists():
        return Settled(taken_at, Counter(), is_repeated=True)
    # Mail due today without a row would be made, and sent, by the first pass after the start.
    make_digests(at=at)
    unknown = settle_as_unknown(due_by=at, error=REASON, at=at)
    open_alerts = Alert.objects.all_clinics().unresolved().filter(state=Alert.State.OPEN, silenced_until=None)
    n_alerts = each(list(open_alerts.order_by("pk").values_list("pk", flat=True)), partial(_tell_anew, at=at))
    Heartbeat.beat(SIGN, at=taken_at)
    return Settled(taken_at, unknown, n_alerts)


def _tell_anew(alert_id: int, *, at: datetime) -> bool:
    rearm(alert_id, at=at)
    return True
