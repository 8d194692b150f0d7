"""What a new clinic knows: flags, points, plans, adverse events, measures, aftercare. Sources stand there."""

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
    install_rows(clinic, Protocol, DATA / "protocols.json")
    install_rows(clinic, AdverseEventItem, DATA / "adverse_events.json")
    install_rows(clinic, Measure, DATA / "measures.json")
    install_rows(clinic, MeasureThreshold, DATA / "measure_thresholds.json")
    install_rows(clinic, AftercareMeasure, DATA / "aftercare_measures.json")
