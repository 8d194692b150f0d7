"""Mail to patients: whether it may be sent, when, and what it says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from clinic.models import Clinic, Message
from clinic.outbox import leases, queue
from clinic.outbox.deliver import deliver_due
from courses.models import Appointment, CheckIn, Course, Reminder
from courses.plans.lifecycle import hold_courses
from courses.reminders.mail import reminder_mail
from courses.reminders.permission import MAX_PER_DAY
from courses.reminders.planning import plan_reminders
from patients.intake import archive_patient, record_consent
from patients.models import Consent, Patient
from tests.factories import as_test_patients, log_visit

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def reminder(appointment_at, at) -> Reminder:
    """Of an appointment in two days, due tomorrow at the test's hour."""
    appointment_at(48)
    plan_reminders(at=at)
    return Reminder.objects.get()


@pytest.fixture
def check_in(course, at) -> CheckIn:
    """Of a visit now, due tomorrow at ten; the only one."""
    Clinic.objects.update(is_day3_asked=False)
    log_visit(Course.objects.get(), at)
    return CheckIn.objects.get()


@pytest.fixture
def deliver(smtp):
    """Send what is due at a time."""
    return lambda at: deliver_due(clock=lambda: at)


@pytest.fixture
def withdraw(patient, practitioner, at):
    """The patient withdraws a consent."""

    def make(stream):
        record_consent(
            patient=patient,
            stream=stream,
            is_given=False,
            how=Consent.How.SPOKEN,
            by=practitioner,
            at=at,
            shown_text=None,
        )

    return make


def outcome() -> tuple[str, str]:
    reminder = Reminder.objects.get()
    return reminder.state, reminder.refused_because


class TestSent:
    def test_is_noted(self, reminder, deliver, smtp, at):
        assert deliver(at + DAY) == 1
        reminder.refresh_from_db()
        assert (reminder.state, reminder.settled_at) == ("sent", at + DAY)
        assert len(smtp.mails) == 1

    def test_never_twice(self, reminder, deliver, smtp, at):
        for _n in range(3):
            deliver(at + DAY)
        assert len(smtp.mails) == 1

    def test_or_not_is_unknown_when_the_sender_died(self, reminder, deliver, smtp, at):
        queue.claim_next(at=at + DAY)
        deliver(at + DAY + 2 * leases.LEASE)
        assert outcome()[0] == "unknown"
        assert smtp.mails == []


