"""Which account somebody means who signs in: by its username, or by its email address."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from clinic.models import User

MOST = 20


def find_account(login: str) -> User | None:
    """The one account with this username, or with this address, whatever the case; one query.

    None where several share the address: then only their usernames identify them. What somebody has as a
    username is one, though it looks like an address.
    """
    login = login.strip()
    if not login:
        return None
    found = list(User.objects.filter(Q(username__iexact=login) | Q(email__iexact=login)).order_by("pk")[:MOST])
    exact = [user for user in found if user.username == login]
    by_name = exact or [user for user in found if user.username.lower() == login.lower()]
    by_address = [user for user in found if user.is_active] or found
    candidates = by_name or by_address
    return candidates[0] if len(candidates) == 1 else None


def is_address_shared(user: User) -> bool:
    """Whether another account has the same address, so that only the username signs in."""
    others = User.objects.exclude(pk=user.pk)
    return (
        bool(user.email) and others.filter(Q(email__iexact=user.email) | Q(username__iexact=user.email)).exists()
    )


def refuse_taken_address(email: str, *, but: User | None = None) -> None:
    """ValidationError where another account is signed in to with this address; held until the transaction ends."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"account:{email.strip().lower()}"])
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if others.filter(Q(email__iexact=email.strip()) | Q(username__iexact=email.strip())).exists():
        raise ValidationError(
            {"email": _("Another account uses this address to sign in. Enter a different address.")}
        )
