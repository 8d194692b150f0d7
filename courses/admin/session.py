"""The session page: what was logged, and the verdict on it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from clinic.admin import ClinicScopedAdmin
from courses.admin.correct_view import CorrectSession
from courses.models import Alert, Session
from courses.plans.standing import withdrawn_reports
from courses.sessions.correction_words import correction_words
from courses.sessions.wording import instruction, verdict_words
from patients.clearance import Reason, ReasonCode
from patients.wording import reason_text


@admin.register(Session)
class SessionAdmin(ClinicScopedAdmin):
    """Sessions are logged from their course and never deleted."""

    list_display = ("course", "number", "held_at", "practitioner", "is_needled")
    list_filter = ("practitioner", "is_needled")
    list_select_related = ("course__patient", "practitioner__user")
    search_fields = ("course__patient__family_name", "course__patient__given_name")
    date_hierarchy = "held_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Logged from the course page."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Correct."""
        correct = self.admin_site.admin_view(CorrectSession(self).view)
        return [path("<int:pk>/correct/", correct, name="courses_session_correct"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The verdict first, then the record."""
        session = self.get_object(request, object_id)
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        return self.page(
            request, "courses/admin/session.html", session_page(session, is_new="saved" in request.GET)
        )


def session_page(session: Any, *, is_new: bool) -> dict[str, Any]:
    """Verdicts, red flags with their instruction, what was done."""
    corrections = session.corrections.select_related("corrected_by__user", "score")
    reports = list(session.red_flag_reports.select_related("flag").order_by("level"))
    scores = list(session.scores.order_by("pk"))
    codes = [code for code in session.clearance.get("reasons", []) if code in set(ReasonCode)]
    return {
        "session": session,
        "course": session.course,
        "verdicts": [verdict_words(score) for score in scores],
        "reports": reports,
        "instruction": instruction(reports[0].level) if reports else "",
        "is_emergency": bool(reports) and reports[0].level in {"E0", "E1"},
        "alerts": Alert.objects.filter(course=session.course).unresolved().most_pressing_first(),
        "needlings": session.needlings.select_related("point"),
        "adverse_events": session.adverse_events.select_related("item"),
        "clearance_reasons": [reason_text(Reason(ReasonCode(code), "…")) for code in codes],
        "is_new": is_new,
        "corrections": correction_words(corrections, clinic=session.clinic),
        "withdrawn": withdrawn_reports(session.course.patient),
        "title": f"{session.course.patient}, {session}",
    }
