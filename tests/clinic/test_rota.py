"""The duty rota: who answers when, and when nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Duty
from clinic.people.rota import Gap, duty_gaps, next_gap

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def on_duty(clinic, lead, at):
    """Put somebody on duty for a period, in hours from now."""

    def take(start: int, end: int, *, member=lead):
        return Duty.objects.create(
            clinic=clinic, member=member, starts_at=at + start * HOUR, ends_at=at + end * HOUR
        )

    return take


def gaps(clinic, at, *, hours: int = 24):
    found = duty_gaps(clinic, since=at, until=at + hours * HOUR)
    return [((gap.starts_at - at) / HOUR, (gap.ends_at - at) / HOUR) for gap in found]


def test_clinic_without_a_rota_has_no_gaps(clinic, at):
    assert gaps(clinic, at) == []


def test_what_nobody_has_taken_is_a_gap(clinic, on_duty, at):
    on_duty(-2, 4)
    on_duty(6, 10)
    assert gaps(clinic, at) == [(4, 6), (10, 24)]


def test_overlaps_and_stretches_within_others_are_no_gaps(clinic, on_duty, at):
    for start, end in ((0, 10), (2, 4), (10, 30)):
        on_duty(start, end)
    assert gaps(clinic, at) == []


def test_duty_of_somebody_who_left_is_a_gap(clinic, on_duty, practitioner, at):
    on_duty(0, 30, member=practitioner)
    practitioner.deactivated_at = at
    practitioner.save()
    assert gaps(clinic, at) == [(0, 24)]


def test_rota_that_is_over_leaves_one_long_gap(clinic, on_duty, at):
    on_duty(-9, -8)
    assert gaps(clinic, at) == [(0, 24)]


def test_leads_and_managers_are_warned_of_the_next_gap(lead, manager, practitioner, on_duty, at):
    on_duty(-1, 24 * 6)
    gap = Gap(at + 6 * DAY, at + 7 * DAY)
    assert [next_gap(member, at=at) for member in (lead, manager, practitioner)] == [gap, gap, None]


def test_duty_ends_after_it_starts(on_duty, refused):
    with refused("clinic_duty_ends_after_it_starts"):
        on_duty(3, 3)


def test_page_shows_the_gaps(signed_in, lead, clinic, practitioner, at):
    client = signed_in(lead)
    assert "every duty lead is emailed" in client.get("/admin/clinic/duty/").content.decode()
    Duty.objects.create(clinic=clinic, member=practitioner, starts_at=at, ends_at=at + HOUR)
    assert "Nobody is on duty at these times" in client.get("/admin/clinic/duty/").content.decode()


def test_form_offers_those_who_may_answer(signed_in, lead, practitioner, manager, front_desk, stranger):
    form = signed_in(lead).get("/admin/clinic/duty/add/").context["adminform"].form
    assert set(form.fields["member"].queryset) == {lead, practitioner, manager}


def test_form_writes_the_clinics_wall_time(signed_in, lead, clinic):
    day = clinic.local(timezone.now()).date() + timedelta(days=60)
    values = {"member": lead.pk, "starts_at": f"{day}T08:00", "ends_at": f"{day}T20:00"}
    assert signed_in(lead).post("/admin/clinic/duty/add/", values).status_code == 302
    duty = Duty.objects.get()
    assert (duty.clinic, f"{clinic.local(duty.starts_at):%H:%M}") == (clinic, "08:00")
