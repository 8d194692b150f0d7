"""The page behind the link in a staff mail: confirm the acknowledgement."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic.country.conventions import at_clinic
from courses.alerts.forms import SeenForm
from courses.alerts.messages.links import BadLink, LinkTarget, read_link
from courses.alerts.responding import MayNotAnswer, acknowledge, last_news, require_right


@never_cache
@csrf_exempt  # the token is the right; and a page that sends no referrer sends no origin either
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge_alert(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST acknowledges: mail scanners follow links. No patient detail without sign-in."""
    try:
        target = read_link(token)
    except BadLink:
        return render(request, "courses/alerts/bad_link.html", status=404)
    with at_clinic(target.alert.clinic):
        return _page(request, target)


def _page(request: HttpRequest, target: LinkTarget) -> HttpResponse:
    alert, problem = target.alert, ""
    try:
        require_right(target.member, "courses.acknowledge_alert")
    except MayNotAnswer as refusal:
        context = {"clinic": alert.clinic, "words": " ".join(refusal.messages)}
        return render(request, "courses/alerts/may_not.html", context, status=403)
    if request.method == "POST":
        form = SeenForm(request.POST)
        if form.is_valid():
            try:
                alert = acknowledge(
                    alert, by=target.member, at=timezone.now(), seen=form.cleaned_data["seen"], way="mail"
                )
            except ValidationError as error:
                problem = " ".join(error.messages)
    context = {
        "alert": alert,
        "member": target.member,
        "problem": problem,
        "form": SeenForm(initial={"seen": last_news(alert)}),
        "clinic": alert.clinic,
    }
    return render(request, "courses/alerts/acknowledge.html", context)
