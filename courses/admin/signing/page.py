"""The sign-off page: all content by group, signed many at once, and one piece with its history."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.access import active_membership
from clinic.admin import ClinicScopedAdmin
from clinic.models import Membership, SignOffEvent
from clinic.signing.content import kind_called
from clinic.signing.ledger import PieceState, Signed, comment_on, edits_since, history, sign, states_of
from courses.admin.signing.page_context import Line, edit_url, groups_of, page_context, waiting_proposals

PAGE = "admin:clinic_signoffevent_changelist"
TICK, SHOWN, ALL = "piece", "shown", "group"


@admin.register(SignOffEvent)
class SignOffAdmin(ClinicScopedAdmin):
    """The stock list becomes the page; what happened never changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By signing, editing and commenting."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What happened stays."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Sign many, and one piece."""
        view = self.admin_site.admin_view
        own = [
            path("sign/", view(self.sign), name="clinic_signoffevent_sign"),
            path("piece/<str:kind>/<str:code>/", view(self.piece), name="clinic_signoffevent_piece"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, active_membership(request.user))

    def sign(self, request: HttpRequest) -> HttpResponse:
        """Sign what is ticked, as far as it still is what was shown; the page again where something is not."""
        by = self.require(request, "clinic.sign_off_content")
        if request.method != "POST":
            return HttpResponseRedirect(reverse(PAGE))
        at = timezone.now()
        names = _ticked(request)
        if not names:
            messages.error(request, _("Tick at least one item."))
            return self._page(request, by, status=422)
        found = sign(by.clinic, names, comment=request.POST.get("comment", "").strip(), by=by, at=at)
        _tell(request, found, by=by)
        if found.changed or found.unfilled:
            return self._page(request, by, found=found, opened=_opened(request), status=409)
        return HttpResponseRedirect(reverse(PAGE))

    def piece(self, request: HttpRequest, kind: str, code: str) -> HttpResponse:
        """One piece with everything that happened to it; a comment is a POST."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        member, at = active_membership(request.user), timezone.now()
        now = state_of(member, kind, code)
        error = ""
        if request.method == "POST":
            try:
                comment_on(now.piece, request.POST.get("comment", ""), by=member, at=at)
            except ValidationError as refused:
                error = refused.messages[0]
            else:
                messages.success(request, _("Comment saved."))
                return HttpResponseRedirect(request.path)
        context = {
            "now": now,
            "line": Line(now, edit_url(now, member), request.path),
            "events": list(history(member.clinic, now.piece)),
            "waiting": waiting_proposals(member, at=at, code=code) if kind == "courses.redflag" else [],
            "error": error,
            "title": now.piece.title,
        }
        response = self.page(request, "clinic/admin/sign_off_piece.html", context)
        response.status_code = 422 if error else 200
        return response

    def _page(
        self,
        request: HttpRequest,
        member: Membership,
        *,
        found: Signed | None = None,
        opened: datetime | None = None,
        status: int = 200,
    ) -> HttpResponse:
        at = timezone.now()
        changed = found.changed if found else []
        news = edits_since(member.clinic, [one.piece for one in changed], opened or at) if changed else []
        left = [one.piece.name for one in found.unfilled] if found else []
        groups = groups_of(member, changed=news, ticked=left, unread=[one.piece.name for one in changed])
        context = {
            **page_context(member, groups, at=at),
            "comment": request.POST.get("comment", "") if status != 200 else "",
            "unread": [line for group in groups for line in group.lines if line.is_unread],
            "title": _("Clinical sign-off"),
        }
        response = self.page(request, "clinic/admin/sign_off.html", context)
        response.status_code = status
        return response


def state_of(member: Membership, kind: str, code: str) -> PieceState:
    """One piece as it is, or 404."""
    group = kind_called(kind)
    found = states_of(member.clinic, group) if group else []
    for one in found:
        if one.piece.code == code:
            return one
    raise Http404


def _ticked(request: HttpRequest) -> dict[str, str]:
    """Each piece that is ticked, or whose whole group is, with the digest it was shown with."""
    groups = set(request.POST.getlist(ALL))
    values = [one for one in request.POST.getlist(SHOWN) if one.partition("|")[0] in groups]
    sent = (one.rpartition("|") for one in (*values, *request.POST.getlist(TICK)) if one.count("|") == 2)
    return {name: digest for name, _bar, digest in sent}


def _opened(request: HttpRequest) -> datetime | None:
    try:
        found = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def _tell(request: HttpRequest, found: Signed, *, by: Membership) -> None:
    n = len(found.done)
    if n:
        messages.success(request, ngettext("%(n)d item signed off.", "%(n)d items signed off.", n) % {"n": n})
    for who, n in _by_whom(found.before).items():
        messages.info(request, _already(who, n, by=by))
    if found.changed:
        n = len(found.changed)
        sentence = ngettext(
            "%(n)d item was edited while this page was open and is not signed off. Read it again below.",
            "%(n)d items were edited while this page was open and are not signed off. Read them again below.",
            n,
        )
        messages.warning(request, sentence % {"n": n})
    if found.unfilled:
        words = _("The consent text is not signed off: fill in how long records are kept first.")
        messages.warning(request, words)
    if found.n_gone:
        n = found.n_gone
        sentence = ngettext(
            "%(n)d item is no longer in these lists and was not signed off.",
            "%(n)d items are no longer in these lists and were not signed off.",
            n,
        )
        messages.warning(request, sentence % {"n": n})


def _by_whom(before: list[PieceState]) -> Counter[Membership | None]:
    return Counter(one.signed.by if one.signed else None for one in before)


def _already(who: Membership | None, n: int, *, by: Membership) -> str:
    """One sentence about what was signed off before this press, maybe by an earlier press of the same person."""
    if who == by:
        own = ngettext("You have already signed off %(n)d item.", "You have already signed off %(n)d items.", n)
        return own % {"n": n}
    sentence = ngettext(
        "%(name)s signed off %(n)d of these before you. It was not signed off again.",
        "%(name)s signed off %(n)d of these before you. They were not signed off again.",
        n,
    )
    return sentence % {"name": who or _("Somebody else"), "n": n}
