"""The patient's page in a real browser while PostgreSQL is stopped, and while it is frozen."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from clinic.database import base, hold_to, is_resting, within
from clinic.models import Clinic, Membership, Message, Role
from clinic.spool import spool_health
from courses.checkins import memory, views
from courses.checkins.spooled_answers import replay_answers
from courses.models import Alert, CheckIn, PainScore, RedFlagReport
from courses.reminders.links import check_in_path
from tests.factories import CourseFactory, MembershipFactory, PatientFactory, cleared_patient, log_run, make_clinic
from tests.faults.servers import OwnServer, on_own_database
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.browser]

LIMIT_SECONDS = 10.0
HOW = [("stopped", True), ("stopped", False), ("frozen", True), ("frozen", False)]


def test_patients_and_staff_get_an_answer_within_ten_seconds_and_what_was_sent_arrives_once(
    browser, live_server, settings, monkeypatch, at_once, record_property
):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(views, "DATABASE_SECONDS", 4.0)
    with on_own_database(monkeypatch) as server:
        clinic = make_clinic("Linden", emergency_number="112")
        practitioner = MembershipFactory(clinic=clinic, role=Role.PRACTITIONER, user__username="practitioner")
        for number, (how, has_script) in enumerate(HOW):
            check_in = _asked(clinic, practitioner)
            url = f"{live_server.url}{check_in_path(check_in)}"
            slowest = _tell(browser, server, url, how=how, has_script=has_script, is_cold=number % 2 == 0)
            record_property("seconds", f"{how}, script {has_script}: {slowest:.1f}")
            print(f"\ndatabase {how}, script {has_script}: slowest page {slowest:.1f} s")
            assert not spool_health(at=timezone.now() + timedelta(minutes=3)).is_well
            taken = at_once(*[lambda: replay_answers(at=timezone.now())] * 2)
            assert sorted(taken) == [0, 1], taken
            _arrived_once(check_in)
            assert spool_health(at=timezone.now()).is_well
            # As in the web process: no statement of a page may take longer.
            hold_to(settings.DATABASE_PAGE_SECONDS)
            try:
                slowest = _phone_in(browser, server, live_server.url, practitioner, how=how, has_script=has_script)
            finally:
                hold_to(None)
            record_property("staff_seconds", f"{how}, script {has_script}: {slowest:.1f}")
            print(f"database {how}, script {has_script}: slowest page of staff {slowest:.1f} s")
        connection.close()


def _asked(clinic: Clinic, practitioner: Membership) -> CheckIn:
    """A check-in about a visit yesterday, of a patient of its own."""
    now = timezone.now()
    patient = cleared_patient(clinic, by=practitioner, at=now - timedelta(days=60))
    starts_on = (now - timedelta(days=50)).date()
    course = CourseFactory(patient=patient, practitioner=practitioner, starts_on=starts_on)
    log_run(course, [(6, 5), (5, 4)], until=now - timedelta(days=1))
    return CheckIn.objects.filter(session__course=course, kind="day1").latest("pk")


def _tell(browser: Browser, server: OwnServer, url: str, *, how: str, has_script: bool, is_cold: bool) -> float:
    """Open the link and report chest pain while the database is down; the seconds of the slowest page."""
    connection.close()
    if is_cold:
        memory.forget()
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=has_script)
    page = context.new_page()
    page.set_default_timeout(30_000)
    server.stop() if how == "stopped" else server.freeze()
    try:
        opened = time.monotonic()
        page.goto(url)
        expect(page.get_by_role("link", name="Call 112").first).to_be_visible()
        seconds = [time.monotonic() - opened]
        page.locator("input[name=score][value='3']").check()
        page.get_by_text("Chest pain, trouble breathing").click()
        page.get_by_label("Chest pressure").check()
        pressed = time.monotonic()
        page.get_by_role("button", name="Send").click()
        _instruction_is_shown(page)
        seconds.append(time.monotonic() - pressed)
        expect(page.get_by_text("Your answer is stored safely")).to_be_visible()
        assert page.get_by_role("link", name="Call the clinic").get_attribute("href") == "tel:+493023125000"
    finally:
        server.start() if how == "stopped" else server.thaw()
        wait_until(lambda: not is_resting())
    # The patient, unsure, sends it again while it waits.
    page.reload()
    _instruction_is_shown(page)
    context.close()
    assert max(seconds) < LIMIT_SECONDS
    return max(seconds)


def _phone_in(
    browser: Browser, server: OwnServer, address: str, practitioner: Membership, *, how: str, has_script: bool
) -> float:
    """Report a red flag by phone while the database is down, and again later; the slowest page's seconds."""
    patient = PatientFactory(clinic=practitioner.clinic)
    client = Client()
    client.force_login(practitioner.user, backend="clinic.account.sign_in.MembershipBackend")
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=has_script)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}
    context.add_cookies([session])  # type: ignore[list-item]
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{address}/admin/patients/patient/{patient.pk}/red-flag/")
    page.locator("[name=flag_cardiac]").check()
    page.locator("[name=note]").fill("Phoned at noon, in pain & <afraid>")
    connection.close()
    server.stop() if how == "stopped" else server.freeze()
    try:
        seconds = [_timed(page, lambda: page.locator("#content button[type=submit]").first.click())]
        box = page.locator(".emergency")
        expect(box).to_contain_text("Assume that the red flag was NOT saved and that nobody has been alerted.")
        assert box.get_by_role("link", name="Call 112").get_attribute("href") == "tel:112"
        if how == "stopped":
            # A frozen server still answers on its open connections.
            other = context.new_page()
            other.set_default_timeout(30_000)
            seconds.append(_timed(other, lambda: other.goto(f"{address}/admin/")))
            expect(other.get_by_role("link", name="Call the clinic")).to_be_visible()
    finally:
        server.start() if how == "stopped" else server.thaw()
        wait_until(lambda: not is_resting())
    assert not RedFlagReport.objects.filter(patient=patient).exists()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("The report is saved.")).to_be_visible()
    report = RedFlagReport.objects.get(patient=patient)
    assert (report.flag.code, report.note) == ("cardiac", "Phoned at noon, in pain & <afraid>")
    context.close()
    assert max(seconds) < LIMIT_SECONDS
    return max(seconds)


