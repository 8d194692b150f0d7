"""Who can be invited, and who can supervise: the rules for the form and the service."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership, User


def refuse_double(clinic: Clinic | None, *, username: str, email: str) -> None:
    """ValidationError, by field, if the person works here already or a second account would be made."""
    same_name = User.objects.filter(username__iexact=username).first() if username else None
    if same_name is not None and same_name.email.lower() != email.lower():
        raise ValidationError({"username": _("This username belongs to somebody else. Choose another one.")})
    here = Membership.objects.all_clinics().filter(clinic=clinic, user__email__iexact=email).select_related("user")
    member = here.order_by("deactivated_at", "pk").first() if clinic is not None and email else None
    if member is not None:
        raise ValidationError({"username" if same_name else "email": _is_member(member)})
    if same_name is None and email and User.objects.filter(email__iexact=email).exists():
        message = _("This address already has an account with another username. Ask the person for that username.")
        raise ValidationError({"email": message})
    # Both names sign in: neither may be one by which somebody else does.
    if (
        same_name is None
        and username
        and email
        and User.objects.filter(Q(email__iexact=username) | Q(username__iexact=email)).exists()
    ):
        raise ValidationError({"username": _("This username belongs to somebody else. Choose another one.")})


def refuse_supervisor(supervisor: Membership | None, *, on: date) -> None:
    """ValidationError if somebody may not supervise on a day."""
    if supervisor is None or supervisor.may_supervise(on):
        return
    message = _("%(name)s cannot supervise: a supervisor treats here and has a licence that is valid today.")
    raise ValidationError({"supervisor": message % {"name": supervisor}})


def _is_member(member: Membership) -> str:
    """A message that the person is a member, with the link to their page."""
    url = reverse("admin:clinic_membership_change", args=[member.pk])
    if member.is_active:
        words, link = _("%(name)s is already a member of this clinic."), _("Open their page")
    else:
        words, link = _("%(name)s worked here before."), _("Open their page and choose “Reactivate”")
    return format_html('{} <a href="{}">{}</a>', words % {"name": member}, url, link)
