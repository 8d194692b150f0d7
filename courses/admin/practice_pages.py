"""Into the practice clinic, out of it, and once more from the beginning."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from clinic.access import active_membership
from clinic.middleware import SESSION_KEY
from clinic.models import Membership
from courses.practice.beside import practise, start_again


class PracticePages:
    """The views, bound to the site whose frame they use."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[URLPattern]:
        """Two buttons."""
        return [
            path("practice/", self.site.admin_view(self.practise), name="practise"),
            path("practice/again/", self.site.admin_view(self.start_again), name="practice_again"),
        ]

    def practise(self, request: HttpRequest) -> HttpResponse:
        """From now on one works in the practice clinic, until one goes back or signs out."""
        return self._go(request, practise)

    def start_again(self, request: HttpRequest) -> HttpResponse:
        """Everybody in the practice clinic works in a new one from now on."""
        return self._go(request, start_again)

    def _go(self, request: HttpRequest, how: Callable[..., Membership]) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            joined = how(by=active_membership(request.user), at=timezone.now())
        except ValidationError as refused:
            messages.warning(request, " ".join(refused.messages))
        else:
            # Only for this session: the next sign-in is in the real clinic again.
            request.session[SESSION_KEY] = str(joined.uuid)
        return HttpResponseRedirect(reverse("admin:index"))
