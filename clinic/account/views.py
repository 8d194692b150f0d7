"""Your account, your invitations, and the page that asks for a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinic.account.finding import is_address_shared
from clinic.account.forms import NameForm, OwnAddressForm
from clinic.account.own import change_own_address
from clinic.account.two_factor import MUST_SET_UP, THEN
from clinic.models import Membership, User
from clinic.people.staff import answer_invitation

BAD_FORM = 422


def _user(request: HttpRequest) -> User:
    return User.objects.get(pk=request.user.pk or 0)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, address, password, second factor. Each form is saved on its own."""
    user, sent = _user(request), request.POST.get("what")
    name = NameForm(request.POST if sent == "name" else None, instance=_user(request))
    address = OwnAddressForm(request.POST if sent == "address" else None, user=user)
    if sent == "name" and name.is_valid():
        name.save()
        messages.success(request, _("Your name was saved."))
        return redirect("account")
    if sent == "address" and address.is_valid():
        try:
            change_own_address(user, email=address.cleaned_data["email"], at=timezone.now())
        except ValidationError as error:
            address.add_error(None, error)
        else:
            messages.success(request, _("Your email address was changed."))
            return redirect("account")
    context = {"user": user, "name_form": name, "address_form": address, **_two_factor_context(user)}
    context["invitations"] = Membership.objects.invited(user)
    context["is_address_shared"] = is_address_shared(user)
    return render(request, "account/account.html", context, status=BAD_FORM if sent else 200)


def _two_factor_context(user: User) -> dict[str, Any]:
    """What is set up, for the page; empty in a demo, because its logins are shared."""
    own = list(Authenticator.objects.filter(user=user))
    codes = next((one for one in own if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return {
        "may_two_factor": not settings.DEMO,
        "has_app": any(one.type == Authenticator.Type.TOTP for one in own),
        "n_keys": sum(one.type == Authenticator.Type.WEBAUTHN for one in own),
        "has_codes": codes is not None,
        "n_codes": len(codes.wrap().get_unused_codes()) if codes else 0,
    }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """Clinics that invited this person, who accepts or declines each."""
    user = _user(request)
    if request.method == "POST":
        invitation = get_object_or_404(Membership.objects.invited(user), uuid=request.POST.get("invitation"))
        is_accepted = request.POST.get("answer") == "accept"
        try:
            answer_invitation(invitation, is_accepted=is_accepted, at=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            said = _("You now work at %(clinic)s.") if is_accepted else _("You declined to work at %(clinic)s.")
            messages.success(request, said % {"clinic": invitation.clinic})
        return redirect("account-invitations")
    context = {"invitations": Membership.objects.invited(user), "memberships": Membership.objects.of_user(user)}
    return render(request, "account/invitations.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def two_factor_needed(request: HttpRequest) -> HttpResponse:
    """Why a second factor is needed and the two ways to set one up; then continue to the requested page."""
    to = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        to = "/"
    if MUST_SET_UP not in request.session:
        return HttpResponseRedirect(to)
    request.session[THEN] = to
    return render(request, "account/two_factor_needed.html")
