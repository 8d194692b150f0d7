"""Signing in: by password, with the rights of the active membership; nobody signs up alone."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from clinic.access import permissions_of


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up, and mail through the configured backend."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To where this person's work is."""
        return "/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an account mail; the site's name is ours."""
        super().send_mail(template_prefix, email, {**context, "site_name": "Healing Curve"})


class MembershipBackend(ModelBackend):
    """Signs in by password; answers permission questions from the active membership."""

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
