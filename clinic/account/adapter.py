"""How allauth is set up: no sign-up, mail goes through the outbox, and we count wrong passwords ourselves."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.account import attempts, devices, two_factor
from clinic.account.events import note_event
from clinic.account.finding import find_account
from clinic.models import AccountEvent, Membership, User
from clinic.people.staff import send_invitation, send_password_link

Kind = AccountEvent.Kind
# allauth's mail after a new password was chosen through a mailed link.
PASSWORD_RESET = "account/email/password_reset"  # noqa: S105 - the name of a template


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in, and the mails about it."""

    # allauth's mail template -> the account event that we store and mail instead.
    EVENTS: ClassVar[dict[str, AccountEvent.Kind]] = {
        "account/email/password_changed": Kind.PASSWORD_CHANGED,
        "account/email/password_set": Kind.PASSWORD_CHANGED,
        PASSWORD_RESET: Kind.PASSWORD_CHANGED,
        "mfa/email/totp_activated": Kind.APP_ADDED,
        "mfa/email/totp_deactivated": Kind.APP_REMOVED,
        "mfa/email/webauthn_added": Kind.KEY_ADDED,
        "mfa/email/webauthn_removed": Kind.KEY_REMOVED,
        "mfa/email/recovery_codes_generated": Kind.CODES_MADE,
    }

    @property
    def error_messages(self) -> dict[str, Any]:
        """allauth's messages, with the waiting time after too many wrong codes, and what one signs in with here.

        The words are the same for every reason: they do not show which names and addresses have an account.
        """
        (limit,) = parse_rates(settings.ACCOUNT_RATE_LIMITS["login_failed"])
        minutes = math.ceil(limit.duration / 60)
        sentence = ngettext(
            "Too many wrong codes. Wait %(n)s minute, then try again.",
            "Too many wrong codes. Wait %(n)s minutes, then try again.",
            minutes,
        )
        mismatch = _(
            "The username or email address and the password do not match. "
            "If your email address belongs to more than one account, sign in with the username."
        )
        return {
            **DefaultAccountAdapter.error_messages,
            "too_many_login_attempts": sentence % {"n": minutes},
            "username_password_mismatch": mismatch,
        }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody can sign up."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The first page for this person's role."""
        return "/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the user's own account."""
        return reverse("account")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address as the reverse proxy gives it: one visitor's failures must not lock out all."""
        visitor = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        is_behind_proxy = settings.SECURE_PROXY_SSL_HEADER is not None
        return visitor if visitor and is_behind_proxy else str(super().get_client_ip(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user, if the password is right; ValidationError with the waiting time after too many wrong ones."""
        typed = credentials.get("username") or credentials.get("email") or ""
        account = find_account(typed)
        # Both names of an account are counted as one; an unknown name costs the same query and the same hash.
        login = account.username if account else typed
        device = devices.device_of(request, login)
        attempt = attempts.Attempt.of(login, self.get_client_ip(request), device)
        wait = attempts.begin(attempt, at=timezone.now())
        if wait is not None:
            minutes = math.ceil(wait.total_seconds() / 60)
            text = ngettext(
                "Too many wrong passwords. Wait %(n)s minute, then try again.",
                "Too many wrong passwords. Wait %(n)s minutes, then try again.",
                minutes,
            )
            raise ValidationError(text % {"n": minutes}, code="too_many_login_attempts")
        user = authenticate(request, username=login, password=credentials.get("password"))
        if user is not None:
            attempts.succeeded(attempt, at=timezone.now())
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Do not ask again for the password of somebody who must set up a second factor at this sign-in."""
        if two_factor.is_at_set_up(self.request, at=timezone.now()):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Remember this browser, and note whether the role needs a second factor."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user.username)
        two_factor.note_sign_in(request, user, at=timezone.now())
        return response

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Send through the outbox: a mail server that is down causes no error page. Former staff get no mail.

        Whoever works nowhere yet gets it through the clinic that invited them; without a password, the invitation.
        """
        membership = Membership.objects.of_user(user).first()
        invited = None if membership else Membership.objects.invited(user).select_related("user").first()
        if invited is not None and not user.has_usable_password():
            send_invitation(invited, at=timezone.now())
        elif found := membership or invited:
            send_password_link(found, at=timezone.now())

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Store the event; the outbox mails it."""
        kind = self.EVENTS.get(template_prefix)
        if kind is not None:
            note_event(user, kind, at=timezone.now())
        if template_prefix == PASSWORD_RESET:
            attempts.forget(user.username)
        if kind in {Kind.APP_ADDED, Kind.KEY_ADDED}:
            two_factor.note_set_up(self.request, at=timezone.now())


class TwoFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Two-factor sign-in: the authenticator entry shows the product and the username, never an email address."""

    def _get_site_name(self) -> str:
        return "Healing Curve"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - the library's name
        """The name of a passkey until its owner changes it."""
        n = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("My device") if n == 0 else _("My device %(n)s") % {"n": n + 1}

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)