def _timed(page: Page, act: Callable[[], object]) -> float:
    """The time until the page says whom to call."""
    started = time.monotonic()
    act()
    expect(page.get_by_role("link", name="Call 112").first).to_be_visible()
    return time.monotonic() - started


def _instruction_is_shown(page: Page) -> None:
    box = page.locator(".emergency")
    expect(box).to_contain_text("Call the emergency number now")
    assert box.get_by_role("link", name="Call 112").get_attribute("href") == "tel:112"


def _arrived_once(check_in: CheckIn) -> None:
    report = RedFlagReport.objects.get(check_in=check_in)
    alert = Alert.objects.get(course=check_in.session.course, flag_code="cardiac")
    assert (report.level, report.source, alert.raised_at) == ("E0", "check_in", report.reported_at)
    assert PainScore.objects.get(check_in=check_in).score == 3
    event = alert.events.get(report=report)
    mails = Message.objects.filter(kind="staff_alert", subject_id=event.pk)
    assert mails.exists()
    assert all(mail.due_at <= timezone.now() for mail in mails)


def test_connection_that_froze_ends_in_time(monkeypatch):
    """A used connection: its server process is stopped, its socket stays open."""
    with on_own_database(monkeypatch):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        os.kill(pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            with pytest.raises(OperationalError), within(1.0):
                Clinic.objects.count()
            assert time.monotonic() - started < 1.0 + 2.0
            with suppress(OperationalError):
                connection.close()
            # Nobody waits again for a server that did not answer a moment ago.
            with pytest.raises(OperationalError):
                Clinic.objects.count()
            wait_until(lambda: not is_resting())
            assert Clinic.objects.count() == 0
        finally:
            os.kill(pid, signal.SIGCONT)


def test_connection_that_is_only_looked_at_is_given_up_in_time(monkeypatch):
    """As Django does before a request that follows a failed one."""
    with on_own_database(monkeypatch):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        os.kill(pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            connection.errors_occurred = True
            connection.close_if_unusable_or_obsolete()
            assert time.monotonic() - started < base.SECONDS_FOR_A_SIGN + 1.0
            assert connection.connection is None
        finally:
            os.kill(pid, signal.SIGCONT)
            wait_until(lambda: not is_resting())
