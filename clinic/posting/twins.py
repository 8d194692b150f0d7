"""The same form sent twice is saved once. The same form with other content is shown again, never silently dropped.

Every form of a staff page has a key (`sent_key`). A digest of each field is stored under it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.models import SentForm
from clinic.posting.again import NOT_SENT, form_again, refilled
from clinic.posting.middleware import is_saved
from clinic.posting.owner import MACHINERY, SENT_KEY

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
KEPT = timedelta(days=7)
# How long a second send waits for the first, and after how long a first one counts as dead.
WAIT_SECONDS, LEASE = 8.0, timedelta(seconds=60)
PAUSE_SECONDS = 0.1
# A red flag that is ticked in a form is never delayed here.
FLAG_PREFIX = "flag_"
CLAIM = "_claimed_form"


def judges_repeats(view: ViewT) -> ViewT:
    """Mark a view that compares a repeated form itself."""
    view.judges_repeats = True  # type: ignore[attr-defined]
    return view


class TwinMiddleware:
    """Claims the key of each form before its view runs, and settles it by the result."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        claimed: SentForm | None = getattr(request, CLAIM, None)
        if claimed is None:
            return response
        mine = SentForm.objects.filter(pk=claimed.pk, claimed_at=claimed.claimed_at)
        if is_saved(request, response):
            mine.update(settled_at=timezone.now(), location=response["Location"][:500])
        else:
            # If the database is down, the lease ends by its age.
            with suppress(DatabaseError):
                mine.delete()
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let a new form through; answer a repeated one."""
        member = getattr(getattr(request, "user", None), "active_membership", None)
        key = key_of(request) if request.method == "POST" and member is not None else None
        if key is None or getattr(view, "judges_repeats", False):
            return None
        digests = digests_of(request)
        claimed, before = claim(member, key, digests)
        if before is None:
            setattr(request, CLAIM, claimed)
            return None
        return answer_repeat(request, before, digests)


def key_of(request: HttpRequest) -> uuid.UUID | None:
    """The key with which a form was sent to this address; None if it has none."""
    try:
        # A list is one form with a button for each row, each with an address of its own.
        return uuid.uuid5(uuid.UUID(request.POST.get(SENT_KEY, "")), request.path)
    except ValueError:
        return None


def digests_of(request: HttpRequest) -> dict[str, str]:
    """A digest of each field that somebody filled in, from which nothing can be read back."""
    found = {
        name: _digest(request.path, *values)
        for name, values in request.POST.lists()
        if name not in MACHINERY and any(values)
    }
    for name, upload in request.FILES.items():
        found[name] = _digest(request.path, upload.name or "", *(str(chunk) for chunk in upload.chunks()))  # type: ignore[union-attr]
        upload.seek(0)  # type: ignore[union-attr]
    return found


def claim(member: Any, key: uuid.UUID, digests: dict[str, str]) -> tuple[SentForm | None, SentForm | None]:
    """This sending as a row, or the earlier one as soon as it has settled."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        now = timezone.now()
        row, is_new = SentForm.objects.get_or_create(
            member=member,
            key=key,
            defaults={"clinic": member.clinic, "digests": digests, "claimed_at": now},
        )
        if is_new:
            SentForm.objects.filter(claimed_at__lt=now - KEPT).delete()
            return row, None
        if row.settled_at is not None:
            return None, row
        # A sending whose process died is replaced; one that is still running is waited for.
        lapsed = SentForm.objects.filter(pk=row.pk, settled_at=None, claimed_at=row.claimed_at)
        if now - row.claimed_at > LEASE and lapsed.update(claimed_at=now, digests=digests):
            row.claimed_at = now
            return row, None
        if time.monotonic() > until:
            return None, row
        time.sleep(PAUSE_SECONDS)


def answer_repeat(request: HttpRequest, before: SentForm, digests: dict[str, str]) -> HttpResponse | None:
    """“Saved before”, or the form again with what differs; None if a red flag must not wait."""
    other = differing(before.digests, digests)
    is_flagged = any(name.startswith(FLAG_PREFIX) for name in request.POST)
    if is_flagged and (other or before.settled_at is None):
        return None
    if before.settled_at is None:
        sentence = _("This form was sent a moment ago and is still being saved. Check before you send it again.")
        return form_again(request, _("Not sent yet"), sentence)
    at = shown_clock(timezone.localtime(before.settled_at))
    if not other:
        messages.info(
            request, _("This form was saved before, at %(time)s. It was not saved again.") % {"time": at}
        )
        return HttpResponseRedirect(before.location)
    headline = _("Not saved again. This form was saved before, at %(time)s, with other content.") % {"time": at}
    sentences = [_("What you typed now is still here. To save it as a new entry, send it again.")]
    found = refilled(request)
    if found is None:
        return form_again(request, headline, *sentences)
    names = sorted({found.labels.get(name, "") for name in other} - {""})
    if names:
        sentences.insert(0, _("Different from what was saved: %(fields)s.") % {"fields": ", ".join(names)})
    found.say(headline, *sentences)
    found.link(before.location, _("See what was saved"))
    found.point_at(other)
    return HttpResponse(found.html(), status=NOT_SENT, headers={"Cache-Control": "private, no-store"})


def differing(before: dict[str, str], now: dict[str, str]) -> set[str]:
    """The names of the fields in which two sendings differ."""
    return {name for name in {*before, *now} if before.get(name) != now.get(name)}


def _digest(*parts: str) -> str:
    text = "\0".join(parts)
    return salted_hmac("clinic.posting.twins", text, algorithm="sha256").hexdigest()[:20]
