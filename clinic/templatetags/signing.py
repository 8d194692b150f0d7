"""`{% sign_off_line "courses.protocol" %}`: once on a page, what of its content waits for sign-off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.text import capfirst

from clinic.access import may
from clinic.models import Membership, SignOffEvent
from clinic.signing.content import kind_called
from clinic.signing.ledger import open_count

register = template.Library()


@register.inclusion_tag("clinic/sign_off_line.html", takes_context=True)
def sign_off_line(context: Any, *labels: str) -> dict[str, Any]:
    """How many wait of each kind; nothing where all are signed."""
    member = getattr(getattr(context.get("request"), "user", None), "active_membership", None)
    if member is None:
        return {"waiting": []}
    waiting = []
    for label in labels:
        n, of = open_count(member.clinic, label)
        kind = kind_called(label) if n else None
        if kind is not None:
            waiting.append({"title": kind.title, "n": n, "of": of})
    return _line(member, waiting)


@register.inclusion_tag("clinic/sign_off_line.html", takes_context=True)
def sign_off_line_of(context: Any, lines: Iterable[Any]) -> dict[str, Any]:
    """The same of rows that the page has read already, each the `measure` of a line."""
    member = getattr(getattr(context.get("request"), "user", None), "active_membership", None)
    rows = [line.measure for line in lines]
    n = sum(row.needs_sign_off for row in rows)
    if member is None or not n:
        return {"waiting": []}
    title = capfirst(str(rows[0]._meta.verbose_name_plural))
    return _line(member, [{"title": title, "n": n, "of": len(rows)}])


def _line(member: Membership, waiting: list[dict[str, Any]]) -> dict[str, Any]:
    url = reverse("admin:clinic_signoffevent_changelist") if may(member, "view", SignOffEvent) else ""
    return {"waiting": waiting, "url": url}
