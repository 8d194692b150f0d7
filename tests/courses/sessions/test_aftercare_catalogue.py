"""No measure of the shipped list is suggested to the wrong patient: each measure, each fact of an intake."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.presets import load_rows
from courses.models import AftercareMeasure
from courses.plans.course_state import PatientState
from courses.presets import DATA
from courses.sessions.aftercare import ADVICE, Measure, suggest
from courses.sessions.next_steps import patient_words
from courses.sessions.treatment_facts import UNDER, measure_of, treatment_facts
from patients.intake import record_screening
from patients.models import ScreeningItem
from tests.factories import log_visit

ROOT = Path(__file__).resolve().parents[3]
ROWS = load_rows(DATA / "aftercare_measures.json")
MEASURES = [measure_of(AftercareMeasure(**row)) for row in ROWS]
SCREENING = [row["code"] for row in load_rows(ROOT / "patients/data/screening_items.json")]
EVENTS = [row["code"] for row in load_rows(DATA / "adverse_events.json")]
DERIVED = ["no_moxa_consent", "elderly", "pregnancy_20", "pregnancy_30", *(f"under_{age}" for age in UNDER)]
FACTS = [*SCREENING, *EVENTS, *DERIVED]


def suggested(facts, measures=MEASURES):
    known = {code: code for code in facts}
    found = suggest(measures, conditions=known, is_flag_open=False)
    return [one for one in measures if one.code in found.suggested()]


def wrong(facts) -> list[str]:
    """Suggestions that are ruled out, or that need a doctor's agreement first."""
    chosen, facts = suggested(facts), set(facts)
    return [one.code for one in chosen if facts & {*one.blocked_by, *one.doctor_first_if}]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_every_measure_has_its_contraindications_as_data(row):
    codes = {*row["blocked_by"], *row["cautioned_by"], *row.get("doctor_first_if", [])}
    assert codes <= set(FACTS), codes - set(FACTS)
    assert row["way"] == ADVICE or row["blocked_by"]
    assert row["source"]
    assert row["needs_sign_off"]


@pytest.mark.parametrize("fact", FACTS)
def test_nothing_is_suggested_that_one_fact_speaks_against(fact):
    assert wrong([fact]) == []


def test_nothing_is_suggested_that_two_facts_speak_against():
    assert {pair: found for pair in combinations(FACTS, 2) if (found := wrong(pair))} == {}


@given(st.sets(st.sampled_from(FACTS)), st.permutations(MEASURES))
def test_nothing_is_suggested_that_any_facts_speak_against(facts, measures):
    """In any order of a clinic's list."""
    for one in suggested(facts, measures):
        assert not facts & {*one.blocked_by, *one.doctor_first_if}


@given(st.sets(st.sampled_from(FACTS)))
def test_pregnant_patients_are_never_pointed_to_the_gel(facts):
    assert "nsaid_gel" not in [one.code for one in suggested({*facts, "pregnancy"})]


def test_would_find_a_measure_that_knows_no_pregnancy():
    gel = Measure("gel", "skin", blocked_by=("nsaid_allergy",))
    assert suggested(["pregnancy"], [gel]) == [gel]


@pytest.mark.django_db
class TestPregnantPatient:
    @pytest.fixture
    def page(self, course, practitioner, signed_in, at, time_machine):
        time_machine.move_to(at, tick=False)
        items = ScreeningItem.objects.for_clinic(course.clinic).filter(code__in=["pregnancy", "no_sensation"])
        findings = {item: "12 weeks" if item.code == "pregnancy" else "" for item in items}
        record_screening(patient=course.patient, findings=findings, by=practitioner, at=at)
        return signed_in(practitioner).get(f"/admin/courses/course/{course.pk}/log/").content.decode()

    def test_form_says_whom_to_ask(self, page):
        gel = page.partition("Anti-inflammatory gel")[2].partition("</div>")[0]
        assert "Ask the doctor or midwife first:" in gel
        assert "suggested" not in gel

    def test_is_not_advised_to_use_it(self, page, course, practitioner, at):
        session = log_visit(course, at).session
        assert "gel:" not in " ".join(patient_words(session, list(session.scores.all()), at=at))

    def test_facts_reach_the_rule(self, page, course, at):
        assert "pregnancy" in treatment_facts(PatientState(course.patient), on=at.date()).conditions
