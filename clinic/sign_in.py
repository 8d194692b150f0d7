"""Signing in: by password, with the rights of the active membership; nobody signs up alone."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from clinic.access import permissions_of
from clinic.models import Membership
from clinic.staff import send_password_link


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up, and the one mail there is through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To where this person's work is."""
        return "/"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address, as the reverse proxy names it: the failures of one must not shut out all."""
        visitor = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        is_behind_proxy = settings.SECURE_PROXY_SSL_HEADER is not None
        return visitor if visitor and is_behind_proxy else str(super().get_client_ip(request))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Through the outbox: a mail server that is away is no error page, and whoever works nowhere gets none."""
        membership = Membership.objects.of_user(user).first()
        if membership is not None:
            send_password_link(membership, at=timezone.now())


class MembershipBackend(ModelBackend):
    """Signs in by password; answers permission questions from the active membership."""

    def get_user(self, user_id: Any) -> Any:
        """Who is signed in, with the memberships in one query; whoever works nowhere is looked up alone."""
        memberships = list(Membership.objects.of_user(user_id))
        if not memberships:
            return super().get_user(user_id)
        user = memberships[0].user
        user.available_memberships = memberships
        return user

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """The rights of the user's active membership."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(permissions_of(user_obj.active_membership))

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """Whether the active membership has one right."""
        return perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the active membership has any right in an app."""
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions(user_obj))
