"""Replaces the plain error page: whom to call, what is not saved, and everything typed, to be sent again."""

from __future__ import annotations

import sys
from http import HTTPStatus

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.defaults import server_error

from clinic.posting.owner import TOKEN
from clinic.posting.refill import is_secret
from clinic.posting.views import draft_of
from courses.away.numbers import numbers_of
from courses.checkins.memory import shipped_flags
from courses.rules.facts import most_severe
from courses.rules.red_flag import find_red_flags
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.recording import flag_answer
from courses.sessions.saved_words import instruction, is_now

log = structlog.stdlib.get_logger(__name__)

RETRY_AFTER_SECONDS = "10"


def broken(request: HttpRequest) -> HttpResponse:
    """The page for any failure, including a database that does not answer. Uses nothing that may be down."""
    is_away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    try:
        return _page(request, is_away=is_away)
    except Exception as error:  # noqa: BLE001 - whatever fails here too, somebody must see a page
        log.error("page of a fault failed", error=type(error).__name__)
        return server_error(request)


def _page(request: HttpRequest, *, is_away: bool) -> HttpResponse:
    is_sent = request.method == "POST"
    flags = _ticked(request) if is_sent else []
    found = find_red_flags([flag_answer(one) for one in flags], is_newly_severe_after_needling=False)
    level = most_severe([one.severity for one in found]) if found else None
    context = {
        "clinic": numbers_of(request),
        "is_away": is_away,
        "is_sent": is_sent,
        "flags": [one.flag.words_for(one.answer) for one in flags],
        "instruction": instruction(level) if level else "",
        "is_now": level is not None and is_now(level),
        "draft": draft_of(request) if is_sent else "",
        "again": request.get_full_path(),
        "token": get_token(request),
        "carried": _carried(request) if is_sent else [],
        "has_files": is_sent and bool(request.FILES),
    }
    # Without the request, whose context would query the database for the user.
    html = render_to_string("courses/away/broken.html", context)
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_away else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = {"Cache-Control": "private, no-store", **({"Retry-After": RETRY_AFTER_SECONDS} if is_away else {})}
    return HttpResponse(html, status=status, headers=headers)


def _ticked(request: HttpRequest) -> list[FlagEntry]:
    """The red flags of a form, from the shipped list: the clinic's own is not available now."""
    return [
        FlagEntry(flag, request.POST.get(f"answer_{flag.code}", ""))
        for flag in shipped_flags()
        if request.POST.get(f"flag_{flag.code}")
    ]


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    """The sent data, to be sent again by a button: with the same keys, so that nothing is saved twice."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != TOKEN and not is_secret(name)
    ]
