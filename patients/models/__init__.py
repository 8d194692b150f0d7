"""Tables of a patient's file: identity, diagnosis, screening, consent.

Courses and sessions have tables of their own.
"""

from patients.models.assessment import Assessment, Imaging, NeuroCheck, SpecialistLetter
from patients.models.consent import Consent
from patients.models.consent_text import ConsentText
from patients.models.contact_change import ContactChange
from patients.models.correction import FileCorrection
from patients.models.intake_draft import IntakeDraft
from patients.models.merge import PatientMerge
from patients.models.pain_type import PainType, PatientPainType
from patients.models.patient import Patient
from patients.models.screening import Screening, ScreeningFinding, ScreeningItem

__all__ = [
    "Assessment",
    "Consent",
    "ConsentText",
    "ContactChange",
    "FileCorrection",
    "Imaging",
    "IntakeDraft",
    "NeuroCheck",
    "PainType",
    "Patient",
    "PatientMerge",
    "PatientPainType",
    "Screening",
    "ScreeningFinding",
    "ScreeningItem",
    "SpecialistLetter",
]
