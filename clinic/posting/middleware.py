"""Handles every sent form: signed out, saved, or returned with everything typed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from clinic.posting.views import draft_of, signed_out

SAVED_COOKIE = "draft_saved"
COOKIE_SECONDS = 600


class PostingMiddleware:
    """Answer a form without a session in words, and drop its draft only when its content was saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code not in {302, 303}:
            return response
        if not request.user.is_authenticated and leads_to_sign_in(response):
            return signed_out(request)
        if draft_of(request) and is_saved(request, response):
            response.set_cookie(
                SAVED_COOKIE,
                draft_of(request),
                max_age=COOKIE_SECONDS,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response


def leads_to_sign_in(response: HttpResponse) -> bool:
    """Whether a page redirects to sign-in."""
    path = response["Location"].partition("?")[0]
    return path in {reverse("admin:login"), resolve_url(settings.LOGIN_URL)} and "?" in response["Location"]


def is_saved(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a form was accepted: it redirected to another page, without an error message."""
    said = get_messages(request)
    return response.status_code in {302, 303} and not any(
        one.level >= ERROR for one in getattr(said, "_queued_messages", ())
    )
