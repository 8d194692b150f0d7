"""A clinic's own sender address: entered, verified, verified again, and no longer used when a record is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from clinic.models import Clinic, ClinicSender, Membership, Role
from clinic.models.sender import ascii_domain, new_token
from clinic.outbox.queue import mail_member
from clinic.sender.dns_lookup import TxtLookup
from clinic.sender.records import NO_VERDICT, Finding, Installation, Record, State, judge, needed

MESSAGE_KIND = "sender_lost"
# Nobody makes this server ask a name server again and again.
PAUSE_BETWEEN_CHECKS = timedelta(seconds=10)
CHECK_AGAIN_AFTER = timedelta(hours=20)
# Name servers that do not answer say nothing about the records; after so long mail is better not sent so.
TRUSTED_WITHOUT_ANSWER = timedelta(days=3)
# Their DNS is their provider's, and nobody else can put a record there.
MAILBOX_PROVIDERS = {
    "aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "live.com",
    "mail.ru", "me.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "t-online.de", "web.de",
    "yahoo.com",
}  # fmt: skip


def own_sender(clinic: Clinic) -> ClinicSender | None:
    """The sender address that the clinic entered, in use or not."""
    return ClinicSender.objects.for_clinic(clinic).first()


def installation_address() -> str:
    """The address from which mail comes where nothing else may be used."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def installation() -> Installation:
    """What the installation sends with, from its settings."""
    domain = ascii_domain(installation_address())
    return Installation(settings.SPF_INCLUDE or domain, settings.DKIM_SELECTOR, domain)


def records_of(sender: ClinicSender) -> list[Record]:
    """What the domain's DNS must say."""
    return needed(sender.domain, sender.token, installation())


@transaction.atomic
def enter_address(clinic: Clinic, address: str, *, by: Membership, at: datetime) -> ClinicSender | None:
    """The address that the clinic wants, to be verified; nothing for the installation's. ValidationError."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    sender, address = own_sender(clinic), address.strip()
    if not address:
        if sender is not None:
            sender.delete()
        return None
    domain = _checked(address)
    if sender is not None and sender.address == address:
        return sender
    sender = sender or ClinicSender(clinic=clinic)
    if not sender.address or sender.domain != domain:
        sender.token = new_token()
    sender.address, sender.entered_by, sender.entered_at = address, by, at
    sender.verified_at = sender.confirmed_at = sender.lost_at = sender.checked_at = None
    sender.findings = []
    sender.save()
    return sender


def _checked(address: str) -> str:
    """The domain of an address that may be asked about; ValidationError where it may not."""
    validate_email(address)
    try:
        domain = ascii_domain(address)
    except UnicodeError as error:
        raise ValidationError(_("This domain is not valid. Check the part after the @.")) from error
    if "." not in domain or domain.endswith("]"):
        raise ValidationError(_("Enter an address with a domain, such as clinic@example.org."))
    if domain in MAILBOX_PROVIDERS:
        words = _(
            "Addresses at %(domain)s cannot be verified, because nobody but the provider can change its DNS "
            "records. Use an address of a domain that your clinic owns, or enter this one as the reply address."
        )
        raise ValidationError(words % {"domain": domain})
    if address.lower() == installation_address().lower():
        raise ValidationError(_("Emails come from this address already. Leave the field empty."))
    return domain


def check_now(sender: ClinicSender, *, at: datetime) -> list[Finding]:
    """Ask for every record now and act on what is found. ValidationError where one was asked for a moment ago."""
    is_rested = Q(checked_at=None) | Q(checked_at__lte=at - PAUSE_BETWEEN_CHECKS) | Q(checked_at__gt=at)
    # Two presses at once: the row's lock lets one of them through.
    if not ClinicSender.objects.for_clinic(sender.clinic).filter(is_rested, pk=sender.pk).update(checked_at=at):
        raise ValidationError(_("The records were checked a moment ago. Wait 10 seconds, then check again."))
    findings = ask(sender)
    settle(sender, findings, at=at)
    return findings


def ask(sender: ClinicSender) -> list[Finding]:
    """What the domain says of every record, within DNS_SECONDS together; holds nothing of the database."""
    by, lookup, domain = installation(), TxtLookup(seconds=settings.DNS_SECONDS), sender.domain
    records = records_of(sender)
    with ThreadPoolExecutor(max_workers=len(records)) as pool:
        return list(pool.map(lambda record: judge(record, domain, by, lookup), records))


@transaction.atomic
def settle(sender: ClinicSender, findings: Sequence[Finding], *, at: datetime) -> None:
    """Use the address from now on, or no longer; what was found of another address says nothing of this one."""
    stored = ClinicSender.objects.for_clinic(sender.clinic).select_for_update()
    held = stored.filter(pk=sender.pk, address=sender.address, token=sender.token).first()
    if held is None:
        return
    held.checked_at, held.findings = at, [finding.stored for finding in findings]
    states = {finding.state for finding in findings}
    if states == {State.FOUND}:
        held.verified_at, held.confirmed_at, held.lost_at = held.verified_at or at, at, None
    elif held.is_in_use and _is_lost(held, states, at=at):
        held.verified_at, held.lost_at = None, at
        _tell_managers(held, at=at)
    held.save()


def _is_lost(sender: ClinicSender, states: set[State], *, at: datetime) -> bool:
    if states - NO_VERDICT - {State.FOUND}:
        return True
    return sender.confirmed_at is None or at - sender.confirmed_at > TRUSTED_WITHOUT_ANSWER


def _tell_managers(sender: ClinicSender, *, at: datetime) -> None:
    members = Membership.objects.for_clinic(sender.clinic).active()
    for member in members.with_role(Role.MANAGER) or members.with_role(Role.LEAD):
        mail_member(
            member.pk,
            clinic=sender.clinic,
            kind=MESSAGE_KIND,
            subject_id=sender.pk,
            dedup_key=f"{MESSAGE_KIND}:{sender.pk}:{at.isoformat()}:{member.pk}",
            at=at,
        )


def check_all_due(*, clock: Callable[[], datetime], seconds: float, step: Callable[[], None]) -> int:
    """Check every address in use whose last check is a day old, for so long at most; says how many."""
    ends_at, n_checked = time.monotonic() + seconds, 0
    due = ClinicSender.objects.all_clinics().in_use().filter(checked_at__lte=clock() - CHECK_AGAIN_AFTER)
    for sender in due.select_related("clinic").order_by(F("checked_at").asc()):
        if time.monotonic() > ends_at:
            break
        settle(sender, ask(sender), at=clock())
        step()
        n_checked += 1
    return n_checked
