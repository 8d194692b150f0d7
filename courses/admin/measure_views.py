"""Enter measures at the start, at a review or at the end."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.admin import ClinicScopedAdmin
from clinic.country.shown import shown_clock
from clinic.posting.added import opened_at, opened_now
from clinic.typed.asked import asked, one_of
from courses.measures.entry import MeasuresEntry
from courses.measures.forms import MeasuresForm
from courses.measures.measure_lines import fillings_of
from courses.measures.recording import record_measures
from courses.models import Course, Measure, MeasureCode, MeasureScore

Stage = MeasureScore.Stage


class Measures:
    """The view, bound to the course admin whose rows it may see."""

    def __init__(self, course_admin: ClinicScopedAdmin) -> None:
        self.admin = course_admin

    def view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form of one stage; keeps what was typed if something is wrong."""
        by = self.admin.require(request, "courses.add_measurescore")
        course = self.admin.row(request, pk)
        stage = _stage(asked(request, "stage", one_of(Stage.values)), course)
        codes = Measure.objects.visible_to(by).filter(is_offered=True).values_list("code", flat=True)
        form = MeasuresForm(request.POST or None, codes=list(codes), stage=stage, activities=_activities(course))
        if request.method == "POST" and form.is_valid():
            for sentence in entered_since(course, form.entry(), since=opened_at(request)):
                form.add_error(None, sentence)
        if request.method == "POST" and form.is_valid():
            try:
                record_measures(course, entry=form.entry(), by=by, at=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Measures saved."))
                return HttpResponseRedirect(reverse("admin:courses_course_change", args=[course.pk]))
        context = {
            "form": form,
            "course": course,
            "patient": course.patient,
            "stages": [(value, label, value == stage) for value, label in Stage.choices],
            "title": _("Measures"),
            **opened_now(),
        }
        response = self.admin.page(request, "courses/admin/measures.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response


def _stage(wanted: str | None, course: Course) -> Stage:
    """The requested stage, otherwise the start until it is on file, otherwise a review."""
    if wanted:
        return Stage(wanted)
    has_start = course.measure_scores.filter(stage=Stage.START).exists()
    if not has_start:
        return Stage.START
    return Stage.REVIEW if course.is_open else Stage.END


def _activities(course: Course) -> list[str]:
    """The activities that the patient named at the start."""
    rows = course.measure_scores.filter(code=MeasureCode.PSFS, stage=Stage.START)
    found = fillings_of(rows)
    return list(found[0].labels.values()) if found else []


def entered_since(course: Course, entry: MeasuresEntry, *, since: datetime | None) -> list[str]:
    """A sentence about measures that a colleague entered while this page was open."""
    if since is None:
        return []
    codes = {one.code for one in entry.scores}
    rows = course.measure_scores.filter(stage=entry.stage, code__in=codes, measured_at__gt=since)
    newer = list(
        rows.exclude(form_key=entry.form_key).select_related("recorded_by__user").order_by("-measured_at")
    )
    if not newer:
        return []
    message = _(
        "%(who)s entered %(names)s at %(time)s while this page was open. Compare them; save again to replace them."
    )
    names = ", ".join(sorted({str(one.get_code_display()) for one in newer}))
    at = course.clinic.local(newer[0].measured_at)
    return [message % {"who": newer[0].recorded_by, "names": names, "time": shown_clock(at)}]
