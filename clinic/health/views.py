"""/healthz."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from clinic.health.checks import examine
from clinic.health.warnings import warnings


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, otherwise 503; names the check that failed."""
    at = timezone.now()
    found = examine(at=at)
    is_well = all(health.is_well for health in found.values())
    body = {
        "status": "well" if is_well else "unwell",
        "checks": {name: asdict(health) for name, health in found.items()},
        "warnings": warnings(at=at),
    }
    return JsonResponse(body, status=200 if is_well else 503)
