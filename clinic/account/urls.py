"""The addresses below /accounts/: our own, and only those of allauth's that are listed here.

The other addresses of allauth would let somebody who finds an open session add an email address and take over the
account.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as key_views
from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from clinic.account import views


def _factor(view: Callable[..., Any]) -> Callable[..., Any]:
    """A two-factor page. A demo has none, because its logins are shared."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def _key_path(route: str, view: Callable[..., Any], name: str) -> Any:
    return path(f"two-factor/passkeys/{route}", _factor(view), name=name)


urlpatterns = [
    path("", views.account, name="account"),
    path("invitations/", views.invitations, name="account-invitations"),
    path("two-factor/needed/", views.two_factor_needed, name="two-factor-needed"),
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path("password/reset/", account_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("two-factor/", _factor(factor_views.index), name="mfa_index"),
    path("two-factor/sign-in/", _factor(factor_views.authenticate), name="mfa_authenticate"),
    path("two-factor/confirm/", _factor(factor_views.reauthenticate), name="mfa_reauthenticate"),
    path("two-factor/app/", _factor(app_views.activate_totp), name="mfa_activate_totp"),
    path("two-factor/app/remove/", _factor(app_views.deactivate_totp), name="mfa_deactivate_totp"),
    path("two-factor/codes/", _factor(code_views.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("two-factor/codes/new/", _factor(code_views.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path(
        "two-factor/codes/download/",
        _factor(code_views.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    _key_path("", key_views.list_webauthn, "mfa_list_webauthn"),
    _key_path("add/", key_views.add_webauthn, "mfa_add_webauthn"),
    _key_path("confirm/", key_views.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _key_path("<int:pk>/remove/", key_views.remove_webauthn, "mfa_remove_webauthn"),
    _key_path("<int:pk>/edit/", key_views.edit_webauthn, "mfa_edit_webauthn"),
    _key_path("login/", key_views.login_webauthn, "mfa_login_webauthn"),
]
