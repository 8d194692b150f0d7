"""The alert inbox."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.people.rota import next_gap
from courses.admin.alerts.alert_page import AlertPage
from courses.admin.person.people import who_column
from courses.alerts.inbox import mine, progress_words, with_last_news
from courses.models import Alert, Silence
from courses.models.alerting.inbox_order import BY_NEED


class UnresolvedFilter(admin.SimpleListFilter):
    """Shows unresolved alerts unless another filter is chosen."""

    title = gettext_lazy("state")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices beside “unresolved”."""
        states = [(state.value, str(state.label)) for state in Alert.State]
        return [*states, ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """Rename the stock “all” to “unresolved”."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("unresolved")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Unresolved alerts unless another filter is chosen."""
        if self.value() == "all":
            return queryset
        is_one = self.value() in Alert.State.values
        states = [self.value()] if is_one else [s for s in Alert.State if s != Alert.State.RESOLVED]
        return queryset.filter(state__in=states)


class MineFilter(admin.SimpleListFilter):
    """Alerts that the user acknowledged, and unassigned ones of the user's own patients."""

    title = gettext_lazy("assigned to")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choice “mine”, beside “all”."""
        return [("mine", _("mine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """All alerts unless “mine” is chosen."""
        return mine(queryset, active_membership(request.user)) if self.value() == "mine" else queryset


WHO = who_column("patient")


@admin.register(Alert)
class AlertAdmin(AlertPage):
    """The inbox, most urgent first."""

    change_list_template = "courses/admin/alert_list.html"
    list_display = ("about", WHO, "progress", "age", "answer")
    list_display_links = ("about", WHO)
    list_filter = (MineFilter, UnresolvedFilter, "severity", "rule")
    list_select_related = ("clinic", "patient", "course", "acknowledged_by__user")
    list_per_page = 50
    sortable_by = ()
    actions = None

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Most urgent first; without this the list would put the newest first."""
        return BY_NEED

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add each alert's rank, and the newest report that an answer from the list has seen."""
        rows = Alert.objects.visible_to(active_membership(request.user))
        return with_last_news(rows.most_pressing_first())

    @admin.display(description=gettext_lazy("alert"))
    def about(self, alert: Alert) -> SafeString:
        """Severity, reason and number."""
        return format_html(
            '<span class="badge badge-{}">{}</span> {} #{}',
            "resolved" if alert.is_resolved else alert.severity,
            alert.get_severity_display(),
            alert.get_rule_display(),
            alert.pk,
        )

    @admin.display(description=gettext_lazy("assigned to"))
    def progress(self, alert: Alert) -> str:
        """The state of the answer."""
        return progress_words(alert)

    @admin.display(description=gettext_lazy("age"))
    def age(self, alert: Alert) -> SafeString:
        """The time since it was raised."""
        return format_html(
            '<time datetime="{}">{}</time>', alert.raised_at.isoformat(), timesince(alert.raised_at, depth=1)
        )

    @admin.display(description=gettext_lazy("answer"))
    def answer(self, alert: Any) -> SafeString | str:
        """One button that sends the list's form."""
        if alert.state not in {Alert.State.OPEN, Alert.State.SNOOZED}:
            return ""
        return format_html(
            '<button type="submit" class="button button-plain" formaction="{}" name="seen" value="{}"'
            ' data-row-key="a">'
            '{} <kbd aria-hidden="true">a</kbd><span class="visually-hidden"> {} #{}</span></button>',
            reverse("admin:courses_alert_acknowledge", args=[alert.pk]),
            alert.seen,
            _("Acknowledge"),
            alert.get_rule_display(),
            alert.pk,
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Alerts are raised only by the software."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add the silences in force, and a notice when nobody is on duty."""
        now, membership = timezone.now(), active_membership(request.user)
        more = {
            "gap": next_gap(membership, at=now),
            "n_silences": Silence.objects.visible_to(membership).in_force(now).count(),
            "may_silence": request.user.has_perm("courses.silence_alerts"),
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})
