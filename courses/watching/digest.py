"""The daily digest: what can wait, one mail per person, at the hour that the alert policy names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from clinic.models import Clinic, Membership, Role
from clinic.outbox.queue import mail_member
from clinic.worker.batch import each
from courses.alerts.digest_hour import DIGEST_AT
from courses.models import Alert, Course, Digest, Reminder
from courses.rules.facts import Severity
from courses.watching.watch_list import watch_list
from patients.counting import counted
from patients.models import Patient

MESSAGE_KIND = "daily_digest"
READERS = (Role.PRACTITIONER, Role.LEAD, Role.MANAGER)
# After a long stop, the first digest does not list everything since.
LONGEST_LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Contents:
    """The content for one reader: rows to link to, and how many of each."""

    matters: tuple[Alert, ...]
    late_entries: tuple[Alert, ...]
    watch_list: tuple[Course, ...]
    refused_addresses: tuple[Patient, ...]
    n_unknown_reminders: int

    @property
    def is_empty(self) -> bool:
        """Nothing to report."""
        lists = (self.matters, self.late_entries, self.watch_list, self.refused_addresses)
        return not any(lists) and not self.n_unknown_reminders


def make_digests(*, at: datetime) -> int:
    """Make the digest of each clinic at eight on an open day; returns for how many clinics.

    Once for a clinic and its local day, however often this is called.
    """

    def make(clinic: Clinic) -> bool:
        return make_digest(clinic, at=at) is not None

    return each(list(Clinic.objects.all()), make)


@transaction.atomic
def make_digest(clinic: Clinic, *, at: datetime) -> Digest | None:
    """The digest of a clinic's day with the mails to all who have something to read; None if it is too early."""
    today = clinic.local(at).date()
    morning = datetime.combine(today, DIGEST_AT, tzinfo=clinic.zone_info)
    digests = Digest.objects.for_clinic(clinic)
    if at < morning or digests.filter(on=today).exists() or not _is_open_on(clinic, morning):
        return None
    before = digests.order_by("-on").first()
    since = max(before.made_at, at - LONGEST_LOOK_BACK) if before else at - timedelta(days=1)
    digest, is_new = digests.get_or_create(clinic=clinic, on=today, defaults={"since": since, "made_at": at})
    if not is_new:
        return None
    for member in Membership.objects.for_clinic(clinic).active().with_role(*READERS).order_by("pk"):
        if not contents_for(member, digest).is_empty:
            _queue(digest, member, at=at)
    return digest


def contents_for(member: Membership, digest: Digest) -> Contents:
    """What a member reads: a practitioner about their own courses, a lead or a manager about the whole clinic."""
    own = Q() if member.is_leading else Q(course__practitioner=member)
    alerts = counted(Alert.objects.visible_to(member)).filter(own, state=Alert.State.OPEN)
    alerts = alerts.order_by("raised_at", "pk")
    return Contents(
        matters=tuple(alerts.filter(severity=Severity.REVIEW, is_quiet=False)),
        late_entries=tuple(alerts.filter(is_quiet=True)),
        watch_list=tuple(_watch_list(member, digest)),
        refused_addresses=tuple(_refused_addresses(member, digest)),
        n_unknown_reminders=_n_unknown(member, own, digest),
    )


def _is_open_on(clinic: Clinic, morning: datetime) -> bool:
    """Whether the clinic opens on a day: nobody is emailed on a day off."""
    midnight = morning.replace(hour=0)
    return clinic.local(clinic.calendar().next_opening(midnight)).date() == morning.date()


def _queue(digest: Digest, member: Membership, *, at: datetime) -> None:
    mail_member(
        member.pk,
        clinic=digest.clinic,
        kind=MESSAGE_KIND,
        subject_id=digest.pk,
        dedup_key=f"digest:{digest.on:%Y-%m-%d}:{member.pk}",
        at=at,
    )


def _watch_list(member: Membership, digest: Digest) -> list[Course]:
    """Courses with new scores on the watch list."""
    scores = watch_list(member, at=digest.made_at)
    new = [score for score in scores if digest.since < score.recorded_at <= digest.made_at]
    return list({score.course_id: score.course for score in new if not score.course.patient.is_training}.values())


def _refused_addresses(member: Membership, digest: Digest) -> list[Patient]:
    patients = counted(Patient.objects.visible_to(member)).current()
    if not member.is_leading:
        patients = patients.filter(courses__practitioner=member).distinct()
    return list(
        patients.filter(email_failed_at__gt=digest.since, email_failed_at__lte=digest.made_at).order_by("pk")
    )


def _n_unknown(member: Membership, own: Q, digest: Digest) -> int:
    reminders = counted(Reminder.objects.visible_to(member)).filter(own, state=Reminder.State.UNKNOWN)
    return reminders.filter(settled_at__gt=digest.since, settled_at__lte=digest.made_at).count()
