"""The daily digest: at eight in the clinic's time, once a day, nothing to those who have nothing to read."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from clinic.models import Clinic, Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.raising import raise_alert
from courses.alerts.responding import acknowledge, last_news
from courses.models import Alert, Digest
from courses.rules.facts import Finding, Severity
from courses.watching.digest import contents_for, make_digest, make_digests
from patients.models import Patient
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def lapsed(course, cast, at) -> Alert:
    """A course overdue since yesterday: an alert that is not emailed."""
    finding = Finding("lapsed", 1, Severity.REVIEW, {"days": 20})
    with transaction.atomic():
        return raise_alert(
            patient=course.patient, course=course, rule=Alert.Rule.LAPSED, findings=[finding], at=at - DAY
        )


def readers() -> list[str]:
    return sorted(Message.objects.filter(kind="daily_digest").values_list("recipient", flat=True))


def test_not_before_eight_in_the_clinics_time(lapsed, clinic):
    assert make_digest(clinic, at=datetime(2026, 3, 11, 6, 59, tzinfo=UTC)) is None
    assert make_digest(clinic, at=datetime(2026, 3, 11, 7, 0, tzinfo=UTC)) is not None


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(date(2026, 3, 28), 7), (date(2026, 3, 29), 6), (date(2026, 10, 24), 6), (date(2026, 10, 25), 7)],
)
def test_eight_stays_eight_when_the_clocks_change(lapsed, clinic, day, utc_hour):
    eight = datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
    assert make_digest(clinic, at=eight - timedelta(minutes=1)) is None
    assert make_digest(clinic, at=eight) is not None


def test_once_a_day_however_often_asked(lapsed, at):
    assert [make_digests(at=at), make_digests(at=at), make_digests(at=at + timedelta(hours=3))] == [1, 0, 0]
    assert make_digests(at=at + DAY) == 1


def test_each_clinic_has_its_own_morning(clinic, at):
    make_clinic("Far", zone="Pacific/Auckland")
    make_digests(at=datetime(2026, 3, 10, 20, tzinfo=UTC))
    made = set(Digest.objects.values_list("clinic__name", "on"))
    assert made == {("Far", date(2026, 3, 11)), ("Linden", date(2026, 3, 10))}


def test_goes_to_practitioner_lead_and_manager(lapsed, cast, front_desk, at):
    make_digests(at=at)
    assert readers() == sorted(f"membership:{member.pk}" for member in cast)


def test_practitioner_reads_about_their_own_courses(lapsed, cast, clinic, at):
    other = type(lapsed.course.practitioner).objects.get(pk=cast[1].pk)
    lapsed.course.practitioner = other
    lapsed.course.save()
    make_digests(at=at)
    assert f"membership:{cast[0].pk}" not in readers()


def test_nothing_is_sent_without_content(clinic, cast, at):
    assert make_digests(at=at) == 1
    assert readers() == []


def test_acknowledged_alert_is_not_listed_again(lapsed, lead, clinic, at):
    acknowledge(lapsed, by=lead, at=at, seen=last_news(lapsed), way="admin")
    assert contents_for(lead, make_digest(clinic, at=at)).is_empty


def test_what_pages_people_is_not_in_it(report, lead, clinic, at):
    report("cardiac")
    assert contents_for(lead, make_digest(clinic, at=at)).is_empty


def test_late_entry_is_in_it(find, lead, clinic, at):
    find("red")
    Alert.objects.update(is_quiet=True)
    contents = contents_for(lead, make_digest(clinic, at=at))
    assert [len(contents.late_entries), len(contents.matters)] == [1, 0]


def test_refused_address_asks_for_a_call(course, lead, clinic, at):
    Patient.objects.update(email_failed_at=at - timedelta(hours=2))
    assert contents_for(lead, make_digest(clinic, at=at)).refused_addresses == (course.patient,)
    assert contents_for(lead, make_digest(clinic, at=at + DAY)).is_empty


def test_nobody_is_written_to_on_a_day_off(lapsed, clinic, office_hours, at):
    saturday = at + 3 * DAY
    assert make_digest(clinic, at=saturday) is None
    assert make_digest(clinic, at=saturday + 2 * DAY) is not None


def test_mail_says_nothing_of_the_patient(lapsed, smtp, at):
    make_digests(at=at)
    assert deliver_due(clock=lambda: at) == 3
    patient = lapsed.patient
    for mail in smtp.mails:
        assert mail["Subject"] == "This morning - Linden"
        whole = mail.as_string()
        assert f"/admin/courses/alert/{lapsed.pk}/change/" in whole.replace("=\n", "")
        for secret in (patient.given_name, patient.family_name, patient.phone, lapsed.course.complaint):
            assert secret not in whole


def test_mail_that_is_a_day_late_is_not_sent(lapsed, smtp, at):
    make_digests(at=at)
    assert deliver_due(clock=lambda: at + DAY) == 0
    assert set(Message.objects.filter(kind="daily_digest").values_list("state", flat=True)) == {"cancelled"}


def test_command_makes_them(lapsed, time_machine, at):
    time_machine.move_to(at, tick=False)
    out = io.StringIO()
    for _n in range(2):
        call_command("send_digest", stdout=out)
    assert out.getvalue() == "1 digests made\n0 digests made\n"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one(lapsed, at, at_once):
    clinic = Clinic.objects.get(pk=lapsed.clinic_id)
    at_once(*[lambda: make_digest(clinic, at=at)] * 2)
    assert Digest.objects.count() == 1
    assert len(readers()) == len(set(readers())) == 3
