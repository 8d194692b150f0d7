"""The list of what a new clinic still has to set up: its page, and its answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.models import Membership
from courses.day_one.checklist import checklist
from courses.day_one.deciding import (
    ask_for_mail,
    close_list,
    confirm_number,
    note_mail_received,
    set_aside,
    take_up,
)
from courses.day_one.mail import is_link_of
from courses.day_one.setup_steps import BY_CODE, LEADS, NUMBER, TEST_MAIL

RIGHT = "clinic.change_clinic"


class SetupSteps:
    """The views, bound to the site whose frame they use."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[URLPattern]:
        """The list, and the page that a test email leads to."""
        return [
            path("setup/steps/", self.site.admin_view(self.steps), name="setup_steps"),
            path("setup/mail/<str:token>/", self.site.admin_view(self.mail), name="setup_mail"),
        ]

    def steps(self, request: HttpRequest) -> HttpResponse:
        """Every step with its state; a refused answer comes back beside its step."""
        by, at = _manager(request), timezone.now()
        wrong: dict[str, Any] = {}
        if request.method == "POST":
            code = request.POST.get("step", "")
            try:
                messages.success(request, self._answer(request, code, by=by))
            except ValidationError as refused:
                wrong = {
                    "code": code,
                    "words": " ".join(refused.messages),
                    "typed": request.POST.get("reason", ""),
                }
            else:
                return HttpResponseRedirect(reverse("admin:setup_steps"))
        context = {
            **self.site.each_context(request),
            "title": _("Set up the clinic"),
            "list": checklist(by.clinic, at=at),
            "clinic": by.clinic,
            "number": NUMBER,
            "leads": LEADS,
            "test_mail": TEST_MAIL,
            "address": by.address,
            "wrong": wrong,
        }
        return TemplateResponse(request, "courses/admin/setup_steps.html", context, status=422 if wrong else 200)

    def mail(self, request: HttpRequest, token: str) -> HttpResponse:
        """Notes that a test email arrived, once the reader says so."""
        by = _manager(request)
        is_good = is_link_of(by, token)
        if request.method == "POST" and is_good:
            note_mail_received(by=by, at=timezone.now())
            messages.success(request, _("Arrival of the test email confirmed."))
            return HttpResponseRedirect(reverse("admin:setup_steps"))
        context = {**self.site.each_context(request), "title": _("Test email"), "is_good": is_good}
        return TemplateResponse(request, "courses/admin/setup_mail.html", context, status=200 if is_good else 410)

    def _answer(self, request: HttpRequest, code: str, *, by: Membership) -> str:
        """Do what a button says; returns what to say about it."""
        action, at = request.POST.get("action", ""), timezone.now()
        if action == "close":
            close_list(by=by, at=at)
            return _("The setup is finished. This list stays under Setup.")
        if code not in BY_CODE:
            raise Http404
        if action == "confirm" and code == NUMBER:
            confirm_number(request.POST.get("number", ""), by=by, at=at)
            return _("Confirmed. Emails to patients are sent from now on.")
        if action == "mail" and code == TEST_MAIL:
            ask_for_mail(by=by, at=at)
            return _("The test email will be sent to %(address)s now.") % {"address": by.address}
        if action == "take_up":
            take_up(code, by=by, at=at)
            return _("The step is back on the list.")
        if action != "set_aside":
            raise Http404
        set_aside(code, reason=request.POST.get("reason", ""), by=by, at=at)
        return _("Set aside. You can put it back on the list at any time.")


def _manager(request: HttpRequest) -> Membership:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    return active_membership(request.user)
