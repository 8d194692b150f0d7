"""Which clinic a request works in."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.models import Membership, User

SESSION_KEY = "membership"
# Pages of patients, behind a signed link: nobody is signed in there.
PATIENT_PAGES = re.compile(r"/c/")


class PatientPagesMiddleware:
    """A patient's page never reads a session: whoever looks at it on a clinic's device is a patient there.

    So it asks the database nothing before its own view, and can be answered while the database is away.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if PATIENT_PAGES.match(request.path_info):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class ActiveMembershipMiddleware:
    """Sets `user.active_membership` and the clinic's time zone for the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        membership = chosen_membership(request.user, request.session.get(SESSION_KEY))
        if membership is None:
            return self.get_response(request)
        request.user.active_membership = membership  # type: ignore[union-attr]
        with timezone.override(zoneinfo.ZoneInfo(membership.clinic.zone)):
            return self.get_response(request)


def chosen_membership(user: User | AnonymousUser, chosen_uuid: str | None) -> Membership | None:
    """The membership chosen in the switcher, else the first one; None where there is none."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    if not user.available_memberships:
        user.available_memberships = list(Membership.objects.of_user(user))
    memberships = user.available_memberships
    chosen = [membership for membership in memberships if str(membership.uuid) == chosen_uuid]
    return next(iter(chosen or memberships), None)
