"""The page of one alert and its actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.admin.alerts.alert_context import alert_page
from courses.admin.person.people import OfPatientsAdmin
from courses.alerts.forms import LowerLevelForm, NoteForm, ResolveForm, SeenForm, SnoozeForm
from courses.alerts.levels import lower_level
from courses.alerts.responding import acknowledge, add_note, resolve
from courses.alerts.snoozing import snooze
from courses.models import Level


class AlertPage(OfPatientsAdmin):
    """The alert page below the inbox."""

    def get_urls(self) -> list[URLPattern]:
        """The actions on an alert."""
        actions = ("acknowledge", "note", "resolve", "snooze", "lower")
        own = [
            path(
                f"<int:pk>/{name}/", self.admin_site.admin_view(getattr(self, name)), name=f"courses_alert_{name}"
            )
            for name in actions
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
        """Acknowledge the alert."""
        by = self.require(request, "courses.acknowledge_alert")
        alert, form = self.row(request, pk), SeenForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._back(alert)
        try:
            acknowledge(alert, by=by, at=timezone.now(), seen=form.cleaned_data["seen"], way="admin")
            messages.success(request, _("Acknowledged. No reminder is sent until the acknowledgement expires."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return self._back(alert)

    def note(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a note on what was done so far."""
        by = self.require(request, "courses.acknowledge_alert")
        alert = self.row(request, pk)
        form = NoteForm(request.POST if request.method == "POST" else None, auto_id="note-%s")

        def act(values: dict[str, Any]) -> None:
            add_note(alert, note=values["note"], by=by, at=timezone.now())

        return self._try(request, alert, form, act, name="note_form", done=_("Note saved."))

    def resolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Resolve the alert."""
        by = self.require(request, "courses.resolve_alert")
        alert = self.row(request, pk)
        form = ResolveForm(request.POST or None, alert=alert)

        def act(values: dict[str, Any]) -> None:
            resolve(alert, by=by, at=timezone.now(), **values)

        return self._try(request, alert, form, act, name="resolve_form", done=_("Resolved."))

    def snooze(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Snooze the alert for a while."""
        by = self.require(request, "courses.acknowledge_alert")
        alert, form = self.row(request, pk), SnoozeForm(request.POST or None, auto_id="snooze-%s")

        def act(values: dict[str, Any]) -> None:
            now = timezone.now()
            snooze(alert, until=now + form.wait, reason=values["reason"], seen=values["seen"], by=by, at=now)

        return self._try(
            request,
            alert,
            form,
            act,
            name="snooze_form",
            done=_("Snoozed. The alert reopens when the snooze ends."),
        )

    def lower(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lower the level, after contact with the patient."""
        by = self.require(request, "courses.resolve_alert")
        alert, form = self.row(request, pk), LowerLevelForm(request.POST or None, auto_id="lower-%s")

        def act(values: dict[str, Any]) -> None:
            lower_level(alert, by=by, at=timezone.now(), **{**values, "to": Level(values["to"])})

        return self._try(request, alert, form, act, name="lower_form", done=_("Level lowered."))

    def _try(
        self,
        request: HttpRequest,
        alert: Any,
        form: Form,
        act: Callable[[dict[str, Any]], None],
        *,
        name: str,
        done: str,
    ) -> HttpResponse:
        """Act on a valid form; otherwise show the errors and everything that was typed."""
        if request.method != "POST":
            return self._back(alert)
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, done)
                return self._back(alert)
        response = self._show(request, alert, **{name: form, "failed_form": form})
        response.status_code = 422
        return response

    def _show(self, request: HttpRequest, alert: Any, **forms: Form) -> HttpResponse:
        context = {**alert_page(alert, user=request.user, at=timezone.now()), "title": str(alert), **forms}
        return self.page(request, "courses/admin/alert.html", context)

    def _back(self, alert: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:courses_alert_change", args=[alert.pk]))
