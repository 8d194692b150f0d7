"""What the sign-off page says of shipped numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from clinic.models import SignOffEvent
from courses.admin.signing import texts
from courses.admin.signing.texts import text_kinds
from courses.alerts.policy import DAY, HOUR, POLICIES, Clock, Wait

pytestmark = pytest.mark.django_db
WAITS = {
    Wait(0): "at once, at any hour",
    Wait(0, Clock.OPEN): "at once, in opening hours",
    Wait(1): "after 1 minute, at any hour",
    Wait(90): "after 90 minutes, at any hour",
    Wait(HOUR, Clock.OPEN): "after 1 hour, in opening hours",
    Wait(4 * HOUR, Clock.OPEN): "after 4 hours, in opening hours",
    Wait(DAY, Clock.OPEN): "after 24 hours, in opening hours",
    Wait(DAY, Clock.THEN_OPEN): "after 1 day, then at the next opening",
    Wait(14 * DAY): "after 14 days, at any hour",
    Wait(1, Clock.WORKING_DAYS): "after 1 working day",
    Wait(3, Clock.WORKING_DAYS): "after 3 working days",
    Wait(0, Clock.DIGEST): "with the daily digest",
}


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: f"{wait.minutes}-{wait.clock.value}")
def test_waits_are_in_the_unit_people_use(clinic, monkeypatch, wait):
    monkeypatch.setattr(texts, "POLICIES", {one: replace(policy, first=wait) for one, policy in POLICIES.items()})
    [times] = [kind for kind in text_kinds() if kind.label == texts.TIMES]
    assert {dict(piece.facts)["First message"] for piece in times.pieces(clinic)} == {WAITS[wait]}


def test_shipped_texts_have_no_versions(clinic, lead, client):
    client.force_login(lead.user, backend="clinic.account.sign_in.MembershipBackend")
    url = reverse("admin:clinic_signoffevent_piece", args=["text.check_in_questions", "limbs"])
    assert client.post(url, {"comment": "Too long."}).status_code == 302
    page = client.get(url).content.decode()
    words = BeautifulSoup(page, "html.parser").get_text(" ")
    assert "Too long." in words
    assert "version" not in words
    assert SignOffEvent.objects.get(comment="Too long.").version == 0
