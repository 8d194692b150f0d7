"""The alert inbox and the page of one alert."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Duty
from courses.alerts.history import write_event
from courses.alerts.responding import acknowledge
from courses.alerts.steps import sweep
from courses.models import Alert, AlertEvent
from tests.factories import flag, log_run, log_visit
from tests.html import packed

pytestmark = pytest.mark.django_db

INBOX = "/admin/courses/alert/"


@pytest.fixture
def two(course, lead, manager):
    """A red flag and, raised after it, a pain alert."""
    now = timezone.now()
    course.starts_on = (now - timedelta(days=30)).date()
    course.save()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now - timedelta(days=3))
    log_visit(
        course,
        now - timedelta(minutes=5),
        before=3,
        after=3,
        flags=(flag(course.clinic, "cardiac"),),
        is_needled=False,
    )
    log_visit(course, now, before=4, after=9, is_needled=False)
    return Alert.objects.get(rule="red_flag"), Alert.objects.get(rule="pain")


def listed(client, query: str = "") -> list[str]:
    return [alert.rule for alert in client.get(INBOX + query).context["cl"].result_list]


def page(client, alert) -> str:
    return client.get(f"{INBOX}{alert.pk}/change/").content.decode()


def post(client, alert, what: str, **values):
    return client.post(f"{INBOX}{alert.pk}/{what}/", {"seen": 2**40, **values})


class TestInbox:
    def test_red_flag_comes_first(self, two, signed_in, lead):
        assert listed(signed_in(lead)) == ["red_flag", "pain"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?severity__exact=E0", ["red_flag"]),
            ("?show=acknowledged", ["red_flag"]),
            ("?show=open", ["pain"]),
            ("?show=resolved", []),
            ("?show=all", ["pain", "red_flag"]),
            ("?whose=mine", ["red_flag"]),
        ],
    )
    def test_is_filtered_by_state_severity_and_mine(self, two, signed_in, lead, query, found):
        acknowledge(two[0], by=lead, at=timezone.now(), seen=2**40, way="admin")
        assert listed(signed_in(lead), query) == found

    def test_mine_holds_the_open_ones_of_ones_own_patients(self, two, signed_in, practitioner):
        assert listed(signed_in(practitioner), "?whose=mine") == ["red_flag", "pain"]

    def test_says_who_is_on_it(self, two, signed_in, lead):
        client = signed_in(lead)
        assert "unassigned" in client.get(INBOX).content.decode()
        acknowledge(two[0], by=lead, at=timezone.now(), seen=2**40, way="admin")
        assert "acknowledged by Lead Tree" in client.get(INBOX).content.decode()

    def test_button_of_a_row_acknowledges_what_was_shown(self, two, signed_in, lead):
        client = signed_in(lead)
        row = client.get(INBOX).context["cl"].result_list[0]
        post(client, row, "acknowledge", seen=row.seen)
        assert Alert.objects.get(pk=row.pk).acknowledged_by == lead

    def test_button_shows_its_key_and_where_it_goes(self, two, signed_in, lead):
        html = signed_in(lead).get(INBOX).content.decode()
        assert f'formaction="{INBOX}{two[0].pk}/acknowledge/"' in html
        assert html.count('data-row-key="a"') == 2

    def test_empty_says_so(self, signed_in, lead):
        assert "No unresolved alerts." in signed_in(lead).get(INBOX).content.decode()

    def test_nothing_that_matches_shows_the_way_back(self, two, signed_in, lead):
        assert "Nothing matches" in signed_in(lead).get(INBOX + "?show=resolved").content.decode()

    def test_warns_leads_of_a_gap_in_the_rota(self, signed_in, lead, practitioner):
        now = timezone.now()
        Duty.objects.create(
            clinic=lead.clinic, member=lead, starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1)
        )
        for path in (INBOX, "/admin/"):
            assert "Nobody is on duty from" in signed_in(lead).get(path).content.decode()
            assert "Nobody is on duty from" not in signed_in(practitioner).get(path).content.decode()


class TestPage:
    def test_says_what_to_check_with_its_source(self, two, signed_in, lead):
        html = page(signed_in(lead), two[1])
        assert "Needle trauma: bruise" in html
        assert "Not signed off by a clinician yet:" in html

    def test_shows_the_calculation_with_odds_and_prior(self, two, signed_in, lead):
        html = page(signed_in(lead), two[1])
        assert "<dt>Observed</dt><dd>9</dd>" in packed(html)
        assert "Odds of this or higher" in html
        assert "1 in " in html
        assert "<dt>Prior</dt><dd>shipped: from published figures" in packed(html)

    def test_what_to_do_comes_before_what_happened(self, two, signed_in, lead):
        html = page(signed_in(lead), two[1])
        places = [html.index(text) for text in ('data-key="a"', "tel:", "What happened", "What to check")]
        assert places == sorted(places)

    def test_shows_the_session_it_speaks_of_beside_the_one_before(self, two, signed_in, lead):
        html = page(signed_in(lead), two[1])
        assert "This session and the one before" in html
        assert html.index("Session 6") < html.index("Session 4")

    def test_pain_shows_the_curve_and_a_red_flag_none(self, two, signed_in, lead):
        client = signed_in(lead)
        assert "Healing curve" in page(client, two[1])
        assert "Healing curve" not in page(client, two[0])

    def test_history_names_those_mailed_in_one_minute_in_one_line(self, two, signed_in, lead, practitioner):
        now = timezone.now()
        for member in (practitioner, lead):
            write_event(two[1], AlertEvent.Kind.SENT, at=now, member=member.pk)
        assert "email accepted: Practitioner Tree, Lead Tree" in page(signed_in(lead), two[1])

    def test_acknowledges_by_a_button_with_its_key(self, two, signed_in, lead):
        client = signed_in(lead)
        assert 'data-key="a"' in page(client, two[0])
        post(client, two[0], "acknowledge")
        assert Alert.objects.get(pk=two[0].pk).state == "acknowledged"

    def test_snoozes_pain_and_offers_it_for_no_red_flag(self, two, signed_in, lead):
        client = signed_in(lead)
        assert post(client, two[1], "snooze", hours=2, reason="She comes at noon.").status_code == 302
        assert Alert.objects.get(pk=two[1].pk).state == "snoozed"
        assert "Snooze for a while" not in page(client, two[0])
        assert post(client, two[0], "snooze", hours=2, reason="x").status_code == 422

    def test_lowers_a_level_after_contact(self, two, signed_in, lead):
        client = signed_in(lead)
        values = {"to": "E1", "reason": "Video.", "findings": "Walks well."}
        refused = post(client, two[0], "lower", **values)
        assert (refused.status_code, "Speak to the patient before" in refused.content.decode()) == (422, True)
        post(client, two[0], "lower", is_patient_reached="on", **values)
        assert Alert.objects.get(pk=two[0].pk).severity == "E1"

    def test_resolves_with_outcome_and_cause(self, two, signed_in, lead):
        client = signed_in(lead)
        post(client, two[1], "resolve", outcome="advised", cause="technique", note="Less depth.")
        alert = Alert.objects.get(pk=two[1].pk)
        assert (alert.outcome, alert.cause) == ("advised", "technique")
        assert "resolved: advised: technique: Less depth." in page(client, alert)

    def test_on_hold_asks_to_call_and_shows_the_way_back(self, two, signed_in, lead):
        html = page(signed_in(lead), two[0])
        assert "The course is on hold" in html
        assert "Resume course" in html

    def test_manager_may_not_resolve_nor_lower(self, two, signed_in, manager):
        client = signed_in(manager)
        assert [post(client, two[0], what).status_code for what in ("resolve", "lower")] == [403, 403]


class TestBanner:
    @pytest.fixture
    def exhausted(self, two):
        """Everybody was alerted to the red flag, and nobody answered."""
        for _n in range(60):
            alert = Alert.objects.get(pk=two[0].pk)
            if alert.exhausted_at:
                return alert
            sweep(at=alert.next_step_at)
        return pytest.fail("the chain never ended")

    @pytest.mark.parametrize("path", ["/admin/", INBOX, "/admin/courses/course/", "/admin/setup/"])
    def test_is_shown_on_every_page(self, exhausted, signed_in, practitioner, path):
        assert "Nobody is left on the contact list" in signed_in(practitioner).get(path).content.decode()

    def test_front_desk_sees_it_without_a_patient(self, exhausted, signed_in, front_desk):
        html = signed_in(front_desk).get("/admin/").content.decode()
        assert "Tell a practitioner or the lead in person now." in html
        assert exhausted.patient.family_name not in html

    def test_another_clinic_does_not(self, exhausted, signed_in, stranger):
        assert "Nobody is left on the contact list" not in signed_in(stranger).get("/admin/").content.decode()

    def test_goes_when_somebody_answers(self, exhausted, signed_in, lead):
        acknowledge(exhausted, by=lead, at=timezone.now(), seen=2**40, way="admin")
        assert "Nobody is left on the contact list" not in signed_in(lead).get("/admin/").content.decode()
