"""A clinic's logo for everybody who knows its address."""

from __future__ import annotations

import uuid
from datetime import timedelta
from http import HTTPStatus

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clinic.database import within
from clinic.logo.kept_logo import png_at
from clinic.models import ClinicLogo

# A page goes without its logo rather than wait for it.
DATABASE_SECONDS = 2.0
# Another logo has another address.
AGE = timedelta(days=365)


@require_safe
def logo(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The picture; nobody is asked who they are."""
    try:
        with within(DATABASE_SECONDS):
            png = png_at(key)
    except ClinicLogo.DoesNotExist as error:
        raise Http404 from error
    except DatabaseError:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Cache-Control": "no-store"})
    age = int(AGE.total_seconds())
    return HttpResponse(
        png, content_type="image/png", headers={"Cache-Control": f"public, max-age={age}, immutable"}
    )
