"""Sign-in by password, with the rights of the active membership."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from clinic.access import permissions_of
from clinic.models import Membership


class MembershipBackend(ModelBackend):
    """Signs in by password; answers permission questions from the active membership."""

    def get_user(self, user_id: Any) -> Any:
        """The signed-in user with all memberships in one query; a second query only for users without any."""
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
