"""Who has been informed: each sentence comes from the stored rows."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from clinic.models import Membership, Message
from courses.alerts.messages.recipients import notice_to_patient, notices_to_staff
from courses.alerts.responding import acknowledge
from courses.models import Alert, RedFlagReport
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.recording import report_red_flags
from patients.models import Patient
from tests.factories import as_test_patients, flag

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(course, lead, at):
    def tell(code="bladder_bowel", *, told_at=at, answer=""):
        entry = flag(course.clinic, code, answer=answer)
        reports = report_red_flags(
            patient=course.patient, course=course, flags=[entry], form_key=uuid4(), by=lead, at=told_at
        )
        assert isinstance(entry, FlagEntry)
        return reports

    return tell


def words(reports, at):
    return [one.words for one in notices_to_staff(reports, at=at)]


def settle(state, at, **values):
    Message.objects.filter(kind="staff_alert").update(state=state, settled_at=at, **values)


def test_nobody_was_emailed_before_a_server_accepted_it(report, at, course, lead):
    said = words(report(), at)
    assert said == [f"{course.practitioner} will be emailed now.", f"{lead} will be emailed now."]
    assert "was emailed" not in notice_to_patient(RedFlagReport.objects.all(), at=at)


def test_accepted_message_is_said_with_its_time(report, at, course, lead):
    reports = report()
    settle("sent", at + timedelta(minutes=2))
    said = words(reports, at + timedelta(minutes=5))
    assert said == [f"{course.practitioner} was emailed at 11:02.", f"{lead} was emailed at 11:02."]
    assert notice_to_patient(reports, at=at) == "We emailed the clinic's staff at 11:02."


def test_mail_that_is_due_later_is_said_with_its_time(report, at, course):
    reports = report()
    Message.objects.update(due_at=at + timedelta(hours=20))
    assert f"{course.practitioner} will be emailed at Thu 12 Mar, 07:00." in words(reports, at)
    assert "will be emailed at Thu 12 Mar, 07:00" in notice_to_patient(reports, at=at)


def test_refused_mail_is_a_warning(report, at):
    reports = report()
    settle("failed", at, error="550")
    told = notices_to_staff(reports, at=at)
    assert "was refused" in told[0].words
    assert told[0].is_warning
    assert notice_to_patient(reports, at=at) == "We could not email the clinic's staff. Please call the clinic."


def test_refused_attempt_names_the_next_one(report, at):
    reports = report()
    Message.objects.update(n_attempts=1, error="451 busy", due_at=at + timedelta(minutes=1))
    told = notices_to_staff(reports, at=at)
    assert "not been accepted yet. The next attempt is at 11:01" in told[0].words


def test_best_message_of_a_person_counts(report, at, course, lead):
    reports = report()
    settle("sent", at)
    first = Message.objects.filter(kind="staff_alert").earliest("pk")
    Message.objects.create(
        clinic=course.clinic,
        kind="staff_alert",
        subject_id=first.subject_id,
        recipient=first.recipient,
        guarantee=first.guarantee,
        dedup_key="again",
        created_at=at,
        due_at=at + timedelta(hours=1),
    )
    assert words(reports, at) == [f"{course.practitioner} was emailed at 11:00.", f"{lead} was emailed at 11:00."]


def test_nobody_reachable_is_said(report, at, course):
    Membership.objects.update(own_email="")
    for member in Membership.objects.select_related("user"):
        member.user.email = ""
        member.user.save()
    reports = report()
    assert words(reports, at) == [
        "Nobody could be emailed: no one on the contact list has a working address. Call a colleague now."
    ]
    assert "could not email" in notice_to_patient(reports, at=at)


def test_test_patient_alerts_nobody(report, at):
    as_test_patients(Patient.objects.all())
    reports = RedFlagReport.objects.filter(pk__in=[one.pk for one in report()])
    assert words(reports, at) == ["Test patient: nobody is alerted."]
    assert notice_to_patient(reports, at=at) == "Test patient: nobody is alerted."


def test_acknowledgement_goes_first(report, at, lead):
    reports = report()
    settle("sent", at)
    acknowledge(Alert.objects.get(), by=lead, at=at + timedelta(minutes=3), seen=10**6, way="admin")
    assert words(reports, at)[0] == f"{lead} acknowledged it at 11:03."


def test_no_report_no_sentence(at):
    assert notices_to_staff([], at=at) == []
    assert notice_to_patient([], at=at) == ""


def test_usual_pain_is_worded_as_that(report, at):
    [found] = report("severe_pain", answer="usual")
    assert found.said == "Pain of 8 to 10: the patient's usual pain"
    [other] = report("severe_pain", answer="yes")
    assert other.said == other.flag.wording


class TestPages:
    def test_page_after_a_report_says_who(self, signed_in, front_desk, course, at):
        entry = flag(course.clinic, "bladder_bowel")
        page = signed_in(front_desk).post(
            f"/admin/patients/patient/{course.patient_id}/red-flag/",
            {"form_key": str(uuid4()), f"flag_{entry.flag.code}": "on"},
        )
        html = page.content.decode()
        assert f"{course.practitioner} will be emailed now." in html
        assert "being told" not in html
        assert 'href="tel:112"' in html

    def test_page_of_a_test_patient_says_so_before_and_after(self, signed_in, front_desk, course):
        as_test_patients(Patient.objects.all())
        client, path = signed_in(front_desk), f"/admin/patients/patient/{course.patient_id}/red-flag/"
        assert "Test patient: nobody is alerted." in client.get(path).content.decode()
        page = client.post(path, {"form_key": str(uuid4()), "flag_bladder_bowel": "on"})
        assert "Test patient: nobody is alerted." in page.content.decode()
