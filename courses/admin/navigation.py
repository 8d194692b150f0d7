"""Where a member can go from every staff page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    is_here: bool
    count: int = 0


PLACES = (
    ("Today", "admin:index", ""),
    # Second, so that a phone shows their number without scrolling.
    ("Alerts", "admin:courses_alert_changelist", "courses.view_alert"),
    ("Patients", "admin:patients_patient_changelist", "patients.view_patient"),
    ("Courses", "admin:courses_course_changelist", "courses.view_course"),
    ("Bookings", "admin:courses_appointment_changelist", "courses.view_appointment"),
    ("Dashboard", "dashboard", "courses.view_dashboard"),
    ("Setup", "admin:setup", ""),
)

# Pages without a place of their own that are opened from one.
BELOW = {"Courses": ("admin:courses_session_changelist", "admin:courses_letter_changelist")}


def navigation(request: HttpRequest, *, n_open: int) -> list[Place]:
    """The places the member may go to; the alerts with the number of those that nobody has taken on."""
    labels = {
        "Today": _("Today"),
        "Alerts": _("Alerts"),
        "Patients": _("Patients"),
        "Courses": _("Courses"),
        "Bookings": _("Bookings"),
        "Dashboard": _("Dashboard"),
        "Setup": _("Setup"),
    }
    places: list[Place] = []
    for name, view, permission in PLACES:
        if permission and not request.user.has_perm(permission):
            continue
        url = reverse(view)
        below = [url, *(reverse(one) for one in BELOW.get(name, ()))]
        is_here = request.path == url if name == "Today" else request.path.startswith(tuple(below))
        # Whatever has no place of its own is found through Setup, which stands last.
        is_here = is_here or (name == "Setup" and is_in_setup(request.path, places))
        places.append(Place(labels[name], url, is_here, n_open if name == "Alerts" else 0))
    return places


def is_in_setup(path: str, places: Iterable[Place]) -> bool:
    """Whether a page of the admin belongs to no other place."""
    return path.startswith(reverse("admin:index")) and not any(place.is_here for place in places)
