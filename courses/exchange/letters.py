"""Writes a letter: first typeset, then stored with its author; each download is an event too."""

from __future__ import annotations

import json
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.country.shown import shown_moment
from clinic.logo.kept_logo import logo_of
from clinic.models import Clinic, ClinicLogo, Membership, required_reason, void_rows
from courses.alerts.responding import add_note
from courses.exchange.letter_parts import Part, letter_frame
from courses.exchange.summary import summary_parts
from courses.exchange.typesetting import ROOT, missing_characters, typeset
from courses.exchange.urgent import urgency_words, urgent_parts
from courses.exchange.void_mark import marked_void
from courses.models import Alert, Course, Letter, LetterEvent

DOTS_AN_INCH = 150
# 60 mm by 18 mm.
LARGEST_LOGO = (354, 106)
TEMPLATE = ROOT / "templates" / "courses" / "letters" / "letter.typ"


def write_summary(course: Course, *, addressee: str, message: str, by: Membership, at: datetime) -> Letter:
    """Write the summary of a course; TypesettingFailed if no PDF is made in time, and nothing is stored."""
    with at_clinic(course.clinic):
        sections, pictures = summary_parts(course, at=at)
        frame = letter_frame(course.patient, addressee=addressee, message=message, by=by, at=at)
        data = frame | {"sections": sections, "title": _("Summary of a course")}
        pdf = _typeset(data, pictures, clinic=course.clinic, at=at)
    letter = Letter(
        clinic=course.clinic, patient=course.patient, course=course, kind=Letter.Kind.SUMMARY, pdf=pdf,
        addressee=addressee, message=message, written_by=by, written_at=at,
    )  # fmt: skip
    return _keep(letter, at=at)


def write_referral(alert: Alert, *, addressee: str, message: str, by: Membership, at: datetime) -> Letter:
    """Write the urgent referral for a red flag; it is noted in the alert's history, but answers no alert."""
    if not alert.is_red_flag:
        raise ValidationError(_("Only a red flag is referred urgently."))
    with at_clinic(alert.clinic):
        frame = letter_frame(alert.patient, addressee=addressee, message=message, by=by, at=at)
        urgent = {
            "title": _("Urgent referral"),
            "urgent": _("URGENT REFERRAL"),
            "urgent_line": urgency_words(alert),
            "sections": urgent_parts(alert),
        }
    letter = Letter(
        clinic=alert.clinic, patient=alert.patient, course=alert.course, alert=alert, kind=Letter.Kind.URGENT,
        pdf=_typeset(frame | urgent, {}, clinic=alert.clinic, at=at),
        addressee=addressee, message=message, written_by=by, written_at=at,
    )  # fmt: skip
    return _keep(letter, at=at)


def take_out(letter: Letter, *, by: Membership, at: datetime) -> bytes:
    """Download the PDF, marked if it is void; the download is recorded first."""
    LetterEvent.objects.create(
        clinic_id=letter.clinic_id, letter=letter, kind=LetterEvent.Kind.DOWNLOADED, by=by, happened_at=at
    )
    pdf = bytes(letter.pdf)
    return marked_void(pdf, void_words(letter), at=letter.written_at) if letter.is_void else pdf


@transaction.atomic
def void_letter(letter: Letter, *, reason: str, by: Membership, at: datetime) -> None:
    """Void a letter: it stays on file, with a mark on every page of its PDF; ValidationError if void already."""
    reason = required_reason(reason)
    # Waits for somebody who voids it at the same time.
    held = Letter.every.select_for_update(of=("self",)).select_related("voided_by__user").get(pk=letter.pk)
    if held.is_void:
        raise ValidationError(_("%(who)s voided this already.") % {"who": held.voided_by})
    void_rows(Letter.objects.filter(pk=letter.pk), reason=reason, by=by, at=at)
    LetterEvent.objects.create(
        clinic_id=letter.clinic_id, letter=letter, kind=LetterEvent.Kind.VOIDED, by=by, happened_at=at
    )
    if letter.alert is not None and not letter.alert.is_resolved:
        note = _("The urgent referral letter was voided: %(why)s") % {"why": reason}
        add_note(letter.alert, note=note, by=by, at=at)


def void_words(letter: Letter) -> str:
    """Who voided a letter, when and why, in a sentence."""
    if letter.voided_at is None:
        raise ValueError("the letter is not void")
    when = shown_moment(letter.clinic.local(letter.voided_at))
    values = {"who": letter.voided_by, "when": when, "why": letter.void_reason}
    return _("Void: do not send or file. Voided by %(who)s on %(when)s: %(why)s") % values


def unprintable(*texts: str) -> str:
    """Characters in some texts that the letter's fonts do not have."""
    return missing_characters("".join(texts))


def _typeset(data: Part, pictures: dict[str, str], *, clinic: Clinic, at: datetime) -> bytes:
    logo = logo_of(clinic)
    # The typesetter's files are texts: a picture of pixels comes as the list of its bytes.
    head = {**data["clinic"], **({"logo": list(logo.png), "logo_inches": _inches(logo)} if logo else {})}
    content = json.dumps({**data, "clinic": head}, default=str)
    return typeset({"main.typ": TEMPLATE.read_text(), "data.json": content, **pictures}, at=at)


def _inches(logo: ClinicLogo) -> float:
    """How wide a logo is in the head of a letter, at 150 dots an inch or more."""
    width, _height = logo.size_within(*LARGEST_LOGO)
    return width / DOTS_AN_INCH


@transaction.atomic
def _keep(letter: Letter, *, at: datetime) -> Letter:
    letter.full_clean(exclude=["pdf"])
    letter.save()
    LetterEvent.objects.create(
        clinic_id=letter.clinic_id,
        letter=letter,
        kind=LetterEvent.Kind.WRITTEN,
        by=letter.written_by,
        happened_at=at,
    )
    if letter.alert is not None and not letter.alert.is_resolved:
        add_note(letter.alert, note=str(_("Urgent referral letter written.")), by=letter.written_by, at=at)
    return letter
