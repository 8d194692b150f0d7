"""The navigation of every staff page."""

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
    # Second, so that phones show the number of alerts without scrolling.
    ("Alerts", "admin:courses_alert_changelist", "courses.view_alert"),
    ("Patients", "admin:patients_patient_changelist", "patients.view_patient"),
    ("Courses", "admin:courses_course_changelist", "courses.view_course"),
    ("Bookings", "admin:courses_appointment_changelist", "courses.view_appointment"),
    ("Dashboard", "dashboard", "courses.view_dashboard"),
    ("Setup", "admin:setup", ""),
)

# Pages without an entry of their own, and the entry they belong to.
BELOW = {"Courses": ("admin:courses_session_changelist", "admin:courses_letter_changelist")}


def navigation(request: HttpRequest, *, n_open: int) -> list[Place]:
    """The entries that the member may open; alerts with the number of unassigned ones."""
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
        # All other pages are found through Setup, the last entry.
        is_here = is_here or (name == "Setup" and is_in_setup(request.path, places))
        places.append(Place(labels[name], url, is_here, n_open if name == "Alerts" else 0))
    return places


def is_in_setup(path: str, places: Iterable[Place]) -> bool:
    """Whether a page of the admin belongs to no other entry."""
    return path.startswith(reverse("admin:index")) and not any(place.is_here for place in places)
