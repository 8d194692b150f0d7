"""Pages of the foundation."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from clinic.access import staff_only
from clinic.middleware import SESSION_KEY
from clinic.models import Membership, User


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Redirect users to their first page; whoever works nowhere reads why, and who can change it."""
    if getattr(request.user, "active_membership", None) is None:
        return render(request, "clinic/without_clinic.html")
    return redirect("admin:index")


@require_POST
@staff_only()
def switch_clinic(request: HttpRequest) -> HttpResponse:
    """Work in another of the user's clinics from now on, also after the next sign-in; `next` is a page of it."""
    chosen = request.POST.get("membership", "")
    own: list[Membership] = list(request.user.available_memberships)  # type: ignore[union-attr]
    if chosen not in {str(membership.uuid) for membership in own}:
        raise Http404
    request.session[SESSION_KEY] = chosen
    User.objects.filter(pk=request.user.pk or 0).update(last_membership=chosen)
    to = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(to, allowed_hosts=None, require_https=request.is_secure())
    return HttpResponseRedirect(to if is_ours else "/")
