"""The practice clinic: made with one click, full of invented patients, and cut off from everything outside."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from clinic.access import permissions_of
from clinic.models import Clinic, Membership, Message
from clinic.outbox.deliver import deliver_due
from clinic.people.staff import deactivate_member
from courses.alerts.steps import sweep
from courses.models import Alert, Course, Session
from courses.practice.beside import practise, start_again
from courses.practice.invented import EVERYBODY
from courses.watching.digest import make_digests
from patients.consent_texts import usable_text
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined(practitioner, at) -> Membership:
    """A practitioner in the practice clinic."""
    return practise(by=practitioner, at=at)


def test_everybody_in_it_is_a_test_patient(joined):
    patients = Patient.objects.for_clinic(joined.clinic)
    # The invented practitioner's patients, for whoever does not treat, and the member's own.
    assert patients.count() == 2 * len(EVERYBODY)
    assert set(patients.values_list("is_training", flat=True)) == {True}
    assert Session.objects.for_clinic(joined.clinic).count() == 2 * sum(len(one.pairs) for one in EVERYBODY)


def test_the_database_makes_a_test_patient_of_whoever_is_added(joined):
    rows = Patient.objects.bulk_create([Patient(clinic=joined.clinic, given_name="Sam", family_name="Ple")])
    assert Patient.objects.get(pk=rows[0].pk).is_training


def test_there_is_an_alert_of_each_kind_to_learn_on(joined):
    rules = set(Alert.objects.for_clinic(joined.clinic).unresolved().values_list("rule", flat=True))
    assert {Alert.Rule.RED_FLAG, Alert.Rule.PAIN} <= rules


def test_whoever_treats_finds_patients_of_their_own_on_today(
    joined, lead, signed_in, practitioner, at, time_machine
):
    time_machine.move_to(at, tick=False)
    client = signed_in(practitioner)
    client.post(reverse("admin:practise"))
    page = client.get(reverse("admin:index")).content.decode()
    assert page.count("Log session") == sum(bool(one.pairs) for one in EVERYBODY)
    assert practise(by=practitioner, at=at) == joined
    assert Patient.objects.for_clinic(joined.clinic).count() == 2 * len(EVERYBODY)


def test_it_is_open_when_the_real_one_is(practitioner, at):
    practitioner.clinic.opening_hours.create(weekday=2, opens_at="08:00", closes_at="12:00")
    hours = practise(by=practitioner, at=at).clinic.opening_hours.get()
    assert (hours.weekday, str(hours.opens_at)) == (2, "08:00:00")


def test_nothing_of_it_is_ever_sent(joined, smtp, at):
    sweep(at=at)
    make_digests(at=at)
    deliver_due(clock=lambda: at)
    assert not Message.objects.for_clinic(joined.clinic).exists()
    assert smtp.mails == []


def test_the_real_clinic_is_untouched(joined, practitioner):
    assert not Patient.objects.for_clinic(practitioner.clinic).exists()
    assert not Course.objects.for_clinic(practitioner.clinic).exists()


def test_a_second_click_and_a_colleague_come_to_the_same_clinic(joined, practitioner, lead, at):
    assert practise(by=practitioner, at=at) == joined
    assert practise(by=lead, at=at).clinic_id == joined.clinic_id
    assert Clinic.objects.filter(practice_of=practitioner.clinic).count() == 1


def test_roles_go_along_and_are_not_handed_out_there(manager, at):
    place = practise(by=manager, at=at)
    assert place.roles == manager.roles
    assert "clinic.add_membership" in permissions_of(manager)
    assert "clinic.add_membership" not in permissions_of(place)


def test_starting_again_takes_everybody_along(joined, practitioner, lead, at):
    place = practise(by=lead, at=at)
    fresh = start_again(by=place, at=at)
    assert fresh.clinic_id != joined.clinic_id
    there = Membership.objects.for_clinic(fresh.clinic).active()
    assert {practitioner.user_id, lead.user_id} <= set(there.values_list("user", flat=True))
    assert not Membership.objects.for_clinic(joined.clinic).active().exists()


def test_who_leaves_the_clinic_leaves_its_practice_clinic_too(joined, practitioner, at):
    deactivate_member(practitioner, at=at)
    assert not Membership.objects.of_user(practitioner.user).exists()


def test_only_who_leads_starts_again(joined, at):
    with pytest.raises(ValidationError):
        start_again(by=joined, at=at)
    assert Membership.objects.for_clinic(joined.clinic).active().exists()


def test_starting_again_twice_makes_one(lead, at):
    place = practise(by=lead, at=at)
    assert start_again(by=place, at=at) == start_again(by=place, at=at)
    assert Clinic.objects.filter(practice_of=lead.clinic).count() == 2


def test_patients_can_agree_to_treatment_there(joined):
    assert usable_text(joined.clinic) is not None


class TestPages:
    def test_one_click_there_and_one_back(self, signed_in, practitioner, course):
        client = signed_in(practitioner)
        page = client.post(reverse("admin:practise"), follow=True).content.decode()
        assert "is-practice" in page
        assert "No emails are sent" in page
        assert str(course.patient) not in client.get(reverse("admin:patients_patient_changelist")).content.decode()
        back = client.post(reverse("switch-clinic"), {"membership": practitioner.uuid}, follow=True)
        assert "is-practice" not in back.content.decode()

    def test_a_link_is_no_click(self, signed_in, practitioner):
        assert signed_in(practitioner).get(reverse("admin:practise")).status_code == 405
        assert not Clinic.objects.exclude(practice_of=None).exists()
        assert mail.outbox == []

    def test_the_next_sign_in_is_in_the_real_clinic(self, client, signed_in, practitioner):
        signed_in(practitioner).post(reverse("admin:practise"))
        client.logout()
        page = signed_in(practitioner).get(reverse("admin:index")).content.decode()
        assert "is-practice" not in page
