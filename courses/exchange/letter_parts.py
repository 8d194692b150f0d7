"""The parts of every letter: sender, addressee and patient, and dates in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.country.conventions import conventions
from clinic.country.phones import shown_phone
from clinic.country.shown import shown_long_day, shown_moment
from clinic.models import Clinic, Membership
from courses.models import Course, Needling, Session
from patients.identity.words import patient_label
from patients.models import Patient

Part = dict[str, Any]
# What the typesetter calls the paper.
TYPST_PAPERS = {"a4": "a4", "letter": "us-letter"}


def letter_frame(patient: Patient, *, addressee: str, message: str, by: Membership, at: datetime) -> Part:
    """Sender, addressee, patient, signature: everything except the report itself."""
    clinic = patient.clinic
    return {
        "lang": (get_language() or "en").split("-")[0],
        "paper": TYPST_PAPERS[conventions().paper],
        "title": _("Letter"),
        "clinic": {"name": clinic.name, "lines": _head_lines(clinic), "logo": []},
        "to": addressee,
        "date": day_words(clinic.local(at).date()),
        "subject": patient_label(patient),
        "urgent": "",
        "urgent_line": "",
        "paragraphs": [part.strip() for part in message.split("\n\n") if part.strip()],
        "sections": [],
        "greeting": _("With kind regards"),
        "signer": signer_lines(by),
        "footer": _("Confidential. The patient gave the scores. Expected scores are estimates. Results vary."),
        "page_words": _("Page {n} of {m}"),
    }


def _head_lines(clinic: Clinic) -> list[str]:
    """Where the clinic is and how it is reached."""
    street, _comma, town = clinic.address.partition(", ")
    lines = [street, town, shown_phone(clinic.phone), clinic.reply_to, clinic.website_words]
    return [line for line in lines if line]


def signer_lines(by: Membership) -> list[str]:
    """Name, role and licence of the person who signs."""
    lines = [str(by), by.roles_text]
    if by.licence_number:
        lines.append(_("Licence %(number)s") % {"number": by.licence_number})
    return lines


def diagnosis_facts(patient: Patient) -> list[list[str]]:
    """Diagnosis with imaging, and the current types, each with its label."""
    assessments = list(patient.assessments.prefetch_related("imaging"))
    facts = []
    if assessments:
        latest = assessments[0]
        values = {
            "origin": latest.get_origin_display(),
            "who": latest.diagnosed_by,
            "day": day_words(latest.diagnosed_on),
        }
        facts.append([_("Diagnosis"), _("%(origin)s, by %(who)s, %(day)s") % values])
        pictures = [f"{one}, {one.level}: {one.finding}" for one in latest.imaging.all()]
        if pictures:
            facts.append([_("Imaging"), "; ".join(pictures)])
    else:
        facts.append([_("Diagnosis"), _("none on file")])
    types = [str(one) for one in patient.pain_types.select_related("pain_type") if one.ended_on is None]
    facts.append([_("Type of neck pain"), ", ".join(types) or _("not recorded")])
    return facts


def screening_words(patient: Patient) -> str:
    """The findings of the screening, or that there were none."""
    screening = patient.screenings.prefetch_related("findings__item").first()
    if screening is None:
        return _("not asked")
    found = [f"{one} ({one.value})" if one.value else str(one) for one in screening.findings.all()]
    return ", ".join(found) or _("nothing found")


def last_needling_words(course: Course | None) -> str:
    """When and where the patient was last needled."""
    session = course.sessions.filter(is_needled=True).first() if course else None
    if session is None:
        return _("not needled in this course")
    return _("%(at)s: %(points)s") % {
        "at": moment_words(session.held_at, session.clinic),
        "points": points_words(session) or _("points not recorded"),
    }


def points_words(session: Session) -> str:
    """The points of a session with depth and side."""
    return ", ".join(_needling(one) for one in session.needlings.select_related("point"))


def _needling(one: Needling) -> str:
    depth = f" {one.depth_mm} mm" if one.depth_mm else ""
    return f"{one.place_words} {one.get_side_display()}{depth}"


def day_words(day: date) -> str:
    """A day in words."""
    return shown_long_day(day)


def moment_words(at: datetime, clinic: Clinic) -> str:
    """A time in words, in the clinic's zone."""
    return shown_moment(clinic.local(at))