class TestRefused:
    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ({"email": ""}, "no_address"),
        ],
    )
    def test_for_what_the_patient_is(self, reminder, deliver, smtp, at, values, why):
        Patient.objects.update(**values)
        assert deliver(at + DAY) == 0
        assert (outcome(), smtp.mails) == (("refused", why), [])

    def test_for_a_test_patient(self, reminder, deliver, smtp, at):
        as_test_patients(Patient.objects.all())
        assert deliver(at + DAY) == 0
        assert (outcome(), smtp.mails) == (("refused", "test_patient"), [])

    def test_for_an_archived_patient(self, reminder, patient, deliver, at):
        archive_patient(patient, at=at)
        deliver(at + DAY)
        assert outcome() == ("refused", "archived")

    def test_for_an_address_that_was_refused(self, reminder, deliver, at):
        Patient.objects.update(email_failed_at=at)
        deliver(at + DAY)
        assert outcome() == ("refused", "address_refused")

    def test_without_consent_to_reminders(self, reminder, withdraw, deliver, at):
        withdraw(Consent.Stream.REMINDERS)
        deliver(at + DAY)
        assert outcome() == ("refused", "no_consent")

    def test_not_for_withdrawing_another_stream(self, reminder, withdraw, deliver, at):
        withdraw(Consent.Stream.CHECK_INS)
        assert deliver(at + DAY) == 1

    def test_without_consent_to_check_ins(self, check_in, withdraw, deliver, at):
        withdraw(Consent.Stream.CHECK_INS)
        deliver(at + DAY)
        assert outcome() == ("refused", "no_consent")

    @pytest.mark.parametrize("status", ["cancelled", "missed", "kept"])
    def test_for_a_cancelled_appointment(self, reminder, deliver, at, status):
        Appointment.objects.update(status=status)
        deliver(at + DAY)
        assert outcome() == ("refused", "visit_off")

    def test_for_an_appointment_that_is_past(self, reminder, deliver, at):
        deliver(at + 2 * DAY)
        assert outcome() == ("refused", "visit_past")

    @pytest.mark.parametrize("status", [Course.Status.COMPLETED, Course.Status.STOPPED])
    def test_for_a_course_that_is_over(self, reminder, deliver, at, status):
        Course.objects.update(status=status, ended_on=at.date())
        deliver(at + DAY)
        assert outcome() == ("refused", "course_not_active")

    def test_for_a_course_on_hold(self, reminder, patient, deliver, at):
        hold_courses(patient, reason="E1", at=at)
        deliver(at + DAY)
        assert outcome() == ("refused", "course_not_active")

    @pytest.mark.parametrize("name", ["answered_at", "revoked_at"])
    def test_for_a_check_in_that_is_closed(self, check_in, deliver, at, name):
        CheckIn.objects.update(**{name: at})
        deliver(at + DAY)
        assert outcome() == ("refused", "check_in_closed")

    def test_for_a_reminder_cancelled_meanwhile(self, reminder, deliver, at):
        Appointment.objects.update(status="cancelled")
        plan_reminders(at=at)
        assert deliver(at + DAY) == 0
        assert outcome()[0] == "cancelled"
        assert Message.objects.get().state == "cancelled"

    def test_after_three_mails_of_a_day(self, reminder, course, deliver, at):
        sent_before(course, MAX_PER_DAY, at=at + DAY - HOUR)
        deliver(at + DAY)
        reminder.refresh_from_db()
        assert (reminder.state, reminder.refused_because) == ("refused", "enough_today")

    @pytest.mark.parametrize(("n_sent", "ago"), [(MAX_PER_DAY - 1, HOUR), (MAX_PER_DAY, DAY)])
    def test_not_after_two_nor_for_those_of_yesterday(self, reminder, course, deliver, at, n_sent, ago):
        sent_before(course, n_sent, at=at + DAY - ago)
        assert deliver(at + DAY) == 1


class TestAddressThatFails:
    def test_is_not_written_to_again(self, reminder, deliver, smtp, at):
        smtp.answer = "550 5.1.1 no such user"
        deliver(at + DAY)
        # Nobody else's mail shows yet whether it is the address or us.
        assert outcome()[0] == "planned"
        for minutes in (3, 6, 9):
            deliver(at + DAY + timedelta(minutes=minutes))
        assert outcome()[0] == "refused"
        assert Patient.objects.get().email_failed_at > at + DAY

    def test_is_not_the_patients_fault_when_our_server_is_away(self, reminder, deliver, smtp, at):
        Message.objects.update(n_attempts=queue.MAX_ATTEMPTS - 1)
        smtp.answer = "451 later"
        deliver(at + DAY)
        assert outcome()[0] == "refused"
        assert Patient.objects.get().email_failed_at is None


class TestNight:
    def test_waits_for_the_morning(self, reminder, deliver, smtp, at):
        Message.objects.update(due_at=at.replace(hour=22))
        assert deliver(at.replace(hour=22)) == 0
        assert Message.objects.get().due_at == at.replace(hour=7) + DAY
        assert deliver(at.replace(hour=7) + DAY) == 1

    def test_never_moves_a_mail_past_the_appointment(self, appointment_at, deliver, smtp, at):
        appointment_at(20)
        plan_reminders(at=at)
        Message.objects.update(due_at=at.replace(hour=22))
        deliver(at.replace(hour=22))
        deliver(at.replace(hour=7) + DAY)
        assert smtp.mails == []
        assert outcome() == ("refused", "visit_past")


