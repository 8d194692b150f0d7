"""A new clinic's flags, points, plans, adverse events, measures, aftercare. Each file names its sources."""

import json
from pathlib import Path

from clinic.models import Clinic
from clinic.presets import install_rows
from courses.models import (
    AdverseEventItem,
    AftercareMeasure,
    Measure,
    MeasureThreshold,
    Point,
    Protocol,
    RedFlag,
)

DATA = Path(__file__).parent / "data"


def install_presets(clinic: Clinic) -> None:
    """The shipped catalogues, for the clinic to edit."""
    install_rows(clinic, RedFlag, DATA / "red_flags.json")
    install_rows(clinic, Point, DATA / "points.json")
    _install_protocols(clinic)
    install_rows(clinic, AdverseEventItem, DATA / "adverse_events.json")
    install_rows(clinic, Measure, DATA / "measures.json")
    install_rows(clinic, MeasureThreshold, DATA / "measure_thresholds.json")
    install_rows(clinic, AftercareMeasure, DATA / "aftercare_measures.json")


def _install_protocols(clinic: Clinic) -> None:
    """The plans; a plan that is new to the clinic gets its proposed points."""
    path = DATA / "protocols.json"
    known = set(Protocol.objects.for_clinic(clinic).values_list("code", flat=True))
    install_rows(clinic, Protocol, path)
    proposed: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))["points"]
    points = {point.code: point for point in Point.objects.for_clinic(clinic)}
    for protocol in Protocol.objects.for_clinic(clinic).exclude(code__in=known):
        protocol.points.set(points[code] for code in proposed.get(protocol.code, ()) if code in points)
