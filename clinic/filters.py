"""Filters of the staff's lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinic.access import active_membership
from clinic.choices import picker_label
from clinic.models import Membership, Role


class OwnClinicFilter(admin.RelatedFieldListFilter):
    """Offers rows of the clinic one works in: the stock filter names everybody's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Each visible row by its key."""
        model = field.remote_field.model
        rows = model._default_manager.visible_to(active_membership(request.user))
        # A member is called by the name of a user.
        rows = rows.select_related("user") if model is Membership else rows
        # Courses and visits are those of people who treat.
        rows = rows.with_role(Role.PRACTITIONER, Role.LEAD) if field.name == "practitioner" else rows
        return [(row.pk, picker_label(row)) for row in rows]
