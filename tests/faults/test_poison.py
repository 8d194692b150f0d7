"""A row that raises: it is postponed and tried again, and the rows behind it are sent."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clinic.models import Message
from clinic.outbox.bell import ring
from clinic.outbox.queue import MAX_URGENT_ATTEMPTS, enqueue
from courses.alerts.steps import sweep
from courses.models import Alert
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def put_poison(clinic, practitioner):
    """A message about a missing event: nobody can decide on it, make it or settle it."""

    def put(number: int) -> Message:
        enqueue(
            clinic=clinic,
            kind="staff_alert",
            subject_id=-number,
            recipient=f"membership:{practitioner.pk}",
            dedup_key=f"poison:{number}",
            guarantee=Message.Guarantee.AT_LEAST_ONCE,
            is_urgent=True,
            due_at=timezone.now(),
            at=timezone.now(),
        )
        return Message.objects.get(dedup_key=f"poison:{number}")

    return put


def test_poisonous_messages_hold_up_nobody(storm, smtp, start_worker, put_poison):
    first, last = put_poison(1), put_poison(2)
    Message.objects.filter(pk=last.pk).update(n_attempts=MAX_URGENT_ATTEMPTS)
    storm.rage()
    start_worker()
    storm.fault_is_over()
    sound = Message.objects.exclude(pk__in=[first.pk, last.pk])
    wait_until(lambda: not sound.pending().exists())
    ring()
    wait_until(lambda: Message.objects.get(pk=last.pk).state == "failed")
    assert len(smtp.mails) == sound.count() == 2 * storm.n_alerts
    poison = Message.objects.get(pk=first.pk)
    assert (poison.state, poison.error) == ("pending", "DoesNotExist")
    assert poison.n_attempts >= 1


def test_poisonous_alert_holds_up_no_other(storm):
    storm.rage(3)
    broken, *sound = Alert.objects.order_by("pk")
    now = timezone.now()
    Alert.objects.update(repeat_at=now, escalate_at=now, next_step_at=now)
    Alert.objects.filter(pk=broken.pk).update(chain=[{"step": "practitioner"}] * 3)
    assert sweep(at=timezone.now()) == len(sound)
    broken.refresh_from_db()
    assert broken.next_step_at > now
    assert broken.state == "open"
