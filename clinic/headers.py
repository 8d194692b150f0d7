"""HTTP headers of every page, and the address where browsers report violations of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = structlog.stdlib.get_logger(__name__)

# No browser feature is used except passkeys.
UNUSED = "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb"
PERMISSIONS = ", ".join(
    [
        *(f"{feature}=()" for feature in UNUSED.split()),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)
# Parts of an address that grant access to whoever knows them.
TOKENS = {"token", "key"}
LARGEST_REPORT = 8 * 1024
REPORTS_PER_MINUTE = 30
KEYWORDS = {"inline", "eval", "data", "blob", "self", "wasm-eval", "trusted-types-policy"}


class HeadersMiddleware:
    """Send no referrer from pages with a token in their address; no page may be framed by another site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        match = request.resolver_match
        if match is not None and TOKENS & match.kwargs.keys() and getattr(match.func, "csrf_exempt", False):
            # With no-referrer, browsers also omit the origin of forms. Pages whose forms need an origin check
            # use `same-origin`, which sends no referrer to other sites.
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


class _Minute:
    """How many reports this process accepted in the current minute."""

    def __init__(self) -> None:
        self.began_at, self.n = 0.0, 0

    def is_full(self) -> bool:
        """Count one more; whether that is too many."""
        now = time.monotonic()
        if now - self.began_at >= 60:
            self.began_at, self.n = now, 0
        self.n += 1
        return self.n > REPORTS_PER_MINUTE


minute = _Minute()


@csrf_exempt  # a browser reports without a token, and a report changes nothing
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Log the rule that was broken and the kind of page: no address, no page text, nothing stored."""
    if minute.is_full():
        return HttpResponse(status=429)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_REPORT:
        return HttpResponse(status=413)
    report = _report(request.read(LARGEST_REPORT))
    if report is None:
        return HttpResponse(status=400)
    log.warning("content policy", **report)
    return HttpResponse(status=204)


def _report(body: bytes) -> dict[str, str] | None:
    """The rule, the kind of what was blocked, and the page's URL name; None for anything else."""
    try:
        found: Any = json.loads(body)["csp-report"]
        rule = str(found.get("effective-directive") or found.get("violated-directive") or "").split(" ")[0]
        blocked, page = str(found.get("blocked-uri", "")), str(found.get("document-uri", ""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    is_rule = rule.isascii() and rule.replace("-", "").isalpha() and len(rule) < 40
    if not is_rule:
        return None
    return {"rule": rule, "blocked": blocked if blocked in KEYWORDS else "an address", "page": _page_name(page)}


def _page_name(url: str) -> str:
    path = "/" + url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    try:
        return resolve(path).view_name or "unnamed"
    except Resolver404:
        return "unknown"
