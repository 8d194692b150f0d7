"""Two-factor sign-in: who must use it, from when, and how a colleague who lost the device signs in again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.access import TWO_FACTOR_UNTIL
from clinic.account.events import note_event
from clinic.models import AccountEvent, Membership, User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# Session key of somebody who must set it up first: the page they wanted to open.
MUST_SET_UP = "two_factor_must"
THEN = "two_factor_then"
# Session key: time of the set-up at sign-in. The recovery codes are then shown without asking for the password.
SET_UP_AT = "two_factor_set_up_at"
SHOWN_FOR = timedelta(minutes=5)
# Addresses that work before the set-up: the account itself, links in mails, and addresses for machines.
OPEN_PREFIXES = ("/accounts/", "/static/", "/a/", "/c/", "/u/", "/csp-report/", "/healthz", "/metrics", "/demo/")


def has_two_factor(user: User) -> bool:
    """Whether the account needs more than a password to sign in."""
    return bool(is_mfa_enabled(user, FACTORS))


def due_since(user: User) -> datetime | None:
    """From when this person's roles need a second factor; None if they do not. Never in a demo.

    If several clinics ask for it, the shortest time applies.
    """
    memberships = [one for one in Membership.objects.of_user(user).outside_practice() if one.is_leading]
    if settings.DEMO or not memberships or user.two_factor_asked_at is None:
        return None
    days = min(membership.clinic.two_factor_grace_days for membership in memberships)
    return user.two_factor_asked_at + timedelta(days=days)


def note_sign_in(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Count the grace days from the first sign-in, and store in the session how many are left."""
    if user.two_factor_asked_at is None and _is_asked(user):
        user.two_factor_asked_at = at
        user.save(update_fields=["two_factor_asked_at"])
    due = due_since(user)
    if due is None or has_two_factor(user):
        is_set_up(request)
        return
    request.session[TWO_FACTOR_UNTIL] = due.isoformat()
    if due <= at:
        request.session[MUST_SET_UP] = True


def _is_asked(user: User) -> bool:
    return not settings.DEMO and any(one.is_leading for one in Membership.objects.of_user(user).outside_practice())


def is_set_up(request: HttpRequest) -> None:
    """Clear the request for a second factor from the session."""
    for key in (TWO_FACTOR_UNTIL, MUST_SET_UP):
        request.session.pop(key, None)


def note_set_up(request: HttpRequest, *, at: datetime) -> None:
    """Note that a factor was added."""
    if MUST_SET_UP in request.session:
        request.session[SET_UP_AT] = at.isoformat()
    is_set_up(request)


def is_at_set_up(request: HttpRequest, *, at: datetime) -> bool:
    """Whether this person is setting up a second factor right after sign-in, having just given the password."""
    set_up_at = request.session.get(SET_UP_AT)
    is_fresh = set_up_at is not None and datetime.fromisoformat(set_up_at) > at - SHOWN_FOR
    return MUST_SET_UP in request.session or is_fresh


class SetUpMiddleware:
    """After the grace days, require a second factor at sign-in, before any other page.

    It applies only at sign-in: users who are at work when the days end can finish.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_open = request.path.startswith(OPEN_PREFIXES)
        if not is_open and MUST_SET_UP in request.session and request.user.is_authenticated:
            query = QueryDict(mutable=True)
            query["next"] = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{reverse('two-factor-needed')}?{query.urlencode(safe='/')}")
        return self.get_response(request)


@transaction.atomic
def reset_two_factor(member: Membership, *, reason: str, by: Membership | None, at: datetime) -> AccountEvent:
    """Remove a colleague's second factor: they sign in with the password and set it up again.

    Stored with who did it and why, and mailed to the person; `by` is None if the operator did it.
    """
    user = User.objects.select_for_update().get(pk=member.user_id)
    if by is not None and by.user_id == user.pk:
        raise ValidationError(_("Change your own two-factor sign-in under “Your account”."))
    if not reason.strip():
        raise ValidationError({"reason": _("Enter how you know that your colleague asked for this.")})
    if not has_two_factor(user):
        raise ValidationError(_("Two-factor sign-in is not set up for this account. There is nothing to reset."))
    Authenticator.objects.filter(user=user).delete()
    return note_event(user, AccountEvent.Kind.TWO_FACTOR_RESET, at=at, by=by, reason=reason.strip())


def resets_of(member: Membership) -> Any:
    """When it was reset in this clinic before."""
    events = AccountEvent.objects.filter(user=member.user_id, clinic=member.clinic_id)
    return events.filter(kind=AccountEvent.Kind.TWO_FACTOR_RESET).select_related("done_by__user")
