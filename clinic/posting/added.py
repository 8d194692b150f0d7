"""Two people add the same kind of row while both pages are open: the second one is asked once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from clinic.posting.owner import OPENED
from clinic.posting.stale import MAIN, opened_with, stamp


def opened_now() -> Mapping[str, str]:
    """The time when a page was opened, for its context."""
    return {OPENED: stamp({MAIN: forms.Form()}, at=timezone.now())}


def opened_at(request: HttpRequest) -> datetime | None:
    """When the page of a sent form was opened; None if the form does not say."""
    opened = opened_with(request.POST)
    return opened.at if opened else None
