"""All stock admin forms: two people can change one row without undoing each other's work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import connection, models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.posting.again import form_again
from clinic.posting.owner import OPENED
from clinic.posting.removed_rows import drop_removed, merge_rows, opened_rows
from clinic.posting.stale import MAIN, Merged, Opened, Who, kept_words, merge, opened_with, refusing, stamp

CONFLICTS = "_stale_conflicts"


class MergesStalePages(admin.ModelAdmin):  # type: ignore[type-arg]
    """Compares each sent form with what its page showed, under the row's lock."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; while a form is checked, locked and current."""
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST" or not connection.in_atomic_block:
            return row
        # Rows that only point to it are not locked out: adding one need not wait.
        self.model._base_manager.select_for_update(no_key=True).filter(pk=row.pk).values_list("pk").first()
        return super().get_object(request, object_id, from_field)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's
        """A form that refuses what two people changed."""
        form = super().get_form(request, obj, change, **kwargs)
        return refusing(form, getattr(request, CONFLICTS, {})) if change else form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the signed field values to the page."""
        if kwargs.get("obj") is not None and self.has_change_permission(request, kwargs["obj"]):
            opened: dict[str, forms.BaseForm] = {MAIN: context["adminform"].form}
            for inline in context["inline_admin_formsets"]:
                opened |= opened_rows(inline.formset)
            context[OPENED] = stamp(opened, at=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        opened = opened_with(request.POST) if request.method == "POST" and object_id else None
        if opened is None or object_id is None:
            return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc, no-any-return]
        try:
            row = self.get_object(request, unquote(object_id))
        except Http404:
            row = None
        if row is None:
            return self._gone(request, object_id)
        merged = self._merge(request, row, opened)
        setattr(request, CONFLICTS, merged.conflicts)
        response = super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]
        if merged.conflicts:
            response.status_code = 409
        for words in merged.kept if response.status_code == 302 else ():
            messages.info(request, kept_words(words))
        return response  # type: ignore[no-any-return]

    def _merge(self, request: HttpRequest, row: Any, opened: Opened) -> Merged:
        """The sent data merged with what only the other person changed; and the conflicts."""
        if not self.has_change_permission(request, row):
            return Merged()
        merged, who = Merged(), changed_by(row, since=opened.at, but=request.user)
        data = request.POST.copy()
        fields = flatten_fieldsets(self.get_fieldsets(request, row))
        form = self.get_form(request, row, change=True, fields=fields)(data, instance=row)
        merge(form, data, opened.values.get(MAIN, {}), who=who, into=merged)
        request.POST = data  # type: ignore[assignment]
        for formset in self._create_formsets(request, row, change=True)[0]:  # type: ignore[attr-defined]
            drop_removed(formset, data, opened.values, merged)
        # Formsets of the remaining rows.
        for formset in self._create_formsets(request, row, change=True)[0]:  # type: ignore[attr-defined]
            merge_rows(formset, data, opened.values, who=who, into=merged)
        return merged

    def _gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The row was removed while its page was open: offer what was typed for a new one."""
        entry = (
            LogEntry.objects.filter(
                content_type=get_content_type_for_model(self.model),
                object_id=unquote(object_id),
                action_flag=DELETION,
            )
            .select_related("user")
            .first()
        )
        if not self.model._base_manager.filter(pk=unquote(object_id)).exists() and entry is not None:
            clock = shown_clock(timezone.localtime(entry.action_time))
            values = {"who": _name(entry.user), "time": clock}
            sentence = _("%(who)s removed this at %(time)s while the page was open. Nothing was saved.") % values
        else:
            sentence = _("This was removed or moved out of this list while the page was open. Nothing was saved.")
        page = ""
        if self.has_add_permission(request):
            page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
            return form_again(request, sentence, _("To add it as you entered it, check it and save."), page=page)
        return form_again(request, sentence)


class MergedInline(admin.TabularInline):  # type: ignore[type-arg]
    """Inline rows, compared like the fields of their page."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Use forms that refuse what two people changed."""
        kwargs["form"] = refusing(self.form, getattr(request, CONFLICTS, {}))
        return super().get_formset(request, obj, **kwargs)


def changed_by(row: models.Model, *, since: datetime, but: Any) -> Who:
    """Who changed a field since then, according to the row's history."""
    entries: list[LogEntry] | None = None

    def who(label: str) -> tuple[str, datetime] | None:
        nonlocal entries
        if entries is None:
            rows = LogEntry.objects.filter(
                content_type=get_content_type_for_model(row), object_id=str(row.pk), action_time__gte=since
            )
            entries = list(rows.filter(action_flag=CHANGE).select_related("user").order_by("-action_time"))
        for entry in entries:
            if label in _labels(entry):
                return _name(entry.user), entry.action_time
        return None

    return who


def _labels(entry: LogEntry) -> set[str]:
    """The field labels that one history entry lists as changed."""
    try:
        said = forms.JSONField().to_python(entry.change_message) or []
    except forms.ValidationError:
        return set()
    return {
        label
        for part in said
        if isinstance(part, dict)
        for what in part.values()
        if isinstance(what, dict)
        for label in what.get("fields", ())
    }


def _name(user: Any) -> str:
    return str(user.get_full_name() or user.get_username())
