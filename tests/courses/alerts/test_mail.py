"""The staff mail: alert number, clinic, severity, a link. No name, no score, no complaint."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from clinic.models import Message, User
from clinic.outbox.deliver import deliver_due
from clinic.outbox.transports.base import TransportError
from courses.alerts.messages.mail import alert_mail
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.steps import sweep
from courses.models import Alert, Course
from tests.factories import log_run

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def deliver(at, smtp):
    """Send what is due at the test's time, or so much later."""
    return lambda later=timedelta(0): deliver_due(clock=lambda: at + later)


def first_message(alert) -> Message:
    return Message.objects.filter(group_key=f"alert:{alert.pk}").order_by("pk")[0]


def without_links(words: str) -> str:
    """A token is random letters and may contain any word by chance."""
    return re.sub(r"http://\S+", "", words)


class TestContent:
    def test_names_number_severity_and_clinic(self, report):
        alert = report("cardiac")
        mail = alert_mail.render(first_message(alert))
        assert mail.subject == f"Alert {alert.pk}: emergency - Linden"

    def test_leads_to_the_confirm_page_and_to_the_alert(self, report):
        alert = report()
        mail = alert_mail.render(first_message(alert))
        for part in (mail.text, mail.html):
            assert re.search(r"http://127\.0\.0\.1:8000/a/[^/\s\"]+/", part)
            assert f"http://127.0.0.1:8000/admin/courses/alert/{alert.pk}/change/" in part

    def test_says_the_clinics_time_and_zone(self, report):
        mail = alert_mail.render(first_message(report()))
        assert "11 Mar 2026, 11:00 (Europe/Berlin)" in mail.text

    def test_says_nothing_of_the_patient(self, course, cast, at):
        Course.objects.update(complaint="Stiffness after a fall")
        course.refresh_from_db()
        log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (4, 9)], until=at)
        mail = alert_mail.render(first_message(Alert.objects.get()))
        patient = course.patient
        whole = without_links(f"{mail.subject} {mail.text} {mail.html} {mail.headers}")
        for secret in (patient.given_name, patient.family_name, patient.email, patient.phone, "Stiffness", "pain"):
            assert secret not in whole

    def test_says_nothing_of_the_flag(self, report):
        mail = alert_mail.render(first_message(report("mood")))
        assert "harm" not in f"{mail.subject} {mail.text} {mail.html}".lower()

    @pytest.mark.parametrize(("code", "is_urgent"), [("cardiac", True), ("trauma", True), ("pain_72h", False)])
    def test_of_an_emergency_is_marked_so(self, report, code, is_urgent):
        headers = alert_mail.render(first_message(report(code))).headers
        assert (headers.get("X-Priority") == "1") is is_urgent

    def test_of_a_second_report_says_so(self, report, at):
        report()
        alert = report(at=at + MINUTE)
        message = Message.objects.filter(due_at=at + MINUTE).first()
        assert alert_mail.render(message).subject == f"Alert {alert.pk}, reported again: doctor today - Linden"

    def test_answer_goes_to_the_clinic(self, report, clinic):
        clinic.reply_to = "desk@example.org"
        clinic.save()
        assert alert_mail.render(first_message(report())).reply_to == "desk@example.org"

    def test_each_person_gets_a_link_of_their_own(self, report):
        alert = report()
        links = {
            re.search(r"/a/([^/\s]+)/", alert_mail.render(message).text)[1]
            for message in Message.objects.filter(group_key=f"alert:{alert.pk}")
        }
        assert len(links) == 2


class TestDecision:
    def test_open_alert_is_sent(self, report, deliver, smtp, told):
        alert = report("cardiac")
        assert deliver() == 2
        assert {mail["To"] for mail in smtp.mails} == {f"{name}@example.org" for name in told(alert)}

    def test_alert_acknowledged_meanwhile_is_not_sent(self, report, deliver, smtp, at):
        message = first_message(report())
        Alert.objects.update(state="acknowledged", acknowledged_at=at)
        assert alert_mail.still_due(message, at=at) is False
        assert deliver() == 0
        assert smtp.mails == []

    def test_what_was_resolved_meanwhile_is_not(self, find, lead, deliver, at):
        alert = find("red")
        resolve(alert, outcome=Alert.Outcome.ADVISED, note="", by=lead, at=at, seen=last_news(alert))
        assert deliver(6 * MINUTE) == 0

    def test_snoozed_is_not(self, find, at):
        message = first_message(find("amber"))
        Alert.objects.update(state="snoozed")
        assert alert_mail.still_due(message, at=at) is False

    def test_pain_corrected_within_five_minutes_is_not(self, find, lead, deliver, at):
        alert = find("red")
        assert deliver(4 * MINUTE) == 0
        acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="admin")
        assert deliver(6 * MINUTE) == 0

    @pytest.mark.parametrize(("waited", "is_due"), [(timedelta(minutes=1), True), (timedelta(minutes=2), False)])
    def test_repeat_that_waited_yields_to_a_newer_mail_and_a_fresh_one_does_not(
        self, report, practitioner, at, waited, is_due
    ):
        alert = report("cardiac")
        for minutes in (5, 10, 15, 20, 25):
            sweep(at=at + minutes * MINUTE)
        repeats = alert.events.filter(kind="repeated").order_by("pk")
        mails = Message.objects.filter(recipient=f"membership:{practitioner.pk}", subject_id__in=repeats)
        repeat, newer = mails.order_by("pk")[:2]
        Message.objects.filter(pk=newer.pk).update(state=Message.State.SENT, settled_at=newer.created_at)
        assert alert_mail.still_due(repeat, at=repeat.created_at + waited) is is_due


class TestDelivery:
    def test_is_part_of_the_history(self, report, deliver, kinds):
        alert = report()
        deliver()
        assert kinds(alert) == ["raised", "sent", "sent"]
        assert alert.events.last().detail["message"] == str(Message.objects.order_by("-pk")[0].uuid)

    def test_not_needed_is_part_of_the_history(self, report, deliver, kinds, at):
        alert = report()
        Alert.objects.update(state="acknowledged", acknowledged_at=at)
        deliver()
        assert kinds(alert) == ["raised", "not_sent", "not_sent"]

    def test_refused_address_takes_the_next_step_at_once(self, report, deliver, smtp, kinds, at):
        alert = report("cardiac")
        smtp.answer_to_recipient["lead@example.org"] = "550 no such user"
        deliver()
        alert.refresh_from_db()
        assert "undeliverable" in kinds(alert)
        assert alert.next_step_at == alert.escalate_at == at

    def test_refused_address_of_the_last_person_is_noted(self, report, deliver, smtp, kinds):
        alert = report("cardiac")
        Alert.objects.update(chain_position=3)
        smtp.answer = "552 5.2.2 mailbox full"
        deliver()
        assert kinds(alert).count("undeliverable") == 2

    def test_mail_is_sent_again_until_the_server_answers(self, report, deliver, smtp):
        report("cardiac")
        smtp.answer = "451 later"
        assert deliver() == 0
        smtp.answer = "250 taken"
        assert deliver(MINUTE) == 2


@pytest.mark.parametrize("values", [{"email": ""}, {"is_active": False}])
def test_somebody_out_of_reach_is_a_lasting_failure(report, values):
    alert = report()
    User.objects.update(**values)
    with pytest.raises(TransportError) as failure:
        alert_mail.render(first_message(alert))
    assert failure.value.permanent
    assert "@" not in str(failure.value)
