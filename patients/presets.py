"""A new clinic's types and contraindications. Each row names its source."""

from pathlib import Path

from clinic.models import Clinic
from clinic.presets import install_rows
from patients.models import ConsentText, PainType, ScreeningItem

DATA = Path(__file__).parent / "data"


def install_presets(clinic: Clinic) -> None:
    """Types of neck pain, screening questions and the consent text."""
    install_rows(clinic, PainType, DATA / "pain_types.json")
    install_rows(clinic, ScreeningItem, DATA / "screening_items.json")
    install_rows(clinic, ConsentText, DATA / "consent_text.json")
