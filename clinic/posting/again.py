"""Shows a form that was not accepted again, with everything that was typed; nothing is saved."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve
from django.utils.datastructures import MultiValueDict

from clinic.posting.owner import MACHINERY
from clinic.posting.refill import Refilled, is_secret, refill
from clinic.typed.wall_clock import SUFFIX

N_HOPS = 2
NOT_SENT = 422


def form_again(request: HttpRequest, headline: str, *sentences: str, page: str = "") -> HttpResponse:
    """This form on its own page as it is now, filled in with what was typed, under a notice.

    If that page is not available, a plain page that lists what was typed.
    """
    found = refilled(request, page=page)
    if found is None:
        context = {"headline": headline, "sentences": sentences, "typed": typed_in(request.POST)}
        return render(request, "clinic/not_sent.html", context, status=NOT_SENT)
    found.say(headline, *sentences)
    return HttpResponse(found.html(), status=NOT_SENT, headers={"Cache-Control": "private, no-store"})


def refilled(request: HttpRequest, *, page: str = "") -> Refilled | None:
    """The page of this form, fetched again and filled in; None if there is none."""
    url = page or request.get_full_path()
    for _hop in range(N_HOPS):
        parts = urlsplit(url)
        response = _get(request, parts.path, parts.query)
        if response is None:
            return None
        if response.status_code in {301, 302, 303}:
            url = response["Location"]
            continue
        if response.status_code != 200 or response.streaming:
            return None
        target = parts.path if page else request.path
        return refill(response.content.decode(), page=parts.path, target=target, posted=request.POST)
    return None


def typed_in(posted: QueryDict) -> Iterable[tuple[str, str]]:
    """What somebody typed or chose, without the form's technical fields and without secrets."""
    return [
        (name, value)
        for name, values in posted.lists()
        for value in values
        if name not in MACHINERY and not is_secret(name) and not name.endswith(SUFFIX)
    ]


def _get(request: HttpRequest, path: str, query: str) -> HttpResponse | None:
    """Fetch one of our pages as this person would see it; nothing that was sent is passed on."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    asked = copy.copy(request)
    asked.META = {**request.META, "REQUEST_METHOD": "GET", "QUERY_STRING": query, "PATH_INFO": path}
    asked.method, asked.path, asked.path_info = "GET", path, path
    asked.GET, asked.resolver_match = QueryDict(query), match
    asked._post, asked._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]
    # If the form appears only after a choice, that choice is part of what was typed.
    asked.typed = request.POST  # type: ignore[attr-defined]
    try:
        response = match.func(asked, *match.args, **match.kwargs)
    except Http404:
        return None
    if isinstance(response, TemplateResponse) and not response.is_rendered:
        response.render()
    # The form's new token matches this person's cookie.
    if "CSRF_COOKIE" in asked.META:
        request.META |= {"CSRF_COOKIE": asked.META["CSRF_COOKIE"], "CSRF_COOKIE_NEEDS_UPDATE": True}
    answer: HttpResponse = response
    return answer
