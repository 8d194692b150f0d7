"""The demo's clinics and the people who work in them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings

from clinic.models import Clinic, Duty, Membership, OpeningHours, Role, User
from clinic.presets import install_all

PASSWORD = "demo"  # noqa: S105 - known to everybody, and only with DEMO=1
PLACES = (
    ("Linden Street Acupuncture", "Europe/London"),
    ("Harbour Acupuncture", "America/New_York"),
    ("Mountain View Acupuncture", "Europe/Zurich"),
    ("Old Mill Acupuncture", "Australia/Sydney"),
)
# username, given name, family name, role; of the first clinic.
FIRST = (
    ("practitioner", "Paula", "Pinetree", Role.PRACTITIONER),
    ("practitioner2", "Niko", "Nuthatch", Role.PRACTITIONER),
    ("practitioner3", "Ruta", "Redwing", Role.PRACTITIONER),
    ("lead", "Lars", "Larch", Role.LEAD),
    ("manager", "Mona", "Maple", Role.MANAGER),
    ("frontdesk", "Finn", "Fern", Role.FRONT_DESK),
)
SECOND = (
    ("stranger", "Stella", "Spruce", Role.PRACTITIONER),
    ("lead2", "Liv", "Larkspur", Role.LEAD),
    ("manager2", "Max", "Mallow", Role.MANAGER),
)


def make_clinic(number: int, *, at: datetime) -> Clinic:
    """The demo clinic with a number, open every day, with its presets and its staff."""
    place, zone = PLACES[number % len(PLACES)]
    name = place if number < len(PLACES) else f"{place} {number + 1}"
    clinic = Clinic.objects.create(
        name=name,
        slug="demo" if number == 0 else f"demo-{number + 1}",
        zone=zone,
        phone=f"+44 1632 9600{number % 100:02d}",
        reply_to="desk@example.org",
    )
    install_all(clinic)
    OpeningHours.objects.bulk_create(
        OpeningHours(clinic=clinic, weekday=weekday, opens_at=time(7), closes_at=time(21))
        for weekday in range(1, 8)
    )
    for username, given, family, role in _cast(number):
        _member(clinic, username, given, family, role)
    _supervise(clinic)
    return clinic


def keep_rota(clinic: Clinic, *, at: datetime) -> None:
    """The lead answers for two months, a practitioner a weekend of it; one night in five days nobody does."""
    members = {member.user.username: member for member in Membership.objects.filter(clinic=clinic)}
    midnight = clinic.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    # Who, from when to when, in days and hours from the last midnight.
    turns = (("lead", (-1, 0), (4, 20)), ("lead", (5, 8), (9, 18)), ("practitioner2", (9, 18), (11, 18)))
    for username, *span in (*turns, ("lead", (11, 18), (60, 0))):
        starts_at, ends_at = (midnight + timedelta(days=days, hours=hours) for days, hours in span)
        Duty.objects.create(clinic=clinic, member=members[username], starts_at=starts_at, ends_at=ends_at)


def _cast(number: int) -> list[tuple[str, str, str, Role]]:
    if number == 0:
        return list(FIRST)
    if number == 1:
        return list(SECOND)
    return [(f"{username}-{number + 1}", given, family, role) for username, given, family, role in SECOND]


def _member(clinic: Clinic, username: str, given: str, family: str, role: Role) -> Membership:
    user = User(username=username, first_name=given, last_name=family, email=f"{username}@example.org")
    if settings.DEMO:
        user.set_password(PASSWORD)
    else:
        user.set_unusable_password()
    user.save()
    is_clinician = role in {Role.PRACTITIONER, Role.LEAD}
    return Membership.objects.create(
        clinic=clinic,
        user=user,
        role=role,
        licence_number=f"DEMO-{user.pk:04d}" if is_clinician else "",
        licence_expires_on=date(2035, 12, 31) if is_clinician else None,
        practising_since=date(2025 if username.endswith("3") else 2012, 3, 1) if is_clinician else None,
    )


def _supervise(clinic: Clinic) -> None:
    """The youngest practitioner works under the lead."""
    lead = Membership.objects.filter(clinic=clinic, role=Role.LEAD).first()
    Membership.objects.filter(clinic=clinic, user__username="practitioner3").update(
        is_supervised=True, supervisor=lead
    )
