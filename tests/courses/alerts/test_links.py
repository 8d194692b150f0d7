"""Signed links to acknowledge an alert, and the page behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client

from clinic.models import Clinic, Membership, Message, User
from courses.alerts.messages.links import SALT, BadLink, acknowledge_path, read_link
from courses.alerts.responding import MayNotAnswer, acknowledge, last_news, resolve
from courses.models import Alert
from courses.reminders.links import CHECK_IN_SALT

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def alert(report: Callable[..., Alert], at, time_machine) -> Alert:
    time_machine.move_to(at, tick=False)
    return report("trauma")


@pytest.fixture
def path(alert, lead) -> str:
    return acknowledge_path(alert, lead)


def token_of(path: str) -> str:
    return path.strip("/").removeprefix("a/")


class TestToken:
    def test_opens_one_alert_for_one_person(self, path, alert, lead):
        target = read_link(token_of(path))
        assert (target.alert, target.member) == (alert, lead)

    @pytest.mark.parametrize(("after", "is_good"), [(WEEK, True), (WEEK + timedelta(seconds=1), False)])
    def test_holds_for_seven_days(self, path, at, time_machine, after, is_good):
        time_machine.move_to(at + after, tick=False)
        if is_good:
            assert read_link(token_of(path))
        else:
            with pytest.raises(BadLink):
                read_link(token_of(path))

    @pytest.mark.parametrize("tamper", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: t.upper()])
    def test_that_was_touched_is_bad(self, path, tamper):
        with pytest.raises(BadLink):
            read_link(tamper(token_of(path)))

    def test_of_another_page_is_bad(self, alert, lead):
        with pytest.raises(BadLink):
            read_link(signing.dumps([str(alert.uuid), str(lead.uuid)], salt=CHECK_IN_SALT))

    def test_for_somebody_of_another_clinic_is_bad(self, alert, stranger):
        with pytest.raises(BadLink):
            read_link(token_of(acknowledge_path(alert, stranger)))

    def test_holds_nothing_but_whom_it_is_for(self, path, alert, lead):
        assert signing.loads(token_of(path), salt=SALT) == [str(alert.uuid), str(lead.uuid)]


class TestPage:
    def test_looking_changes_nothing(self, client, path, alert):
        """Mail scanners follow links."""
        for _look in range(3):
            assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert Alert.objects.get().state == "open"
        assert Message.objects.filter(state="cancelled").count() == 0

    def test_shows_no_patient(self, client, path, alert):
        page = client.get(path).content.decode()
        for secret in (alert.patient.family_name, alert.patient.given_name, alert.patient.phone, "Fall"):
            assert secret not in page

    def test_says_who_one_is(self, client, path, lead):
        assert str(lead) in client.get(path).content.decode()

    def test_confirming_takes_the_alert_on(self, client, path, alert, lead):
        page = client.post(path, {"seen": last_news(alert)})
        taken = Alert.objects.get()
        assert (taken.state, taken.acknowledged_by) == ("acknowledged", lead)
        assert f"Acknowledged by {lead}" in page.content.decode()
        assert taken.events.last().detail["way"] == "mail"

    def test_confirming_again_changes_nothing(self, client, path, alert, practitioner):
        client.post(path, {"seen": last_news(alert)})
        page = client.post(acknowledge_path(alert, practitioner), {"seen": last_news(alert)})
        assert page.status_code == 200
        assert alert.events.filter(kind="acknowledged").count() == 1

    @pytest.mark.parametrize("values", [{}, {"seen": ""}, {"seen": "x"}])
    def test_confirming_nothing_changes_nothing(self, client, path, values):
        assert client.post(path, values).status_code == 200
        assert Alert.objects.get().state == "open"

    def test_confirming_what_was_not_seen_says_so(self, client, path, alert, report):
        seen = last_news(alert)
        report("trauma")
        page = client.post(path, {"seen": seen})
        assert "Something new was reported while this page was open" in page.content.decode()
        assert Alert.objects.get().state == "open"

    def test_of_a_resolved_alert_says_so(self, client, path, alert, lead, at):
        resolve(alert, outcome=Alert.Outcome.ADVISED, note="x", by=lead, at=at, seen=last_news(alert))
        assert "This alert is resolved." in client.post(path, {"seen": last_news(alert)}).content.decode()

    def test_works_in_a_browser_that_sends_neither_cookie_nor_origin(self, path, alert):
        """Its address is hidden from other sites, so that the form comes with the origin "null"."""
        bare = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
        assert bare.post(path, {"seen": last_news(alert)}).status_code == 200
        assert Alert.objects.get().state == "acknowledged"

    def test_names_itself_to_nobody(self, client, path):
        assert client.get(path)["Referrer-Policy"] == "no-referrer"

    def test_behind_a_bad_link_helps_on(self, client, db):
        page = client.get("/a/nonsense/")
        assert page.status_code == 404
        assert "/admin/courses/alert/" in page.content.decode()

    def test_is_kept_by_no_cache(self, client, path):
        assert "no-store" in client.get(path)["Cache-Control"]


class TestRight:
    """It is checked when the link is used: it may have changed since the mail was sent."""

    LOST = (
        {"role": "front_desk"},
        {"deactivated_at": "2026-03-11T09:00:00Z"},
        {"is_pending": True},
        {"user__is_active": False},
    )

    @pytest.mark.parametrize("change", LOST, ids=lambda change: next(iter(change)))
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_once_lost_changes_nothing_and_says_whom_to_ask(self, client, path, alert, lead, change, method):
        Clinic.objects.update(phone="+44 1632 960001")
        if "user__is_active" in change:
            User.objects.filter(pk=lead.user_id).update(is_active=False)
        else:
            Membership.objects.filter(pk=lead.pk).update(**change)
        answer = getattr(client, method)(path, {"seen": last_news(alert)})
        assert answer.status_code == 403
        page = answer.content.decode()
        assert "Ask a duty lead or manager there" in page
        assert "+44 1632 960001" in page
        assert Alert.objects.get().state == "open"
        assert not alert.events.filter(kind="acknowledged").exists()

    @pytest.mark.parametrize("role", ["practitioner", "lead", "manager"])
    def test_of_every_role_that_answers_alerts_is_enough(self, client, path, alert, lead, role):
        Membership.objects.filter(pk=lead.pk).update(role=role)
        client.post(path, {"seen": last_news(alert)})
        assert Alert.objects.get().state == "acknowledged"

    def test_lost_between_page_and_write_is_refused_by_the_write(self, alert, lead, at):
        Membership.objects.filter(pk=lead.pk).update(role="front_desk")
        with pytest.raises(MayNotAnswer):
            acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="mail")
