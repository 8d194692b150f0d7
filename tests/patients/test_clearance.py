"""May this patient be needled, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.clearance import Clearance, ClearanceVerdict, Reason, ReasonCode, clearance, effective_class
from patients.clearance_facts import CareFact, ClearanceFacts, LetterFact, PractitionerFact, TypeFact

ON = date(2026, 3, 11)
DAY = timedelta(days=1)
LICENSED = PractitionerFact(
    has_licence=True, licence_expires_on=date(2030, 1, 1), is_supervised=False, has_supervisor=False
)
CLEAR = ClearanceFacts(
    on=ON,
    diagnosed_on=ON - 10 * DAY,
    types=(TypeFact("axial", "A"),),
    has_consent=True,
    is_screened=True,
    practitioner=LICENSED,
)
RADICULAR, SYMPATHETIC = TypeFact("radiculopathy", "B"), TypeFact("sympathetic", "B")
CORD, ARTERY = TypeFact("myelopathy", "C"), TypeFact("vertebral_artery", "C")
MIXED = TypeFact("mixed", "A")
LETTER = LetterFact(ON - 5 * DAY)


def verdict(**changes: object) -> Clearance:
    return clearance(replace(CLEAR, **changes))  # type: ignore[arg-type]


def codes(**changes: object) -> list[str]:
    return [str(reason.code) for reason in verdict(**changes).reasons]


def test_complete_file_of_class_a_is_clear():
    found = clearance(CLEAR)
    assert (found.verdict, found.reasons, found.may_needle, found.may_book) == (
        ClearanceVerdict.CLEAR,
        (),
        True,
        True,
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"diagnosed_on": None}, "no_diagnosis"),
        ({"types": ()}, "no_type"),
        ({"types": (TypeFact("undiagnosed", "A"),)}, "no_type"),
        ({"has_consent": False}, "no_consent"),
        ({"is_screened": False}, "no_screening"),
        ({"blocking_items": ("Cannot consent",)}, "contraindicated"),
        ({"care": CareFact(open_levels=("E1",))}, "open_red_flag"),
        ({"care": CareFact(is_on_hold=True)}, "on_hold"),
        ({"care": CareFact(withdrawn_on=ON - DAY)}, "withdrawn"),
        ({"care": CareFact(is_review_missing=True)}, "review_missing"),
        ({"types": (CORD,)}, "cord_without_letter"),
        ({"types": (ARTERY,)}, "specialist_missing"),
        ({"types": (ARTERY,), "letter": LetterFact(ON - 9 * DAY, ON - DAY)}, "letter_expired"),
        ({"types": (MIXED, TypeFact("axial", "A"))}, "mixed_unnamed"),
        ({"types": (TypeFact("axial", "A", has_vertigo=True),)}, "vertigo_unexplained"),
        ({"types": (RADICULAR,), "checked_on": ON, "is_check_worse": True}, "check_worse"),
        ({"practitioner": replace(LICENSED, has_licence=False)}, "licence_missing"),
        ({"practitioner": replace(LICENSED, licence_expires_on=ON - DAY)}, "licence_expired"),
        ({"practitioner": replace(LICENSED, is_supervised=True)}, "supervisor_missing"),
    ],
)
def test_one_problem_blocks_and_is_named(changes, code):
    assert codes(**changes) == [code]
    assert verdict(**changes).verdict == ClearanceVerdict.BLOCKED
    assert not verdict(**changes).may_book


@pytest.mark.parametrize(
    ("code", "is_overridable"),
    [
        (ReasonCode.NO_DIAGNOSIS, False),
        (ReasonCode.NO_CONSENT, False),
        (ReasonCode.OPEN_RED_FLAG, False),
        (ReasonCode.ON_HOLD, False),
        (ReasonCode.CORD_WITHOUT_LETTER, False),
        (ReasonCode.WITHDRAWN, False),
        (ReasonCode.LICENCE_EXPIRED, False),
        (ReasonCode.SUPERVISOR_MISSING, False),
        (ReasonCode.SPECIALIST_MISSING, True),
        (ReasonCode.LETTER_EXPIRED, True),
        (ReasonCode.MIXED_UNNAMED, True),
        (ReasonCode.VERTIGO_UNEXPLAINED, True),
        (ReasonCode.PLAN_NOT_SPECIALISED, True),
        (ReasonCode.REVIEW_MISSING, True),
        (ReasonCode.NO_SCREENING, True),
        (ReasonCode.CONTRAINDICATED, True),
        (ReasonCode.CHECK_OVERDUE, True),
        (ReasonCode.CHECK_WORSE, True),
    ],
)
def test_what_a_lead_may_set_aside(code, is_overridable):
    assert Reason(code).is_overridable is is_overridable


def test_one_reason_beyond_overriding_bars_all():
    assert verdict(is_screened=False).is_overridable
    assert not verdict(is_screened=False, has_consent=False).is_overridable


def test_every_reason_is_given_at_once():
    found = codes(diagnosed_on=None, has_consent=False, is_screened=False, care=CareFact(is_on_hold=True))
    assert found == ["no_diagnosis", "no_consent", "on_hold", "no_screening"]


def test_open_flags_are_named_once_each():
    reason = verdict(care=CareFact(open_levels=("E1", "E0", "E1"))).reasons[0]
    assert reason.detail == "E0, E1"


class TestClassB:
    def test_needs_a_check_at_the_start(self):
        found = verdict(types=(RADICULAR,))
        assert (found.verdict, found.may_needle, found.may_book) == (ClearanceVerdict.AFTER_CHECK, False, True)
        assert codes(types=(RADICULAR,)) == ["check_missing"]

    @pytest.mark.parametrize(("n_sessions", "found"), [(0, []), (3, []), (4, ["check_overdue"])])
    def test_needs_another_after_four_sessions(self, n_sessions, found):
        care = CareFact(n_sessions_since_check=n_sessions)
        assert codes(types=(RADICULAR,), checked_on=ON - 9 * DAY, care=care) == found

    def test_overdue_check_can_be_made_on_the_day(self):
        care = CareFact(n_sessions_since_check=6)
        found = verdict(types=(SYMPATHETIC,), checked_on=ON - 9 * DAY, care=care)
        assert (found.verdict, found.may_book) == (ClearanceVerdict.AFTER_CHECK, True)

    def test_worse_check_blocks_even_when_it_is_recent(self):
        found = verdict(types=(RADICULAR,), checked_on=ON, is_check_worse=True)
        assert (found.verdict, found.may_book) == (ClearanceVerdict.BLOCKED, False)

    def test_class_a_needs_no_check(self):
        assert codes(care=CareFact(n_sessions_since_check=30)) == []

    def test_another_problem_beside_a_due_check_blocks(self):
        assert verdict(types=(RADICULAR,), has_consent=False).verdict == ClearanceVerdict.BLOCKED


class TestMixed:
    @pytest.mark.parametrize("others", [(), (RADICULAR,), (RADICULAR, TypeFact("undiagnosed", "B"))])
    def test_without_two_named_parts_is_class_c(self, others):
        types = (MIXED, *others)
        assert "mixed_unnamed" in codes(types=types, checked_on=ON)
        assert effective_class(replace(CLEAR, types=types)) == "C"

    def test_takes_the_strictest_part(self):
        types = (MIXED, TypeFact("axial", "A"), RADICULAR)
        assert effective_class(replace(CLEAR, types=types)) == "B"
        assert codes(types=types, checked_on=ON) == []

    def test_with_a_cord_part_needs_the_letter(self):
        assert codes(types=(MIXED, RADICULAR, CORD)) == ["cord_without_letter"]

    def test_working_and_confirmed_types_count_alike(self):
        assert effective_class(replace(CLEAR, types=(TypeFact("axial", "A"), ARTERY))) == "C"


class TestVertigo:
    def test_with_any_type_is_class_c_until_explained(self):
        types = (TypeFact("strain", "A", has_vertigo=True),)
        assert effective_class(replace(CLEAR, types=types)) == "C"
        assert codes(types=types) == ["vertigo_unexplained"]

    def test_explained_leaves_the_class_of_the_type(self):
        types = (TypeFact("sympathetic", "B", has_vertigo=True),)
        assert codes(types=types, is_vertigo_explained=True, checked_on=ON) == []


class TestPlanOfMixedWithVertigo:
    TYPES = (MIXED, TypeFact("axial", "A"), TypeFact("sympathetic", "B", has_vertigo=True))

    @pytest.mark.parametrize(
        ("is_specialised", "found"), [(True, []), (False, ["plan_not_specialised"]), (None, [])]
    )
    def test_must_be_the_specialised_one_where_there_is_a_plan(self, is_specialised, found):
        care = CareFact(is_plan_specialised=is_specialised)
        assert codes(types=self.TYPES, is_vertigo_explained=True, checked_on=ON, care=care) == found

    def test_is_asked_of_two_types_though_nobody_said_mixed(self):
        care = CareFact(is_plan_specialised=False)
        assert codes(types=self.TYPES[1:], is_vertigo_explained=True, checked_on=ON, care=care) == [
            "plan_not_specialised"
        ]

    @pytest.mark.parametrize(
        "types", [(TypeFact("strain", "A", has_vertigo=True),), (MIXED, TypeFact("axial", "A"), RADICULAR)]
    )
    def test_is_free_without_both(self, types):
        care = CareFact(is_plan_specialised=False)
        assert codes(types=types, is_vertigo_explained=True, checked_on=ON, care=care) == []


class TestSpecialist:
    @pytest.mark.parametrize("kind", [CORD, ARTERY])
    def test_letter_clears_class_c(self, kind):
        assert codes(types=(kind,), letter=LETTER) == []

    @pytest.mark.parametrize(("expires_on", "is_clear"), [(ON, True), (ON - DAY, False)])
    def test_letter_holds_on_its_last_day(self, expires_on, is_clear):
        letter = LetterFact(ON - 9 * DAY, expires_on)
        assert verdict(types=(ARTERY,), letter=letter).may_needle is is_clear

    def test_cord_type_with_an_expired_letter_is_never_overridden(self):
        letter = LetterFact(ON - 9 * DAY, ON - DAY)
        found = verdict(types=(CORD,), letter=letter)
        assert [reason.code for reason in found.reasons] == [ReasonCode.CORD_WITHOUT_LETTER]
        assert not found.is_overridable

    def test_scope_of_the_letter_is_the_scope_of_the_verdict(self):
        letter = replace(LETTER, scope="no needling of the neck")
        assert verdict(types=(CORD,), letter=letter).scope == "no needling of the neck"

    def test_limits_pass_through_without_blocking(self):
        found = verdict(limits=("electro", "pregnancy"))
        assert (found.verdict, found.limits) == (ClearanceVerdict.CLEAR, ("electro", "pregnancy"))


class TestWithdrawal:
    @pytest.mark.parametrize(("written_on", "found"), [(-1, ["withdrawn"]), (0, ["withdrawn"]), (1, [])])
    def test_only_a_letter_dated_after_the_report_restores(self, written_on, found):
        withdrawn_on = ON - 5 * DAY
        letter = LetterFact(withdrawn_on + written_on * DAY)
        assert codes(care=CareFact(withdrawn_on=withdrawn_on), letter=letter) == found

    def test_letter_dated_after_but_expired_does_not_restore(self):
        letter = LetterFact(ON - 4 * DAY, expires_on=ON - DAY)
        assert not verdict(care=CareFact(withdrawn_on=ON - 5 * DAY), letter=letter).may_needle

    def test_cord_type_added_later_withdraws_an_older_letter(self):
        cord = replace(CORD, is_added_later=True, starts_on=ON - 3 * DAY)
        types = (RADICULAR, cord)
        assert "withdrawn" in codes(types=types, checked_on=ON, letter=LetterFact(ON - 4 * DAY))
        assert codes(types=types, checked_on=ON, letter=LetterFact(ON - 2 * DAY)) == []

    def test_cord_type_held_from_the_start_withdraws_nothing(self):
        assert codes(types=(replace(CORD, starts_on=ON - 3 * DAY),), letter=LETTER) == []

    def test_the_later_of_report_and_cord_type_counts(self):
        cord = replace(CORD, is_added_later=True, starts_on=ON - 3 * DAY)
        care = CareFact(withdrawn_on=ON - 5 * DAY)
        reason = verdict(types=(RADICULAR, cord), checked_on=ON, care=care).reasons[0]
        assert (reason.code, reason.detail) == (ReasonCode.WITHDRAWN, "2026-03-08")


class TestPractitioner:
    def test_is_not_asked_where_none_is_named(self):
        assert codes(practitioner=None) == []

    @pytest.mark.parametrize(("expires_on", "found"), [(ON, []), (ON - DAY, ["licence_expired"]), (None, [])])
    def test_licence_holds_on_its_last_day(self, expires_on, found):
        assert codes(practitioner=replace(LICENSED, licence_expires_on=expires_on)) == found

    def test_supervised_with_a_supervisor_may_needle(self):
        assert codes(practitioner=replace(LICENSED, is_supervised=True, has_supervisor=True)) == []


DAYS = st.integers(-30, 30).map(lambda n: ON + n * DAY)
TYPES = st.sampled_from(
    [
        TypeFact("axial", "A"),
        RADICULAR,
        SYMPATHETIC,
        CORD,
        ARTERY,
        MIXED,
        TypeFact("undiagnosed", "B"),
        TypeFact("strain", "A", has_vertigo=True),
        TypeFact("myelopathy", "C", is_added_later=True, starts_on=ON - 3 * DAY),
    ]
)
FACTS = st.builds(
    ClearanceFacts,
    on=st.just(ON),
    diagnosed_on=st.none() | st.just(ON - 10 * DAY),
    types=st.lists(TYPES, max_size=3).map(tuple),
    is_vertigo_explained=st.booleans(),
    letter=st.none() | st.builds(LetterFact, DAYS, st.none() | DAYS),
    has_consent=st.booleans(),
    is_screened=st.booleans(),
    blocking_items=st.lists(st.just("Epilepsy"), max_size=1).map(tuple),
    checked_on=st.none() | st.just(ON - 2 * DAY),
    is_check_worse=st.booleans(),
    care=st.builds(
        CareFact,
        open_levels=st.lists(st.sampled_from(["E0", "E1", "E2"]), max_size=2).map(tuple),
        is_on_hold=st.booleans(),
        withdrawn_on=st.none() | DAYS,
        is_plan_specialised=st.none() | st.booleans(),
        is_review_missing=st.booleans(),
        n_sessions_since_check=st.integers(0, 8),
    ),
    practitioner=st.none()
    | st.builds(PractitionerFact, st.booleans(), st.none() | DAYS, st.booleans(), st.booleans()),
)
PROBLEMS = st.sampled_from(
    [
        lambda facts: replace(facts, diagnosed_on=None),
        lambda facts: replace(facts, has_consent=False),
        lambda facts: replace(facts, is_screened=False),
        lambda facts: replace(facts, blocking_items=(*facts.blocking_items, "Pacemaker")),
        lambda facts: replace(facts, letter=None),
        lambda facts: replace(facts, checked_on=None, is_check_worse=False),
        lambda facts: replace(facts, is_vertigo_explained=False),
        lambda facts: replace(facts, types=(*facts.types, ARTERY)) if MIXED not in facts.types else facts,
        lambda facts: replace(facts, types=(*facts.types, MIXED)),
        lambda facts: replace(facts, care=replace(facts.care, open_levels=(*facts.care.open_levels, "E0"))),
        lambda facts: replace(facts, care=replace(facts.care, is_on_hold=True)),
        lambda facts: replace(facts, care=replace(facts.care, is_review_missing=True)),
        lambda facts: replace(facts, care=replace(facts.care, is_plan_specialised=False)),
        lambda facts: replace(facts, care=replace(facts.care, withdrawn_on=ON + 40 * DAY)),
        lambda facts: replace(facts, care=replace(facts.care, n_sessions_since_check=9)),
        lambda facts: replace(facts, practitioner=PractitionerFact(False, None, True, False)),
    ]
)


@given(FACTS, PROBLEMS)
def test_blocked_never_becomes_clear_by_another_problem(facts, add_problem):
    before, after = clearance(facts), clearance(add_problem(facts))
    assert before.may_needle or not after.may_needle


@given(FACTS)
def test_verdict_follows_from_the_reasons(facts):
    found = clearance(facts)
    assert found.may_needle is (not found.reasons)
    assert (found.verdict is ClearanceVerdict.AFTER_CHECK) is (bool(found.reasons) and found.may_book)


@given(FACTS)
def test_nobody_is_needled_without_diagnosis_type_and_consent(facts):
    if clearance(facts).may_needle:
        assert facts.diagnosed_on is not None
        assert facts.has_consent
        assert {fact.code for fact in facts.types} - {"undiagnosed"}
        assert not facts.care.open_levels
        assert not facts.care.is_on_hold


@given(FACTS)
def test_nobody_of_class_c_is_needled_without_a_valid_letter(facts):
    if clearance(facts).may_needle and effective_class(facts) == "C":
        assert facts.letter is not None
        assert facts.letter.expires_on is None or facts.letter.expires_on >= ON
