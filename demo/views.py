"""The demo's mail, to read in the browser."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from demo.mailbox import letters


@never_cache
def mail_list(request: HttpRequest) -> HttpResponse:
    """Every mail, newest first."""
    return render(request, "demo/mail_list.html", {"letters": letters(_folder())})


@never_cache
def mail_one(request: HttpRequest, number: int) -> HttpResponse:
    """One mail."""
    for letter in letters(_folder()):
        if letter.number == number:
            return render(request, "demo/mail_one.html", {"letter": letter})
    raise Http404


def _folder() -> Path:
    return Path(str(getattr(settings, "EMAIL_FILE_PATH", "")))
