"""Browsers in which somebody signed in before, marked by a signed cookie that names nobody."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "known_device"
SALT = "clinic.account.devices"
AGE = timedelta(days=365)
# Enough for a tablet that many people share.
MOST_ACCOUNTS = 30


def device_of(request: HttpRequest, login: str) -> str:
    """The mark of this browser if the account was signed in on it before; otherwise empty."""
    return _read(request).get(_key(login), "")


def remember(request: HttpRequest, response: HttpResponse, login: str) -> None:
    """Remember this browser for the account."""
    marks = _read(request)
    mark = marks.pop(_key(login), "") or secrets.token_urlsafe(12)
    marks = {**dict(list(marks.items())[-(MOST_ACCOUNTS - 1) :]), _key(login): mark}
    response.set_cookie(
        COOKIE,
        signing.dumps(marks, salt=SALT),
        max_age=AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/accounts/",
    )


def _read(request: HttpRequest) -> dict[str, str]:
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return {}
    return {str(key): str(mark) for key, mark in found.items()} if isinstance(found, dict) else {}


def _key(login: str) -> str:
    return salted_hmac(SALT, login.strip().lower(), algorithm="sha256").hexdigest()[:20]
