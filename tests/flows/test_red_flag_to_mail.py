"""From the form to the mail, through a real worker, Redis and SMTP server."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Message
from clinic.outbox.bell import ring
from courses.models import Alert, AlertEvent
from tests.factories import flag, log_visit
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def test_red_flag_is_mailed_and_acknowledging_from_the_mail_stops_it(client, course, lead, smtp, worker):
    log_visit(course, timezone.now(), flags=(flag(course.clinic, "cardiac"),))
    mail = wait_until(lambda: smtp.to(lead.user.email))[0]
    alert = Alert.objects.get()
    text = mail.get_body(("plain",)).get_content()
    assert course.patient.family_name not in mail["Subject"] + text
    path = re.search(r"http://127\.0\.0\.1:8000(/a/\S+/)", text).group(1)
    page = client.get(path)
    assert Alert.objects.get().state == Alert.State.OPEN
    seen = re.search(r'name="seen" value="(\d+)"', page.content.decode()).group(1)
    client.post(path, {"seen": seen})
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by, alert.repeat_at) == (Alert.State.ACKNOWLEDGED, lead, None)
    wait_until(lambda: AlertEvent.objects.filter(alert=alert, kind="sent").count() == 2)


def test_worker_killed_while_sending_loses_nothing(course, lead, smtp, worker, monkeypatch):
    is_sending, may_answer = _hold_the_server(smtp, monkeypatch)
    log_visit(course, timezone.now(), flags=(flag(course.clinic, "cardiac"),))
    wait_until(is_sending.is_set)
    worker.kill()
    smtp.mails.clear()
    may_answer.set()
    # The dead worker's lease expires after a minute: the test does not wait for it.
    Message.objects.filter(state="sending").update(lease_until=timezone.now() - timedelta(seconds=1))
    worker.restart()
    ring()
    wait_until(lambda: smtp.to(lead.user.email) and smtp.to(course.practitioner.user.email))
    wait_until(lambda: not Message.objects.filter(kind="staff_alert").exclude(state="sent").exists())


def test_session_is_saved_at_once_while_no_worker_runs_and_mailed_when_one_comes(course, lead, smtp, worker):
    worker.kill()
    log_visit(course, timezone.now(), flags=(flag(course.clinic, "cardiac"),))
    assert not smtp.mails
    worker.restart()
    wait_until(lambda: smtp.to(lead.user.email))


def _hold_the_server(smtp, monkeypatch):
    """The server accepts the mail's text and does not answer until it is released."""
    is_sending, may_answer = threading.Event(), threading.Event()
    take = smtp.handle_DATA

    async def hold(server, session, envelope):
        is_sending.set()
        await server.loop.run_in_executor(None, may_answer.wait, 20)
        return await take(server, session, envelope)

    monkeypatch.setattr(smtp, "handle_DATA", hold)
    return is_sending, may_answer
