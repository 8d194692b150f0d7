"""The search step of every page that needs a course: no script, works by keyboard, one link per course."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.typed.asked import searched
from courses.plans.course_search import MOST_SHOWN, find_courses


def choose_course(
    screen: ClinicScopedAdmin, request: HttpRequest, *, title: str, kept: dict[str, str] | None = None
) -> HttpResponse:
    """A search and its results; each result links back to the page with its course. `kept` is passed along."""
    by, q = active_membership(request.user), searched(request)
    kept = {name: value for name, value in (kept or {}).items() if value}
    courses = find_courses(by, q)
    context: dict[str, Any] = {
        "title": title,
        "q": q,
        "courses": courses[:MOST_SHOWN],
        "is_more": len(courses) > MOST_SHOWN,
        "kept": list(kept.items()),
        "link": f"{urlencode(kept)}&" if kept else "",
        "may_read": request.user.has_perm("courses.view_course"),
    }
    return screen.page(request, "courses/admin/choose_course.html", context)
