"""The part of the staff pages that invites people and offers supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.access import active_membership
from clinic.models import TREATING, Membership

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Base = ModelAdmin[Membership]
else:
    Base = object


class InvitesOnce(Base):
    """Nobody is invited twice, and supervisors are clinicians."""

    @admin.display(description=gettext_lazy("supervised by"), ordering="supervisor", empty_value="–")
    def supervision(self, member: Membership) -> str | None:
        """The supervisor, or that one is needed and missing."""
        if not member.is_supervised:
            return None
        if member.supervisor is None:
            return _("nobody named yet")
        if not member.supervisor.may_supervise(timezone.localdate()):
            return _("%(name)s is not a licensed clinician. Name another one.") % {"name": member.supervisor}
        return str(member.supervisor)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Invite; if two people invite the same person at once, the second sees that they are already a member."""
        try:
            return super().add_view(request, form_url, extra_context)
        except (ValidationError, IntegrityError):
            return super().add_view(request, form_url, extra_context)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Supervisors are clinicians; their licence is checked when they are chosen."""
        if db_field.name == "supervisor":
            members = Membership.objects.visible_to(active_membership(request.user)).select_related("user")
            kwargs["queryset"] = members.filter(
                models.Q(pk__in=members.active().with_role(*TREATING))
                | models.Q(supervised__clinic=active_membership(request.user).clinic)
            ).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
