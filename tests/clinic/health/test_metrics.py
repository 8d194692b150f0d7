"""/metrics: off without a token; figures read from rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clinic.models import Heartbeat, Message
from courses.alerts.responding import acknowledge, last_news
from courses.models import Alert
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import flag

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-the-operators"


@pytest.fixture
def scrape(client, settings, time_machine):
    """Read the page at a time; returns each sample by name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def read(at):
        time_machine.move_to(at, tick=False)
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        families = text_string_to_metric_families(response.content.decode())
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }

    return read


@pytest.fixture
def alert(course, lead, at) -> Alert:
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, "cardiac")],
        form_key="00000000-0000-0000-0000-000000000001",
        by=lead,
        at=at,
    )
    return Alert.objects.get()


def test_there_is_no_such_page_without_a_token(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_wrong_token_opens_nothing(client, settings, header):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": header})
    assert (response.status_code, response.content) == (401, b"")


def test_outbox_and_signs_of_life(scrape, alert, at):
    Heartbeat.beat("worker", at=at)
    Message.objects.filter(pk=Message.objects.first().pk).update(state="sent", settled_at=at)
    found = scrape(at + timedelta(seconds=90))
    assert found["healing_curve_outbox_oldest_due_seconds", ()] == 90
    assert found["healing_curve_outbox_due", ()] == Message.objects.filter(state="pending").count()
    assert found["healing_curve_heartbeat_age_seconds", (("process", "worker"),)] == 90
    assert found["healing_curve_messages", (("kind", "staff_alert"), ("state", "sent"))] == 1
    assert found["healing_curve_faults", (("kind", "stuck"),)] == 0


def test_settled_messages_of_earlier_days_are_not_counted(scrape, alert, at):
    Message.objects.update(state="sent", settled_at=at)
    found = scrape(at + timedelta(days=2))
    assert ("healing_curve_messages", (("kind", "staff_alert"), ("state", "sent"))) not in found


def test_alerts_by_state_and_severity(scrape, alert, at):
    labels = (("severity", "E0"), ("state", "open"))
    found = scrape(at + timedelta(minutes=4))
    assert found["healing_curve_alerts", labels] == 1
    assert found["healing_curve_alerts_oldest_age_seconds", labels] == 240


def test_times_to_answer_are_histograms(scrape, alert, lead, at):
    acknowledge(alert, by=lead, at=at + timedelta(seconds=45), seen=last_news(alert), way="mail")
    found = scrape(at + timedelta(minutes=4))
    name = "healing_curve_alert_acknowledgement_seconds"
    for bound, count in (("30.0", 0), ("60.0", 1), ("+Inf", 1)):
        assert found[f"{name}_bucket", (("le", bound), ("severity", "E0"))] == count
    assert found[f"{name}_sum", (("severity", "E0"),)] == 45
    assert found[f"{name}_count", (("severity", "E0"),)] == 1


def test_nothing_of_a_patient_is_in_it(scrape, alert, at, client):
    scrape(at)
    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert alert.patient.family_name not in page
    assert "Linden" not in page


def test_queries_do_not_grow_with_rows(scrape, alert, at, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        scrape(at)
