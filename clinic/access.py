"""Who may see and do what. Every permission question is answered here.

Rights depend only on the roles of the active membership: several roles have the rights of each.
Groups and per-user permissions are not used.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url

if TYPE_CHECKING:
    from clinic.models import Membership

# Session key: the day by which this person must have set up two-factor sign-in, if they still have to.
TWO_FACTOR_UNTIL = "two_factor_until"
View = Callable[..., HttpResponse]


def _rights(app: str, actions: str, names: str) -> frozenset[str]:
    """The permission strings of some actions on some models of an app."""
    return frozenset(f"{app}.{action}_{name}" for action in actions.split() for name in names.split())


BOOKING = (
    _rights("patients", "view add change", "patient")
    | _rights("patients", "view add", "consent")
    | _rights("courses", "view", "appointment")
    | _rights("clinic", "view", "clinic membership holiday openinghours")
    | {"courses.book_appointment", "courses.report_red_flag"}
)
READING = (
    _rights("patients", "view", "patient assessment imaging paintype patientpaintype screening screeningitem")
    | _rights(
        "patients", "view", "screeningfinding consent specialistletter neurocheck filecorrection patientmerge"
    )
    | _rights("courses", "view", "correction clearanceoverride")
    | _rights("courses", "view", "protocol course appointment session needling point painscore redflag")
    | _rights(
        "courses",
        "view",
        "redflagreport alert alertevent reminder checkin prior alertthreshold priorevent adverseevent",
    )
    | _rights("courses", "view", "hold handover review measure measurethreshold measurescore letter letterevent")
    | _rights("courses", "view", "silence rulesettings")
    | _rights("clinic", "view", "duty signoffevent")
    | _rights("patients", "view", "consenttext")
    | _rights("courses", "view", "sessionmotion sessionsymptom aftercaremeasure aftercaregiven adverseeventitem")
    | {"courses.acknowledge_alert"}
)
LEADING = (
    _rights("clinic", "add change delete", "duty")
    | _rights("courses", "view", "prediction")
    | _rights("courses", "view add change", "historyimport")
    | {
        "courses.silence_alerts",
        "clinic.reset_two_factor",
        "patients.make_test_patient",
    }
)
TREATING = (
    BOOKING
    | READING
    | _rights("patients", "add", "assessment imaging patientpaintype screening specialistletter neurocheck")
    | _rights("courses", "add change", "course")
    | _rights("courses", "add", "session review measurescore letter")
    | _rights("patients", "view", "intakedraft")
    | {
        "courses.log_session",
        "courses.hand_over",
        "courses.resolve_alert",
        "courses.correct_session",
        "patients.correct_file",
    }
)
CATALOGUES = _rights("courses", "add change", "protocol point aftercaremeasure") | _rights(
    "courses", "change", "redflag measure measurethreshold"
)

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    "front_desk": BOOKING,
    "practitioner": TREATING,
    "lead": TREATING
    | CATALOGUES
    | LEADING
    | _rights("patients", "change", "screeningitem paintype consenttext")
    | _rights("courses", "change", "adverseeventitem")
    | {"clinic.sign_off_content"}
    | _rights("clinic", "view", "message")
    | {"patients.merge_patient"}
    | {"patients.override_clearance", "courses.resume_course", "courses.view_dashboard"}
    | {"courses.set_budget", "courses.adopt_prior", "courses.set_rule_bounds"},
    "manager": BOOKING
    | READING
    | LEADING
    | _rights("clinic", "view change", "clinic membership")
    | _rights("clinic", "view", "addresschange memberevent")
    | _rights("clinic", "add", "membership")
    | _rights("clinic", "view add change delete", "openinghours holiday")
    | _rights("clinic", "view", "message")
    | _rights("clinic", "view add change", "endpoint")
    | {"patients.merge_patient"}
    | {"courses.view_dashboard", "courses.set_budget", "courses.hand_over", "courses.export_clinic"},
}


# What a manager may do while the clinic has no lead, after giving a reason: what a lead alone may do. What asks
# for a licence beside the right still does.
STANDING_IN = ROLE_PERMISSIONS["lead"].difference(
    *(rights for role, rights in ROLE_PERMISSIONS.items() if role != "lead")
)


# How the clinic is set up, and who works there, is decided in the real clinic; what is tried in a practice clinic leads nowhere outside.
NOT_FOR_PRACTICE = _rights("clinic", "add change", "clinic membership endpoint")


@cache
def _rights_of(roles: frozenset[str], *, stands_in: bool) -> frozenset[str]:
    """The rights of some roles together."""
    own = (ROLE_PERMISSIONS.get(role, frozenset()) for role in roles)
    return frozenset().union(*own, STANDING_IN if stands_in else ())


def permissions_of(membership: Membership | None) -> frozenset[str]:
    """Every right of a membership; an empty set without an active one."""
    if membership is None or not membership.is_active:
        return frozenset()
    rights = _rights_of(membership.roles, stands_in=membership.stands_in_since is not None)
    # A membership that is only being thought of may have no clinic yet.
    clinic = getattr(membership, "clinic", None)
    return rights - NOT_FOR_PRACTICE if clinic is not None and clinic.is_practice else rights


def may(membership: Membership | None, action: str, model: type[models.Model]) -> bool:
    """Whether the membership has the right `action` (view, add, change) on a model."""
    meta = model._meta
    return f"{meta.app_label}.{action}_{meta.model_name}" in permissions_of(membership)


def active_membership(user: Any) -> Membership:
    """The membership that a signed-in user works under; 404 if the user has none."""
    membership: Membership | None = getattr(user, "active_membership", None)
    if membership is None:
        raise Http404
    return membership


def to_sign_in(request: HttpRequest, *, back_to: str = "") -> HttpResponse:
    """Redirect to sign-in and then back to a page, by default this one."""
    query = QueryDict(mutable=True)
    query["next"] = back_to or request.get_full_path()
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}")


def staff_only(*perms: str) -> Callable[[View], View]:
    """A page for staff: anonymous visitors go to sign-in, strangers get 404, staff without the right get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            membership = active_membership(request.user)
            if not permissions_of(membership).issuperset(perms):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def staff_context(request: HttpRequest) -> dict[str, object]:
    """Template context for every staff page: the clinic the user works in."""
    membership = getattr(getattr(request, "user", None), "active_membership", None)
    others = [one for one in getattr(request.user, "available_memberships", []) if one != membership]
    until = getattr(request, "session", {}).get(TWO_FACTOR_UNTIL)
    return {
        "membership": membership,
        "other_memberships": others,
        "is_demo": settings.DEMO,
        "two_factor_until": datetime.fromisoformat(until) if until else None,
    }
