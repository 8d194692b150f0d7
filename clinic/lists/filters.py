"""Filters of the staff's lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.lists.choices import picker_label
from clinic.lists.list_address import is_order_and_page, is_understood
from clinic.models import TREATING, Membership
from clinic.typed.asked import asked


class OwnClinicFilter(admin.RelatedFieldListFilter):
    """Offers rows of the user's clinic only; the stock filter shows those of all clinics."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """The key and label of each visible row."""
        model = field.remote_field.model
        rows = model._default_manager.visible_to(active_membership(request.user))
        # A member's name is that of the user.
        rows = rows.select_related("user") if model is Membership else rows
        # Only people who treat have courses and visits.
        rows = rows.with_role(*TREATING) if field.name == "practitioner" else rows
        return [(row.pk, picker_label(row)) for row in rows]


class FiltersAsOffered(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list can be filtered only by the row's own columns and by the filters on its page."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether an address may filter by this, so that the length of a list never reveals a diagnosis."""
        name = lookup.split(LOOKUP_SEP)[0]
        if name not in self.list_filter and self._is_relation(name):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """For an invalid filter, show the full list and say so; the stock list would fail."""
        try:
            if is_order_and_page(request, n_columns=len(self.get_list_display(request)) + bool(self.actions)):
                changelist = super().get_changelist_instance(request)
                if is_understood(request, changelist):
                    return changelist
        except (OverflowError, ValueError, IncorrectLookupParameters, DisallowedModelAdminLookup):
            pass
        messages.warning(request, _("This filter was not understood. The whole list is shown."))
        request.GET = QueryDict()
        return super().get_changelist_instance(request)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """For a history page that does not exist, show the nearest one and say so."""
        response = super().history_view(request, object_id, extra_context)
        page = (getattr(response, "context_data", None) or {}).get("action_list")
        if page is not None:
            asked(request, PAGE_VAR, lambda typed: _in(page.paginator.page_range, typed))
        return response

    def _is_relation(self, name: str) -> bool:
        try:
            return bool(self.opts.get_field(name).is_relation)
        except FieldDoesNotExist:
            return False


def _in(pages: Any, typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and int(typed) in pages else None
