"""What is missing in a clinic, and for one reader: the link where they enter it, or whom they ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import permissions_of
from clinic.country.contact import wrong_numbers
from clinic.country.shown import shown_day
from clinic.hours.unset import words_without_hours
from clinic.models import TREATING, Membership, OpeningHours
from clinic.people.lead_cover import leads_of


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: in words, and the way for one reader to have it entered."""

    words: str
    # Where this reader enters it; empty for a reader who may not, who reads whom to ask.
    url: str = ""
    ask: str = ""


def licence_words(member: Membership, *, on: date) -> str | None:
    """The licence in a list; None for whoever does not treat and has none."""
    if not member.licence_number:
        return _("Missing: cannot be booked for needling") if member.is_clinician else None
    if member.licence_expires_on is None:
        return member.licence_number
    is_over = member.licence_expires_on < on
    words = _("%(number)s, expired on %(day)s") if is_over else _("%(number)s, until %(day)s")
    return words % {"number": member.licence_number, "day": shown_day(member.licence_expires_on)}


def licence_gap(member: Membership, *, on: date, reader: Membership) -> Lack | None:
    """What is wrong on a day with the licence of somebody who treats; None where nothing is."""
    if not member.is_clinician or member.is_licensed(on):
        return None
    words, values = _("The licence of %(name)s is not on file."), {"name": str(member)}
    then = _("Until it is entered, no needling can be booked with %(name)s.")
    if member.licence_number and member.licence_expires_on:
        words = _("The licence of %(name)s expired on %(day)s.")
        then = _("No needling can be booked with %(name)s until a new licence is entered.")
        if member.licence_expires_on >= timezone.localdate():
            words = _("The licence of %(name)s is valid until %(day)s.")
            then = _("No needling after that day can be booked with %(name)s until a new licence is entered.")
        values["day"] = shown_day(member.licence_expires_on)
    url = reverse("admin:clinic_membership_change", args=[member.pk])
    return _lack(f"{words % values} {then % values}", url, reader=reader, right="clinic.change_membership")


def missing_here(reader: Membership, *, on: date) -> list[Lack]:
    """What keeps a clinic, or this reader, from work: said where somebody finds nothing to do."""
    clinic, found = reader.clinic, [licence_gap(reader, on=on, reader=reader)]
    members = Membership.objects.for_clinic(clinic).active()
    staff_url, clinic_url = reverse("admin:clinic_membership_add"), reverse("admin:clinic_clinic_changelist")
    if not members.with_role(*TREATING).exists():
        words = _("Nobody who treats patients works here yet.")
        found.append(_lack(words, staff_url, reader=reader, right="clinic.add_membership"))
    if not leads_of(clinic).exists():
        words = _("This clinic has no duty lead.")
        url = reverse("admin:clinic_membership_changelist")
        found.append(_lack(words, url, reader=reader, right="clinic.change_membership"))
    if not OpeningHours.objects.filter(clinic=clinic).exists():
        url = reverse("admin:clinic_clinic_hours")
        found.append(_lack(words_without_hours(), url, reader=reader, right="clinic.change_clinic"))
    found += [
        _lack(one.words, clinic_url, reader=reader, right="clinic.change_clinic") for one in wrong_numbers(clinic)
    ]
    return [one for one in found if one is not None]


def who_may(reader: Membership, right: str) -> list[Membership]:
    """Colleagues who work here now and have a right."""
    members = Membership.objects.for_clinic(reader.clinic).active().select_related("user")
    return [one for one in members if right in permissions_of(one)]


def _lack(words: str, url: str, *, reader: Membership, right: str) -> Lack:
    if right in permissions_of(reader):
        return Lack(words, url=url)
    return Lack(words, ask=", ".join(str(one) for one in who_may(reader, right)))
