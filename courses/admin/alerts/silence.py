"""Silences: what is muted, by whom, why and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import ClinicScopedAdmin
from clinic.models import Membership
from clinic.typed.asked import asked
from courses.admin.course_picker import choose_course
from courses.admin.person.people import who_column
from courses.alerts.forms import SilenceForm
from courses.alerts.snoozing import end_silence, silence
from courses.models import Course, Silence
from courses.plans.course_search import course_named


@admin.register(Silence)
class SilenceAdmin(ClinicScopedAdmin):
    """Silences are added by a form, ended by a button, and never changed."""

    change_form_template = "courses/admin/silence.html"
    empty_text = gettext_lazy("No silences. Alerts are sent as usual.")
    list_display = (
        "reason",
        "matter",
        "severity",
        who_column("course__patient"),
        "practitioner",
        "by",
        "starts_at",
        "ends_at",
        "is_over",
    )
    list_select_related = ("course__patient", "practitioner__user", "by__user")

    @admin.display(description=gettext_lazy("about"))
    def matter(self, row: Silence) -> str:
        """The rule that is muted."""
        return row.get_rule_display() if row.rule else _("pain and check-ins")

    @admin.display(boolean=True, description=gettext_lazy("over"))
    def is_over(self, row: Silence) -> bool:
        """Whether it has ended."""
        return row.ended_at is not None or row.ends_at <= timezone.now()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leads and managers may add silences."""
        return request.user.has_perm("courses.silence_alerts")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Silences are ended, not edited."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The page to end one early."""
        end = path("<int:pk>/end/", self.admin_site.admin_view(self.end), name="courses_silence_end")
        return [end, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add a silence."""
        by = self.require(request, "courses.silence_alerts")
        if "choose" in request.GET and request.method != "POST":
            chosen = asked(request, "course", lambda typed: course_named(by.clinic, typed))
            if chosen is None:
                return choose_course(self, request, title=_("Silence one course"), kept={"choose": "1"})
            return HttpResponseRedirect(f"{reverse('admin:courses_silence_add')}?course={chosen.pk}")
        form = SilenceForm(request.POST or None, clinic=by.clinic, initial={"course": _asked_course(request, by)})
        if request.method == "POST" and form.is_valid():
            values = dict(form.cleaned_data)
            now = timezone.now()
            try:
                silence(by=by, at=now, ends_at=now + timedelta(days=values.pop("days")), **values)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(
                    request, _("Silence saved. Alerts are still raised. They are sent when the silence ends.")
                )
                return HttpResponseRedirect(reverse("admin:courses_silence_changelist"))
        context = {
            "form": form,
            "title": _("Silence alerts for a while"),
            "action": _("Silence alerts"),
            "chosen": _chosen(form["course"].value(), by),
            "may_choose": True,
            "choose_url": f"{reverse('admin:courses_silence_add')}?choose=1",
        }
        response = self.page(request, "courses/admin/booking.html", context)
        response.status_code = 422 if form.errors else 200
        return response

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a silence: open alerts that it muted are sent now."""
        by = self.require(request, "courses.silence_alerts")
        row = self.row(request, pk)
        if request.method == "POST":
            try:
                end_silence(row, by=by, at=timezone.now())
                messages.success(request, _("Silence ended. Open alerts that it held back will be sent now."))
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("admin:courses_silence_changelist"))


def _asked_course(request: HttpRequest, by: Membership) -> int | None:
    """The course in the address."""
    found = asked(request, "course", lambda typed: _chosen(typed, by))
    return found.pk if found else None


def _chosen(key: object, by: Membership) -> Course | None:
    """The course in the form."""
    text = str(key or "")
    rows = Course.objects.visible_to(by).select_related("patient", "practitioner__user")
    return rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