class TestContent:
    def test_appointment_is_said_in_the_clinics_time_with_its_zone(self, reminder, deliver, smtp, at):
        deliver(at + DAY)
        text = smtp.mails[0].get_body(("plain",)).get_content()
        assert "Friday, 13 March 2026 at 11:00 (Europe/Berlin)" in text
        assert "at 11:00" in re.sub(r"<[^>]+>", "", smtp.mails[0].get_body(("html",)).get_content())

    def test_subject_says_nothing_of_health(self, reminder, check_in, deliver, smtp, at):
        deliver(at + DAY)
        assert {mail["Subject"] for mail in smtp.mails} == {
            "Your appointment on Friday, 13 March 2026",
            "How are you today?",
        }

    def test_mail_says_nothing_of_health(self, reminder, check_in, deliver, smtp, at):
        deliver(at + DAY)
        for mail in smtp.mails:
            parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
            # A token is random letters and may contain any word by chance.
            words = re.sub(r"http://\S+", "", " ".join([mail["Subject"], mail["From"], *parts]).lower())
            assert not [word for word in ("pain", "neck", "needl", "acupunct") if word in words]

    def test_check_in_has_its_link(self, check_in, deliver, smtp, at):
        deliver(at + DAY)
        assert re.search(r"http://127\.0\.0\.1:8000/c/\S+/", smtp.mails[0].get_body(("plain",)).get_content())

    def test_check_in_says_that_nobody_watches_day_and_night(self, check_in, deliver, smtp, at):
        Clinic.objects.update(emergency_number="999", confirmed_emergency_number="999")
        deliver(at + DAY)
        assert "In an emergency call 999." in smtp.mails[0].get_body(("plain",)).get_content()

    def test_one_click_ends_the_stream(self, reminder, deliver, smtp, at):
        deliver(at + DAY)
        mail = smtp.mails[0]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = mail["List-Unsubscribe"].strip(" <>")
        assert re.fullmatch(r"http://127\.0\.0\.1:8000/u/\S+/", link)
        assert link in mail.get_body(("plain",)).get_content()

    def test_headers_say_that_a_machine_writes_and_who_reads_answers(self, reminder, deliver, smtp, at):
        Clinic.objects.update(reply_to="desk@example.org")
        deliver(at + DAY)
        mail = smtp.mails[0]
        assert (mail["Auto-Submitted"], mail["Reply-To"]) == ("auto-generated", "desk@example.org")
        assert mail["Message-ID"] == f"<{Message.objects.get().uuid}@127.0.0.1>"

    def test_nothing_is_fetched_and_nothing_tracked(self, check_in, deliver, smtp, at):
        deliver(at + DAY)
        html = smtp.mails[0].get_body(("html",)).get_content()
        assert not re.search(r"<img|url\(|<script|<link", html)


def test_still_due_in_the_day_and_not_before_morning_at_night(reminder, at):
    message = Message.objects.get()
    assert reminder_mail.still_due(message, at=at) is True
    assert reminder_mail.still_due(message, at=at.replace(hour=23)) == at.replace(hour=7) + DAY


def sent_before(course, n_mails, *, at):
    """So many mails about other appointments, sent at a time."""
    for number in range(n_mails):
        starts_at = at + (3 + number) * DAY
        appointment = Appointment.objects.create(
            clinic=course.clinic,
            course=course,
            practitioner=course.practitioner,
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            booked_by=course.practitioner,
            booked_at=at,
        )
        Reminder.objects.create(
            clinic=course.clinic,
            course=course,
            kind="before_24h",
            appointment=appointment,
            starts_at=starts_at,
            due_at=at,
            state="sent",
            settled_at=at,
        )


def test_it_waits_until_the_emergency_number_is_confirmed(reminder, deliver, smtp):
    """Every mail to a patient names a number to call; nothing is cancelled, and the wait is no attempt."""
    Clinic.objects.update(confirmed_emergency_number="")
    due_at = Message.objects.get(kind="reminder").due_at
    deliver(due_at)
    waiting = Message.objects.get(kind="reminder")
    assert (smtp.mails, waiting.state, waiting.n_attempts) == ([], Message.State.PENDING, 0)
    Clinic.objects.update(confirmed_emergency_number=waiting.clinic.emergency_number)
    deliver(waiting.due_at)
    reminder.refresh_from_db()
    assert (len(smtp.mails), reminder.state) == (1, Reminder.State.SENT)
