"""Stores the clinic's phone numbers in the browser with every staff page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from courses.away.numbers import carry


class NumbersMiddleware:
    """Placed after the middleware that finds the user's clinic."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        member = getattr(request.user, "active_membership", None)
        if member is not None:
            carry(request, response, member.clinic)
        return response
