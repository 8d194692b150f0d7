"""The alert inbox and the page of one alert."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import ClinicScopedAdmin
from courses.alerts.answering import acknowledge, add_note, last_news, resolve
from courses.alerts.forms import NoteForm, ResolveForm, SeenForm
from courses.alerts.wording import checklist, event_words, finding_words, flag_wordings, member_names
from courses.models import Alert


class UnresolvedFilter(admin.SimpleListFilter):
    """What is still a matter comes first."""

    title = gettext_lazy("state")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Beside the unresolved."""
        return [("resolved", _("resolved")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """The stock “all” becomes “unresolved”."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("unresolved")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Unresolved unless asked otherwise."""
        if self.value() == "all":
            return queryset
        is_resolved = self.value() == "resolved"
        states = [Alert.State.RESOLVED] if is_resolved else [s for s in Alert.State if s != Alert.State.RESOLVED]
        return queryset.filter(state__in=states)


@admin.register(Alert)
class AlertAdmin(ClinicScopedAdmin):
    """The inbox: most pressing first."""

    list_display = ("about", "patient", "severity_badge", "state", "raised_at", "acknowledged_by")
    list_display_links = ("about", "patient")
    list_filter = (UnresolvedFilter, "rule", "severity")
    list_select_related = ("patient", "course", "acknowledged_by__user")
    search_fields = ("patient__family_name", "patient__given_name")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Most pressing first."""
        rows: Any = super().get_queryset(request)
        ordered: QuerySet[Any] = rows.most_pressing_first()
        return ordered

    @admin.display(description=gettext_lazy("about"))
    def about(self, alert: Alert) -> str:
        """Number and matter."""
        return f"{alert.get_rule_display()} #{alert.pk}"

    @admin.display(description=gettext_lazy("severity"), ordering="severity")
    def severity_badge(self, alert: Alert) -> str:
        """In words."""
        return alert.get_severity_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Alerts raise themselves."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """What people do with an alert."""
        actions = (("acknowledge", self.acknowledge), ("note", self.note), ("resolve", self.resolve))
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"courses_alert_{name}")
            for name, view in actions
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The alert page."""
        alert: Any = self.get_object(request, object_id)
        if not self.has_view_permission(request, alert):
            raise PermissionDenied
        return self._show(request, alert)

    def acknowledge(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it on."""
        by = self.require(request, "courses.acknowledge_alert")
        alert, form = self.row(request, pk), SeenForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._back(alert)
        try:
            acknowledge(alert, by=by, at=timezone.now(), seen=form.cleaned_data["seen"], way="admin")
            messages.success(request, _("Yours now. Nobody is told again until the acknowledgement lapses."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return self._back(alert)

    def note(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write down what was done so far."""
        by = self.require(request, "courses.acknowledge_alert")
        alert, form = self.row(request, pk), NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            add_note(alert, note=form.cleaned_data["note"], by=by, at=timezone.now())
        return self._back(alert)

    def resolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the matter."""
        by = self.require(request, "courses.resolve_alert")
        alert = self.row(request, pk)
        form = ResolveForm(request.POST or None, is_red_flag=alert.is_red_flag)
        if request.method != "POST":
            return self._back(alert)
        if form.is_valid():
            try:
                resolve(alert, by=by, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Resolved."))
                return self._back(alert)
            except ValidationError as error:
                form.add_error(None, error)
        response = self._show(request, alert, resolve_form=form)
        response.status_code = 422
        return response

    def _show(self, request: HttpRequest, alert: Any, *, resolve_form: Form | None = None) -> HttpResponse:
        flags, seen = flag_wordings(alert), last_news(alert)
        events = list(alert.events.select_related("by__user"))
        names = member_names(events)
        context = {
            "alert": alert,
            "findings": [finding_words(finding, flags=flags) for finding in alert.findings],
            "events": [(event, event_words(event, names=names)) for event in events],
            "reports": alert.patient.red_flag_reports.filter(flag__code=alert.flag_code, course=alert.course)
            if alert.is_red_flag
            else [],
            "checklist": checklist(alert),
            "seen_form": SeenForm(initial={"seen": seen}),
            "note_form": NoteForm(),
            "resolve_form": resolve_form or ResolveForm(initial={"seen": seen}, is_red_flag=alert.is_red_flag),
            "may_resolve": request.user.has_perm("courses.resolve_alert"),
            "title": str(alert),
        }
        return self.page(request, "courses/admin/alert.html", context)

    def _back(self, alert: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:courses_alert_change", args=[alert.pk]))
