"""The session page: the record and its verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.models import Membership
from clinic.typed.asked import asked, one_of
from courses.admin.mistakes import Mistakes
from courses.admin.person.people import OfPatientsAdmin, who_column
from courses.admin.visit.correct_view import CorrectSession
from courses.admin.visit.late_flags import keeps_flags, of_session
from courses.corrections.voiding import parts_of, void_words
from courses.corrections.wording import correction_words
from courses.models import AdverseEvent, PainScore, Session, SessionMotion
from courses.plans.course_state import withdrawn_reports
from courses.sessions.answer_words import answer_lines
from courses.sessions.next_steps import flare_words, next_steps, patient_words
from courses.sessions.red_flags.recording import reports_of_form
from courses.sessions.saved_words import basis_note, instruction, is_now, verdict_words
from patients.clearance import Reason, ReasonCode
from patients.wording import reason_text


class VoidFilter(admin.SimpleListFilter):
    """Hides void sessions unless the filter includes them."""

    title = gettext_lazy("void")
    parameter_name = "void"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices beside “counted”."""
        return [("yes", _("void"))]

    def choices(self, changelist: Any) -> Any:
        """Rename the stock “all” to “counted”."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("counted")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Counted sessions unless another filter is chosen."""
        return queryset.exclude(voided_at=None) if self.value() == "yes" else queryset.filter(voided_at=None)


@admin.register(Session)
class SessionAdmin(OfPatientsAdmin):
    """Sessions are logged from their course and never deleted."""

    patient_path = "course__patient"
    list_display = (who_column("course__patient"), "number", "held_at", "pain", "practitioner", "treatment")
    list_filter = (VoidFilter, "practitioner", "is_needled")
    empty_text = gettext_lazy("No session yet: it is logged from its course, or from Today.")
    list_select_related = ("course__patient", "practitioner__user")
    date_hierarchy = "held_at"
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Add the scores. Void sessions have a page too, and the list shows them on request."""
        rows = Session.every.visible_to(active_membership(request.user))
        return rows.order_by(*self.get_ordering(request)).prefetch_related("scores")

    @admin.display(description=gettext_lazy("pain, before → after"))
    def pain(self, session: Session) -> str:
        """Both scores of the visit."""
        scores = {one.timing: str(one.score) for one in session.scores.all()}
        return " → ".join(scores.get(timing, "–") for timing in (PainScore.Timing.BEFORE, PainScore.Timing.AFTER))

    @admin.display(description=gettext_lazy("treatment"), ordering="is_needled")
    def treatment(self, session: Session) -> str:
        """Whether needles were used, in words: a visit without needles is no error."""
        return _("needled") if session.is_needled else _("no needling")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions are logged from the course page."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Pages to correct, void and move a session."""
        mistakes = Mistakes(self)
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"courses_session_{name}")
            for name, view in (("void", mistakes.void_session), ("move", mistakes.move_session))
        ]
        correct = keeps_flags(self.admin_site.admin_view(CorrectSession(self).view), of_session)
        own.append(path("<int:pk>/correct/", correct, name="courses_session_correct"))
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The session page, with the verdict first."""
        session: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        by, at = active_membership(request.user), timezone.now()
        context = session_page(session, by=by, at=at, saved=asked(request, "saved", one_of({"1", "before"})) or "")
        return self.page(request, "courses/admin/session.html", context)


def session_page(session: Any, *, by: Membership, at: datetime, saved: str) -> dict[str, Any]:
    """The red-flag instruction, the verdicts, what happens next, what to tell the patient, and the record."""
    reports = reports_of_form(session.course.patient, session.form_key)
    corrections = session.corrections.select_related("corrected_by__user", "score")
    scores = list(parts_of(session, PainScore).order_by("pk"))
    codes = [code for code in session.clearance.get("reasons", []) if code in set(ReasonCode)]
    of_session = [score for score in scores if score.timing in {"before", "after"}]
    return {
        "session": session,
        "course": session.course,
        "verdicts": [verdict_words(score) for score in scores],
        "basis": basis_note(scores),
        "flare": "" if session.is_void else flare_words(of_session),
        "reports": reports,
        "instruction": instruction(reports[0].level) if reports else "",
        "is_emergency": bool(reports) and is_now(reports[0].level),
        # A void session has no consequences, and nothing about it is for the patient.
        "next_steps": [] if session.is_void else next_steps(session, at=at),
        "patient_words": [] if session.is_void else patient_words(session, of_session, at=at),
        "void_words": void_words(session) if session.is_void else "",
        "moved_to": Session.every.filter(moved_from=session).select_related("course__patient").first(),
        "needlings": session.needlings.select_related("point"),
        "adverse_events": parts_of(session, AdverseEvent).select_related("item"),
        "symptoms": session.symptoms.all(),
        "motion": SessionMotion.objects.filter(session=session).first(),
        "aftercare": session.aftercare_given.select_related("measure"),
        "clearance_reasons": [reason_text(Reason(ReasonCode(code), "…")) for code in codes],
        "saved": saved,
        "answers": answer_lines(session),
        "corrections": correction_words(corrections, clinic=session.clinic),
        "withdrawn": withdrawn_reports(session.course.patient),
        "title": f"{session.course.patient}, {session}",
    }
