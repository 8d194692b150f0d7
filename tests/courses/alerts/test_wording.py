"""Alerts in sentences."""

from __future__ import annotations

import pytest

from courses.alerts.wording import checklist, event_words, finding_words, flag_wordings, member_names
from courses.models import Alert, AlertEvent
from courses.rules.facts import Finding, Severity
from tests.courses.rules.making import expects, pain

FLAGS = {"trauma": "Fall, crash or blow to the neck"}
RULES = ["beyond_bounds", "plain_rise", "still_worse", "drift", "ceiling", "off_course", "lapsed"]


@pytest.mark.parametrize("rule", Alert.Rule)
def test_every_alert_says_what_to_check(rule):
    lines = checklist(Alert(rule=rule))
    assert lines
    assert all(line.strip() for line in lines)


@pytest.mark.parametrize("rule", [*RULES, "needled_without_clearance"])
def test_every_finding_is_a_sentence(rule):
    evidence = {**pain(7, before=4, expected=expects()).evidence(), "days": 9, "because": "no_consent"}
    words = finding_words(Finding(rule, 1, Severity.AMBER, evidence).as_json(), flags={})
    assert words != rule
    assert words.endswith(".")
    assert "%" not in words


def test_finding_says_the_sum_it_rests_on():
    evidence = pain(7, before=4, expected=expects(4.2)).evidence()
    words = finding_words(Finding("beyond_bounds", 1, Severity.RED, evidence).as_json(), flags={})
    assert (
        "Observed 7, before the session 4, expected 4.2 (2 to 6), about 1 in 8; Prior shipped, 6 scores." in words
    )


def test_finding_without_a_curve_says_what_was_seen():
    words = finding_words(Finding("plain_rise", 1, Severity.RED, pain(9).evidence()).as_json(), flags={})
    assert words == "A plain rise. Observed 9."


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
        == "mail accepted: Lars Larch"
    )
    assert (
        event_words(AlertEvent(kind="escalated", detail={"step": "duty_lead"}), names={}) == "escalated: duty lead"
    )


def test_event_without_words_is_its_kind():
    assert event_words(AlertEvent(kind="repeated"), names={}) == "told again"


@pytest.mark.django_db
def test_names_are_those_of_whom_events_speak(practitioner, lead):
    events = [AlertEvent(detail={"member": lead.pk}), AlertEvent(detail={}), AlertEvent(detail={"member": 0})]
    assert member_names(events) == {lead.pk: "Lead Tree"}


@pytest.mark.django_db
def test_wordings_are_those_in_force(clinic, at):
    clinic.red_flags.filter(code="trauma").update(replaced_at=at)
    clinic.red_flags.create(code="trauma", version=2, wording="A blow to the neck", level="E1")
    assert flag_wordings(Alert(clinic=clinic))["trauma"] == "A blow to the neck"
