"""What the curve's page shows: how often it raises alarms, its data, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from clinic.models import Clinic
from courses import curve
from courses.charts.control_chart import MonthRate
from courses.models import AlertThreshold, PainScore, Prior, PriorEvent
from courses.priors.adopted import adopted_prior
from courses.priors.learning import Learning, learning_of
from courses.priors.thresholds import threshold_in_use
from patients.models import PainType

N_MONTHS, N_EVENTS, N_VERSIONS = 24, 20, 10

Rate = tuple[str, float, int]


@dataclass(frozen=True)
class CurvePage:
    """A clinic's curve and budget today. `newest` is the latest calibration, in use or waiting."""

    clinic: Clinic
    prior: curve.Prior
    threshold: curve.AlertThreshold
    newest: AlertThreshold | None
    waiting: AlertThreshold | None
    versions: Sequence[Prior]
    events: Sequence[PriorEvent]

    @classmethod
    def of(cls, clinic: Clinic) -> CurvePage:
        """Load it in a fixed number of queries."""
        rows = AlertThreshold.objects.for_clinic(clinic)
        taken = PriorEvent.objects.filter(prior=OuterRef("pk"), kind__in=PriorEvent.TAKEN_INTO_USE)
        versions = Prior.objects.for_clinic(clinic).annotate(was_in_use=Exists(taken))
        events = PriorEvent.objects.for_clinic(clinic).select_related("by__user", "prior", "threshold")
        return cls(
            clinic=clinic,
            prior=adopted_prior(clinic),
            threshold=threshold_in_use(clinic),
            newest=rows.first(),
            waiting=rows.waiting().first(),
            versions=list(versions[:N_VERSIONS]),
            events=list(events[:N_EVENTS]),
        )

    @property
    def calibrated(self) -> curve.AlertThreshold:
        """The numbers of the last night, including sessions and rates, even if its threshold still waits."""
        return curve.AlertThreshold(**self.newest.numbers) if self.newest else self.threshold

    @cached_property
    def learning(self) -> Learning | None:
        """How far the clinic's own courses are; None once they carry the curve."""
        return learning_of(self.clinic) if self.is_shipped else None

    @property
    def is_shipped(self) -> bool:
        """Whether the clinic still uses the published figures."""
        return self.prior is curve.SHIPPED_PRIOR

    @property
    def n_unseen(self) -> int:
        """The number of scores on which the last candidate was judged."""
        return int(self.versions[0].comparison.get("n_scores", 0)) if self.versions else 0

    @property
    def months(self) -> list[MonthRate]:
        """The last months at the fixed reference threshold, with the limits of chance around their mean."""
        rows = self.rates("month")[-N_MONTHS:]
        counts = np.array([n for _month, _rate, n in rows], dtype=np.int64)
        alarmed = sum(rate * n / 100 for _month, rate, n in rows)
        low, high = curve.control_limits(counts, share=alarmed / max(int(counts.sum()), 1))
        return [
            MonthRate(month, rate, n, float(below), float(above))
            for (month, rate, n), below, above in zip(rows, low, high, strict=True)
        ]

    @property
    def tables(self) -> list[tuple[str, list[Rate]]]:
        """Where the alerts come from, by heading."""
        types = dict(PainType.objects.for_clinic(self.clinic).values_list("code", "name"))
        words = {**types, "mixed": _("mixed"), "undiagnosed": _("no type yet")}
        timings = {str(value): str(label) for value, label in PainScore.Timing.choices}
        return [
            (_("Session of the course"), self._worded("session", {"0": _("without a session")})),
            (_("Pain at the start"), self.rates("start")),
            (_("Type"), self._worded("type", words)),
            (_("Score taken"), self._worded("timing", timings)),
        ]

    def rates(self, kind: str) -> list[Rate]:
        """Alerts per 100 sessions and sessions by label, of the last night."""
        found: dict[str, Any] = self.newest.rates if self.newest else {}
        return [(str(label), float(rate), int(n)) for label, rate, n in found.get(kind, [])]

    def _worded(self, kind: str, words: dict[str, str]) -> list[Rate]:
        return [(words.get(label, label), rate, n) for label, rate, n in self.rates(kind)]
