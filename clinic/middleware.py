"""Finds the clinic that a request works in."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve

from clinic.country.conventions import at_clinic
from clinic.models import Membership, User

SESSION_KEY = "membership"
# Pages of patients, opened by a signed link without sign-in, and the logo on them.
PATIENT_PAGES = re.compile(r"/(?:c|logo)/")


class PatientPagesMiddleware:
    """Ignore the session on a patient's page: whoever opens it on a clinic's device counts as a patient there.

    The page therefore makes no query before its own view and can be answered while the database is down.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if PATIENT_PAGES.match(request.path_info):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


FIRST_REFUSAL = 400
# A page may check the right before it looks for the row.
NOT_HERE = {403, 404}


class ActiveMembershipMiddleware:
    """Sets `user.active_membership`; the request is answered by the clinic's clock and conventions.

    If a page is not found in this clinic but exists in another clinic of the same person, it offers to switch.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        membership = chosen_membership(request.user, request.session.get(SESSION_KEY))
        if membership is None:
            return self.get_response(request)
        request.user.active_membership = membership  # type: ignore[union-attr]
        with at_clinic(membership.clinic):
            response = self.get_response(request)
            if response.status_code in NOT_HERE and request.method == "GET":
                return _offer_elsewhere(request) or response
            return response


def chosen_membership(user: User | AnonymousUser, chosen_uuid: str | None) -> Membership | None:
    """The membership chosen in this session, otherwise the last one used, otherwise the first one, if any."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    if not user.available_memberships:
        user.available_memberships = list(Membership.objects.of_user(user))
    memberships = user.available_memberships
    for uuid in (chosen_uuid, str(user.last_membership)):
        chosen = [membership for membership in memberships if str(membership.uuid) == uuid]
        if chosen:
            return chosen[0]
    return next(iter(memberships), None)


def _offer_elsewhere(request: HttpRequest) -> HttpResponse | None:
    """The page that offers to switch, if another clinic of this person has the page; otherwise None."""
    own = request.user.active_membership  # type: ignore[union-attr]
    for other in request.user.available_memberships:  # type: ignore[union-attr]
        if other != own and _opens(request, other):
            context = {"other": other, "next": request.get_full_path()}
            return render(request, "clinic/elsewhere.html", context)
    return None


def _opens(request: HttpRequest, membership: Membership) -> bool:
    """Whether the page opens for this person in another clinic. All writes of the attempt are rolled back."""
    again = copy.copy(request)
    again.user = copy.copy(request.user)
    again.user.active_membership = membership  # type: ignore[union-attr]
    try:
        view, args, kwargs = resolve(request.path_info)
        with transaction.atomic():
            answer = view(again, *args, **kwargs)
            transaction.set_rollback(True)
    except (Http404, PermissionDenied):
        return False
    return bool(answer.status_code < FIRST_REFUSAL)
