"""Wrong passwords, counted in the database for all processes together.

Failures are counted per account *and* address, so that one person's errors lock out nobody else behind the same
address. A guess spread over many addresses, or over many accounts, meets limits of its own. These limits never
apply to a browser in which the account was signed in before; such a browser has its own count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.crypto import salted_hmac

from clinic.models import SignInFailure

KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """How many failures are allowed within a time."""

    amount: int
    within: timedelta


# The limits for one person's typing errors, for a botnet guessing at one account, and for one address trying many.
HERE = Limit(10, timedelta(minutes=10))
ANYWHERE = Limit(50, timedelta(hours=1))
ADDRESS = Limit(200, timedelta(minutes=10))


@dataclass(frozen=True)
class Attempt:
    """Who tries to sign in, from which address, and whether the browser is known."""

    account: str
    address: str
    device: str = ""

    @classmethod
    def of(cls, login: str, address: str, device: str = "") -> Attempt:
        """The attempt, with keyed hashes instead of names and addresses."""
        return cls(_hash("account", login.strip().lower()), _hash("address", address), device)


def begin(attempt: Attempt, *, at: datetime) -> timedelta | None:
    """Count the attempt as failed until it succeeds; return how long to wait after too many failures.

    It is stored before counting, so that simultaneous attempts count each other.
    """
    row = SignInFailure.objects.create(
        account=attempt.account, address=attempt.address, device=attempt.device, failed_at=at
    )
    waits = [_wait(where, limit, at=at, without=row.pk) for where, limit in _limits(attempt)]
    longest = max((wait for wait in waits if wait is not None), default=None)
    if longest is not None:
        # A refused attempt does not make the wait longer.
        row.delete()
    return longest


def succeeded(attempt: Attempt, *, at: datetime) -> None:
    """The password was right: delete this person's failures at this place, and everybody's old ones."""
    forget = Q(account=attempt.account, address=attempt.address)
    if attempt.device:
        forget |= Q(account=attempt.account, device=attempt.device)
    SignInFailure.objects.filter(forget | Q(failed_at__lt=at - KEPT)).delete()


def forget(login: str) -> None:
    """A new password was chosen through a mailed link: delete the failures of the account."""
    SignInFailure.objects.filter(account=Attempt.of(login, "").account).delete()


def _limits(attempt: Attempt) -> list[tuple[Q, Limit]]:
    if attempt.device:
        return [(Q(account=attempt.account, device=attempt.device), HERE)]
    return [
        (Q(account=attempt.account, address=attempt.address, device=""), HERE),
        (Q(account=attempt.account, device=""), ANYWHERE),
        (Q(address=attempt.address, device=""), ADDRESS),
    ]


def _wait(where: Q, limit: Limit, *, at: datetime, without: int) -> timedelta | None:
    """The time until the oldest counted failure expires; None below the limit."""
    since = at - limit.within
    times = SignInFailure.objects.filter(where, failed_at__gt=since).exclude(pk=without).order_by("-failed_at")
    counted = list(times.values_list("failed_at", flat=True)[: limit.amount])
    if len(counted) < limit.amount:
        return None
    return max(counted[-1] + limit.within - at, timedelta(seconds=1))


def _hash(kind: str, text: str) -> str:
    return salted_hmac(f"clinic.account.attempts.{kind}", text, algorithm="sha256").hexdigest()
