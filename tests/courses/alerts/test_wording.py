"""Alerts in sentences."""

from __future__ import annotations

import pytest

from clinic.models import Clinic
from courses.alerts.wording import event_words, finding_words, flag_wordings, member_names
from courses.models import Alert, AlertEvent
from courses.rules.facts import Finding, Severity
from courses.rules.pain import RULE_NAMES
from tests.courses.rules.making import expects, pain
from tests.factories import flag, log_visit

FLAGS = {"trauma": "Fall, crash or blow to the neck"}
RULES = ["beyond_bounds", "plain_rise", "still_worse", "lasting", "drift", "ceiling"]
RULES += ["off_course", "lapsed", "unanswered"]


@pytest.mark.parametrize("rule", [*RULES, "needled_without_clearance"])
def test_every_finding_is_a_sentence(rule):
    evidence = {
        **pain(7, before=4, expected=expects()).evidence(),
        "days": 9,
        "because": "no_consent",
        "asked": "2026-03-11",
    }
    words = finding_words(Finding(rule, 1, Severity.AMBER, evidence).as_json(), flags={})
    assert words != rule
    assert words.endswith(".")
    assert "%" not in words


def test_finding_shows_its_calculation():
    evidence = pain(7, before=4, expected=expects(4.2)).evidence()
    words = finding_words(Finding("beyond_bounds", 1, Severity.RED, evidence).as_json(), flags={})
    assert (
        "Observed 7, before the session 4, expected 4.2 (2 to 6), about 1 in 8; Prior shipped, 6 scores." in words
    )


def test_lasting_says_since_when_how_far_and_how_rare():
    evidence = {
        **pain(6, expected=expects(4.2)).evidence(),
        "since_session": 7,
        "n_since": 3,
        "above": 2.1,
        "lasting_one_in": 187.0,
    }
    words = finding_words(Finding("lasting", 1, Severity.AMBER, evidence).as_json(), flags={})
    assert words.startswith(
        "Since session 7: about 2 points higher than expected. By chance alone: about 1 in 190."
    )
    alone = {**evidence, "since_session": None}
    words = finding_words(Finding("lasting", 1, Severity.AMBER, alone).as_json(), flags={})
    assert words.startswith("Last 3 scores: about 2 points higher")


def test_finding_without_a_curve_says_what_was_seen():
    words = finding_words(Finding("plain_rise", 1, Severity.RED, pain(9).evidence()).as_json(), flags={})
    assert words == "Fixed rule. Observed 9."


@pytest.mark.parametrize("because", ["rise_in_session", "first_ten", "high_and_rising"])
def test_plain_rise_says_what_rose(because):
    words = finding_words(Finding("plain_rise", 1, Severity.RED, {"because": because}).as_json(), flags={})
    assert words.startswith("Fixed rule: ")
    assert because not in words


@pytest.mark.parametrize(("one_in", "words"), [(8.4, "1 in 8;"), (64.2, "1 in 64;"), (928.0, "1 in 930;")])
def test_odds_are_said_no_finer_than_they_are_known(one_in, words):
    evidence = {**pain(9, expected=expects()).evidence(), "one_in": one_in}
    assert words in finding_words(Finding("drift", 1, Severity.AMBER, evidence).as_json(), flags={})


def test_bounds_are_named_where_a_clinic_set_its_own():
    evidence = {**pain(9).evidence(), "bounds": "v3"}
    assert "bounds v3" in finding_words(Finding("drift", 1, Severity.AMBER, evidence).as_json(), flags={})


def test_red_flag_is_said_in_the_clinics_words():
    finding = Finding("red_flag", 1, Severity.E1, {"flag": "trauma", "answer": ""}).as_json()
    assert finding_words(finding, flags=FLAGS) == FLAGS["trauma"]
    assert finding_words(finding, flags={}) == "trauma"


def test_event_says_outcome_and_note():
    event = AlertEvent(kind="resolved", detail={"outcome": "referred", "note": "Seen by the GP."})
    assert event_words(event, names={}) == "resolved: referred: Seen by the GP."


def test_event_says_whom_it_is_about_and_which_step():
    assert (
        event_words(AlertEvent(kind="sent", detail={"member": 3}), names={3: "Lars Larch"})
        == "email accepted: Lars Larch"
    )
    assert (
        event_words(AlertEvent(kind="escalated", detail={"step": "duty_lead"}), names={}) == "escalated: duty lead"
    )


def test_event_says_from_what_to_what_and_why():
    detail = {"old": "E0", "new": "E1", "note": "Seen on video.", "findings_by_phone": "Walks well."}
    event = AlertEvent(kind="level_lowered", detail=detail)
    assert event_words(event, names={}) == "level lowered: E0 → E1: Seen on video.: Walks well."


def test_event_says_until_when_in_the_clinics_time():
    event = AlertEvent(
        kind="snoozed", clinic=Clinic(zone="Asia/Tokyo"), detail={"until": "2026-03-11T10:00:00+00:00"}
    )
    assert event_words(event, names={}) == "snoozed: until 11 Mar, 19:00"


def test_event_without_words_is_its_kind():
    assert event_words(AlertEvent(kind="repeated"), names={}) == "reminder"


@pytest.mark.django_db
def test_names_are_those_in_the_events(practitioner, lead):
    events = [AlertEvent(detail={"member": lead.pk}), AlertEvent(detail={}), AlertEvent(detail={"member": 0})]
    assert member_names(events) == {lead.pk: "Lead Tree"}


@pytest.mark.django_db
def test_wordings_are_those_in_force(clinic, at):
    clinic.red_flags.filter(code="trauma").update(replaced_at=at)
    clinic.red_flags.create(code="trauma", version=2, wording="A blow to the neck", level="E1")
    assert flag_wordings(Alert(clinic=clinic))["trauma"] == "A blow to the neck"


@pytest.mark.django_db
def test_an_alert_keeps_the_wording_that_was_answered(course, at):
    log_visit(course, at, flags=(flag(course.clinic, "trauma"),))
    alert = Alert.objects.get(flag_code="trauma")
    answered = flag_wordings(alert)["trauma"]
    course.clinic.red_flags.filter(code="trauma").update(replaced_at=at)
    course.clinic.red_flags.create(code="trauma", version=2, wording="A blow to the neck", level="E1")
    assert flag_wordings(alert)["trauma"] == answered != "A blow to the neck"


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_pain_rule_is_said_in_words(name):
    assert not finding_words(Finding(name, 1, Severity.RED, pain(9).evidence()).as_json(), flags={}).startswith(
        name
    )
