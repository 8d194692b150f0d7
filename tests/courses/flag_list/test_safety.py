"""Whatever is edited, signed, confirmed or withdrawn, and by whom: no level in force falls below the shipped one
unless two different people said so."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.signing.content import kinds
from clinic.signing.ledger import sign, states_of
from courses.flag_list.versions import (
    FlagWords,
    Overtaken,
    change_flag,
    confirm_proposal,
    levels_of,
    shipped_levels,
    withdraw_proposal,
)
from courses.models import RedFlag, RedFlagProposal
from courses.rules.facts import Severity
from courses.rules.second_person import FlagLevels, less_urgent, second_person_for
from tests import factories

pytestmark = pytest.mark.django_db
# With a follow-up question and without, of every shipped level, and the two with rules of their own.
CODES = ["cardiac", "limb_weakness_new", "severe_pain", "cancer_wtloss", "pain_72h", "burn_blister"]
LEVELS = ["E0", "E1", "E2", "C"]
PEOPLE = ["lead", "second_lead", "clinician", "supervised", "manager", "unlicensed_lead"]
WORDS = ["as it was", "other words"]

edits = st.tuples(
    st.just("edit"),
    st.sampled_from(PEOPLE),
    st.sampled_from(CODES),
    st.sampled_from(LEVELS),
    st.lists(st.sampled_from(LEVELS), min_size=3, max_size=3),
    st.sampled_from(WORDS),
    st.booleans(),
)
settles = st.tuples(st.sampled_from(["confirm", "withdraw"]), st.sampled_from(PEOPLE), st.sampled_from(CODES))
signs = st.tuples(st.just("sign"), st.sampled_from(PEOPLE))
answers = st.lists(
    st.tuples(st.sampled_from(["confirm", "confirm", "withdraw"]), st.sampled_from(PEOPLE)), max_size=4
)
# An edit and what people do with it, so that confirming meets a proposal often enough.
answered = st.tuples(edits, answers).map(lambda one: [one[0], *((what, who, one[0][2]) for what, who in one[1])])
rounds = st.lists(
    st.one_of(answered, settles.map(lambda one: [one]), signs.map(lambda one: [one])), min_size=1, max_size=6
)
steps = rounds.map(lambda parts: [step for part in parts for step in part])


@pytest.fixture
def people(clinic, lead, manager, practitioner):
    make = factories.MembershipFactory
    return {
        "lead": lead,
        "second_lead": make(clinic=clinic, role="lead"),
        "clinician": practitioner,
        "supervised": make(clinic=clinic, role="practitioner", is_supervised=True, supervisor=lead),
        "manager": manager,
        "unlicensed_lead": make(clinic=clinic, role="lead", licence_number=""),
    }


def levels(flag):
    return levels_of(flag.level, flag.follow_up, flag.follow_up_levels)


def in_force(clinic, code):
    return RedFlag.objects.for_clinic(clinic).current().select_related("clinic").get(code=code)


def is_backed_by_two(flag) -> bool:
    """A proposal with these very words, proposed by one person and confirmed by another."""
    row = (
        RedFlagProposal.objects.filter(made=flag, outcome="confirmed")
        .select_related("proposed_by", "settled_by")
        .first()
    )
    if row is None or row.proposed_by.user_id == row.settled_by.user_id:
        return False
    return (row.level, row.follow_up, row.follow_up_levels) == (flag.level, flag.follow_up, flag.follow_up_levels)


def assert_safe(clinic):
    for code in CODES:
        flag = in_force(clinic, code)
        if less_urgent(levels(flag), shipped_levels(clinic, code)):
            assert is_backed_by_two(flag), (code, flag.version)


def perform(clinic, people, step, at):
    what, who, *rest = step
    by = people[who]
    if what == "sign":
        shown = {
            one.piece.name: one.piece.digest
            for kind in kinds()
            if kind.label == "courses.redflag"
            for one in states_of(clinic, kind)
        }
        sign(clinic, shown, comment="", by=by, at=at)
    elif what == "edit":
        code, level, answer_levels, words, is_question_other = rest
        flag = in_force(clinic, code)
        answers = [
            {**one, "level": answer_levels[place], **({"wording": words} if words == "other words" else {})}
            for place, one in enumerate(flag.follow_up_levels)
        ]
        question = "Another question?" if is_question_other and answers else flag.follow_up
        wording = flag.wording if words == "as it was" else f"{flag.wording[:250]}, reworded"
        change_flag(flag, FlagWords(wording, level, question, answers, "because"), by=by, at=at)
    else:
        row = (
            RedFlagProposal.objects.for_clinic(clinic)
            .filter(code=rest[0])
            .select_related("proposed_by", "based_on", "clinic")
            .first()
        )
        if row is not None:
            (confirm_proposal if what == "confirm" else withdraw_proposal)(row, by=by, at=at)


def test_no_sequence_lowers_a_level_without_two_people(clinic, people, at):
    lowered, n_steps = 0, 0

    @settings(max_examples=150, deadline=None)
    @given(steps)
    def play(sequence):
        nonlocal lowered, n_steps
        with transaction.atomic():
            for place, step in enumerate(sequence):
                with suppress(PermissionDenied, ValidationError, Overtaken):
                    perform(clinic, people, step, at + timedelta(minutes=place))
                n_steps += 1
                assert_safe(clinic)
            lowered += RedFlagProposal.objects.for_clinic(clinic).filter(outcome="confirmed").count()
            transaction.set_rollback(True)

    play()
    assert n_steps > 150
    # Otherwise nothing was tried that could have gone wrong.
    assert lowered > 0


@pytest.mark.parametrize("code", CODES)
def test_one_person_never_lowers(clinic, lead, code, at):
    flag = in_force(clinic, code)
    lower = [{**one, "level": "C"} for one in flag.follow_up_levels]
    made = change_flag(
        flag, FlagWords(flag.wording + " now", "C", flag.follow_up, lower, "because"), by=lead, at=at
    )
    is_lower = bool(less_urgent(levels_of("C", "", lower), shipped_levels(clinic, code)))
    assert isinstance(made, RedFlagProposal) is is_lower
    assert (in_force(clinic, code).pk == flag.pk) is is_lower


def test_who_proposes_never_confirms(clinic, lead, people, at):
    flag = in_force(clinic, "cardiac")
    row = change_flag(flag, FlagWords(flag.wording, "E1", "", [], "because"), by=lead, at=at)
    for who in ("lead", "supervised", "manager", "unlicensed_lead"):
        with pytest.raises(PermissionDenied):
            confirm_proposal(row, by=people[who], at=at)
    made = confirm_proposal(row, by=people["clinician"], at=at)
    assert (made.level, made.version, in_force(clinic, "cardiac").pk) == ("E1", 2, made.pk)
    # Once: a second press makes no third version.
    with pytest.raises(Overtaken):
        confirm_proposal(row, by=people["second_lead"], at=at)


def test_somebody_of_another_clinic_confirms_nothing(clinic, lead, stranger, at):
    flag = in_force(clinic, "cardiac")
    row = change_flag(flag, FlagWords(flag.wording, "E1", "", [], "because"), by=lead, at=at)
    with pytest.raises(PermissionDenied):
        confirm_proposal(row, by=stranger, at=at)


def test_the_database_refuses_one_person_as_both(clinic, lead, at):
    flag = in_force(clinic, "cardiac")
    row = change_flag(flag, FlagWords(flag.wording, "E1", "", [], "because"), by=lead, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        RedFlagProposal.objects.filter(pk=row.pk).update(
            outcome="confirmed", settled_by=lead, settled_at=at, made=flag
        )


@pytest.mark.parametrize("change", [{"level": "C"}, {"follow_up_levels": []}])
def test_the_database_refuses_other_levels_in_a_version(clinic, change):
    with pytest.raises(IntegrityError, match="new version"), transaction.atomic():
        RedFlag.objects.for_clinic(clinic).filter(code="limb_weakness_new").update(**change)
        connection.check_constraints()


def test_swapped_answers_need_a_second_person(clinic, lead, at):
    """The levels stay, the words change places: “suddenly” would be the less urgent one."""
    flag = in_force(clinic, "limb_weakness_new")
    first, second = flag.follow_up_levels
    swapped = [{**first, "wording": second["wording"]}, {**second, "wording": first["wording"]}]
    made = change_flag(
        flag, FlagWords(flag.wording, flag.level, flag.follow_up, swapped, "clearer"), by=lead, at=at
    )
    assert isinstance(made, RedFlagProposal)


def test_a_raised_level_is_one_persons_to_decide(clinic, lead, at):
    flag = in_force(clinic, "pain_72h")
    made = change_flag(flag, FlagWords(flag.wording, "E1", "", [], "seen twice"), by=lead, at=at)
    assert isinstance(made, RedFlag)
    assert made.needs_sign_off


def test_a_proposal_is_overtaken_by_a_version_made_meanwhile(clinic, lead, people, at):
    flag = in_force(clinic, "cardiac")
    row = change_flag(flag, FlagWords(flag.wording, "E1", "", [], "because"), by=lead, at=at)
    change_flag(flag, FlagWords("Chest pressure", "E0", "", [], "shorter"), by=people["second_lead"], at=at)
    row.refresh_from_db()
    assert row.outcome == "overtaken"
    with pytest.raises(Overtaken):
        confirm_proposal(row, by=people["clinician"], at=at)


class TestTheRule:
    shipped = FlagLevels(Severity.E0)

    @pytest.mark.parametrize("level", ["E1", "E2", "C"])
    def test_less_is_less(self, level):
        assert second_person_for(FlagLevels(Severity(level)), self.shipped)

    def test_the_same_is_not_less(self):
        assert second_person_for(FlagLevels(Severity.E0, ""), self.shipped) == []
