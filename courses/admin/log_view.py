"""Log a session: the form with the curve beside it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.charts.curve_chart import PANEL, curve_svg
from courses.models import Course, Point, Session
from courses.plans.standing import clearance_for
from courses.priors.adopted import adopted_prior
from courses.priors.picture import curve_picture
from courses.priors.rows import record_of
from courses.sessions.asking import cannot_show_worsening
from courses.sessions.forms import NeedlingFormSet, SessionForm, catalogue_of
from courses.sessions.log import log_session
from patients.clearance import Clearance
from patients.wording import VERDICTS, reason_texts

if TYPE_CHECKING:
    from courses.admin.course import CourseAdmin

N_EMPTY_ROWS = 3


class LogSession:
    """The view, bound to the course admin whose rows it may see."""

    def __init__(self, course_admin: CourseAdmin) -> None:
        self.admin = course_admin

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form, or log what was filled in; what was typed is kept where something is wrong."""
        by = self.admin.require(request, "courses.log_session")
        course = self.admin.row(request, pk)
        at = timezone.now()
        clearance = clearance_for(course, on=course.clinic.local(at).date(), practitioner=course.practitioner)
        data = request.POST if request.method == "POST" else None
        initial = {"appointment": request.GET.get("appointment"), "is_needled": clearance.may_needle}
        form = SessionForm(data, course=course, by=by, at=at, initial=initial)
        needlings = NeedlingFormSet(data, prefix="needling", initial=self._rows(request, course))
        if request.method == "POST" and form.is_valid() and needlings.is_valid():
            entry = form.entry(needlings.entries(catalogue_of(Point.objects.visible_to(by))))
            try:
                logged = log_session(course, entry=entry, by=by, at=at)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return HttpResponseRedirect(
                    reverse("admin:courses_session_change", args=[logged.session.pk]) + "?saved=1"
                )
        status = 200 if data is None else 422
        response = self.admin.page(
            request, "courses/admin/log_session.html", self._context(course, form, needlings, clearance, at)
        )
        response.status_code = status
        return response

    def _context(
        self, course: Course, form: SessionForm, needlings: Any, clearance: Clearance, at: datetime
    ) -> dict[str, Any]:
        alerts = list(course.alerts.order_by("raised_at"))
        picture = curve_picture(record_of(course, at=at), prior=adopted_prior(course.clinic), alerts=alerts)
        number = course.sessions.count() + 1
        return {
            "course": course,
            "form": form,
            "needlings": needlings,
            "points": Point.objects.for_clinic(course.clinic),
            "chart": curve_svg(picture, size=PANEL, uid="log"),
            "picture": picture,
            "is_at_ceiling": cannot_show_worsening(course, at=at),
            "clearance": clearance,
            "clearance_verdict": VERDICTS[clearance.verdict],
            "clearance_reasons": reason_texts(clearance),
            "number": number,
            "open_alerts": [alert for alert in alerts if not alert.is_resolved],
            "title": _("Log session %(number)s") % {"number": number},
        }

    def _rows(self, request: HttpRequest, course: Course) -> list[dict[str, Any]]:
        """The last session's points where asked for, and some empty rows."""
        empty: list[dict[str, Any]] = [{} for _row in range(N_EMPTY_ROWS)]
        last = course.sessions.filter(is_needled=True).first() if "copy" in request.GET else None
        return [*copied_rows(last), *empty] if last else empty


def copied_rows(session: Session) -> list[dict[str, Any]]:
    """The points of a session as rows of a form."""
    return [
        {
            "where": one.point.code if one.point else one.ashi_site,
            "side": one.side,
            "depth_mm": one.depth_mm,
            "stimulation": one.stimulation,
            "retention_minutes": one.retention_minutes,
        }
        for one in session.needlings.select_related("point")
    ]
