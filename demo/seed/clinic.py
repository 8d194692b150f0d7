"""The demo's clinics and their staff."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings

from clinic.country.countries import country_of_zone, emergency_number_in
from clinic.models import Clinic, Duty, Holiday, Membership, OpeningHours, Role, User
from clinic.presets import install_all
from patients.models import ConsentText

PASSWORD = "demo"  # noqa: S105 - known to everybody, and only with DEMO=1
PLACES = (
    ("Linden Street Acupuncture", "Europe/London"),
    ("Harbour Acupuncture", "America/New_York"),
    ("Mountain View Acupuncture", "Europe/Zurich"),
    ("Old Mill Acupuncture", "Australia/Sydney"),
)
# Month, day, name.
HOLIDAYS = ((1, 1, "New Year's Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day"))
WEDNESDAY = 3
# username, given name, family name, role; for the first clinic.
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
    """The demo clinic with a number, its presets, its hours and its staff."""
    place, zone = PLACES[number % len(PLACES)]
    name = place if number < len(PLACES) else f"{place} {number + 1}"
    clinic = Clinic.objects.create(
        name=name,
        slug="demo" if number == 0 else f"demo-{number + 1}",
        zone=zone,
        country=country_of_zone(zone),
        emergency_number=emergency_number_in(country_of_zone(zone)),
        phone=f"+44 1632 9600{number % 100:02d}",
        confirmed_emergency_number=emergency_number_in(country_of_zone(zone)),
        address=f"{number + 1} Invented Lane, {place}",
        reply_to="desk@example.org",
        set_up_at=at,
    )
    install_all(clinic)
    ConsentText.objects.for_clinic(clinic).update(retention="8 years after the last visit")
    _open(clinic, at=at)
    for username, given, family, role in _cast(number):
        _member(clinic, username, given, family, role)
    _supervise(clinic)
    return clinic


def _open(clinic: Clinic, *, at: datetime) -> None:
    """Opening hours: closed on Sundays, on the winter's holidays, and on one day within the next three weeks."""
    today = clinic.local(at).date()
    # Someone who tries the demo on a Sunday still finds patients on that day.
    days = {*range(1, 7), today.isoweekday()}
    OpeningHours.objects.bulk_create(
        OpeningHours(clinic=clinic, weekday=day, opens_at=time(8), closes_at=time(18 if day > 5 else 20))
        for day in sorted(days)
    )
    names = {_staff_day(today): "Staff training"}
    for year in (today.year, today.year + 1):
        names |= {date(year, month, day): name for month, day, name in HOLIDAYS if date(year, month, day) >= today}
    Holiday.objects.bulk_create(Holiday(clinic=clinic, on=on, name=name) for on, name in sorted(names.items()))


def _staff_day(today: date) -> date:
    """The first Wednesday after the coming two weeks."""
    day = today + timedelta(days=15)
    return day + timedelta(days=(WEDNESDAY - day.isoweekday()) % 7)


def next_open_day(clinic: Clinic, after: date) -> date:
    """The first day after one on which the clinic is open."""
    calendar = clinic.calendar()
    days = (after + timedelta(days=ahead) for ahead in range(1, 15))
    return next(day for day in days if day.isoweekday() in calendar.hours and day not in calendar.closed_on)


def keep_rota(clinic: Clinic, *, at: datetime) -> None:
    """The lead is on duty for two months, with one weekend by a practitioner; one night in five days is open."""
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
    """Let the lead supervise the youngest practitioner."""
    lead = Membership.objects.for_clinic(clinic).with_role(Role.LEAD).first()
    Membership.objects.filter(clinic=clinic, user__username="practitioner3").update(
        is_supervised=True, supervisor=lead
    )
