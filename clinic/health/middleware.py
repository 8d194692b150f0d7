"""Answers /healthz before any middleware that needs the parts which may be down."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinic.health.views import healthz

PATH = "/healthz"


class HealthMiddleware:
    """Answers without reading a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path_info == PATH else self.get_response(request)
