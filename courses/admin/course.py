"""The course page and its actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.typed.asked import asked, one_of
from courses.admin.course_page import course_for_page, course_page
from courses.admin.hand_over import HandOvers
from courses.admin.measure_views import Measures
from courses.admin.mistakes import Mistakes
from courses.admin.person.people import OfPatientsAdmin, who_column
from courses.admin.review_views import Reviews
from courses.admin.schedule import Schedule
from courses.admin.visit.late_flags import keeps_flags, of_course
from courses.admin.visit.log_view import LogSession
from courses.models import Course
from courses.plans.forms import HoldCourseForm, OverrideForm
from courses.plans.lifecycle import hold_course, resume_course
from courses.plans.overriding import give_override

WHO = who_column("patient")


@admin.register(Course)
class CourseAdmin(OfPatientsAdmin):
    """Courses: a list, and a page for each."""

    list_display = (
        WHO,
        "complaint",
        "status",
        "practitioner",
        "starts_on",
        "progress",
        "last_session_on",
    )
    list_display_links = (WHO, "complaint")
    list_filter = ("status", "practitioner", "protocol")
    empty_text = gettext_lazy("No course yet. Start one from a patient's page, after the intake.")
    list_select_related = ("patient", "practitioner__user", "clinic")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        """Add the number of sessions held."""
        rows: Any = super().get_queryset(request)
        found: QuerySet[Course] = rows.with_held()
        return found

    @admin.display(description=gettext_lazy("sessions"))
    def progress(self, course: Any) -> str:
        """Sessions held out of those planned."""
        return f"{course.n_held}/{course.n_planned}"

    @admin.display(description=gettext_lazy("last session"), ordering="last_held_at")
    def last_session_on(self, course: Any) -> Any:
        """The day of the last visit."""
        return timezone.localdate(course.last_held_at) if course.last_held_at else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A course starts on the patient's page, which shows the clearance."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A course is changed by its actions, not by a form."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The actions of the course page."""
        log, reviews, measures, schedule = LogSession(self), Reviews(self), Measures(self), Schedule(self)
        actions = (
            ("resume", self.resume),
            ("hold", self.hold),
            ("schedule", schedule.view),
            ("override", self.override),
            ("end", reviews.end),
            ("review", reviews.review),
            ("measures", measures.view),
            ("reopen", Mistakes(self).reopen_course),
        )
        taking_flags = keeps_flags(self.admin_site.admin_view(log.view), of_course)
        own = [path("<int:pk>/log/", taking_flags, name="courses_course_log")]
        own += [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"courses_course_{name}")
            for name, view in actions
        ]
        elsewhere = (
            ("review/<int:pk>/correct/", reviews.correct, "courses_course_correct_review"),
            ("<int:pk>/void/<slug:kind>/<int:number>/", Mistakes(self).void_entry, "courses_course_void"),
            ("of/<int:pk>/hand-over/", HandOvers(self).view, "courses_course_hand_over"),
        )
        own += [path(route, self.admin_site.admin_view(view), name=name) for route, view, name in elsewhere]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The course page."""
        by = self.require(request, "courses.view_course")
        course = course_for_page(by, object_id)
        has_ranges = asked(request, "ranges", one_of({"then"})) is not None
        context = course_page(course, by=request.user, at=timezone.now(), has_ranges=has_ranges)
        return self.page(request, "courses/admin/course.html", {**context, "title": str(course)})

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Resume a course that is on hold."""
        self.require(request, "courses.resume_course")
        course = self.row(request, pk)
        if request.method == "POST":
            try:
                resume_course(course, at=timezone.now())
                messages.success(request, _("Course resumed."))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return self._back(course)

    def hold(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a course on hold."""
        form = HoldCourseForm(request.POST or None)
        act = partial(hold_course, at=timezone.now())
        return self._ask(request, pk, form, act, title=_("Put the course on hold"))

    def override(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A lead overrides the clearance for one session."""
        by = self.require(request, "patients.override_clearance")
        form = OverrideForm(request.POST or None, initial={"valid_on": timezone.localdate()})
        act = partial(give_override, by=by, at=timezone.now())
        title = _("Override for one session")
        return self._ask(request, pk, form, act, title=title, right="patients.override_clearance")

    def _ask(
        self,
        request: HttpRequest,
        pk: int,
        form: Form,
        act: Callable[..., object],
        *,
        title: str,
        right: str = "courses.change_course",
    ) -> HttpResponse:
        """Show a small form about a course, and act on it."""
        self.require(request, right)
        course = self.row(request, pk)
        if request.method == "POST" and form.is_valid():
            try:
                act(course, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Done."))
                return self._back(course)
        context = {"form": form, "course": course, "patient": course.patient, "title": title, "action": title}
        response = self.page(request, "courses/admin/form.html", context)
        response.status_code = 422 if form.is_bound else 200
        return response

    def _back(self, course: Course) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:courses_course_change", args=[course.pk]))
