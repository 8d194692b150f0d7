"""Clearance in sentences."""

from __future__ import annotations

import pytest

from clinic.models import Membership, Role, User
from patients.clearance import Clearance, ClearanceVerdict, Reason, ReasonCode
from patients.wording import REASONS, VERDICTS, reason_text, reason_texts


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_is_a_sentence(code):
    words = reason_text(Reason(code, "its detail"))
    assert words[0].isupper()
    assert words.endswith(".")
    assert "%" not in words


def test_nothing_is_worded_that_does_not_exist():
    assert set(REASONS) == set(ReasonCode)
    assert set(VERDICTS) == set(ClearanceVerdict)


def test_detail_is_said():
    assert "E0, E1" in reason_text(Reason(ReasonCode.OPEN_RED_FLAG, "E0, E1"))


def test_percent_in_a_detail_stays_as_it_is():
    assert "withdrawn on 11 Mar 2026" in reason_text(Reason(ReasonCode.WITHDRAWN, "2026-03-11"))
    assert "50 % blocked" in reason_text(Reason(ReasonCode.CONTRAINDICATED, "50 % blocked"))


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.LEAD, Role.MANAGER])
def test_every_reason_of_a_verdict_is_said_to_those_who_may_read_it(role):
    reasons = (Reason(ReasonCode.NO_TYPE), Reason(ReasonCode.ON_HOLD))
    found = reason_texts(
        Clearance(ClearanceVerdict.BLOCKED, reasons, (), ""), to=Membership(role=role, user=User())
    )
    assert found == [reason_text(reason) for reason in reasons]


@pytest.mark.parametrize("code", ReasonCode)
def test_front_desk_reads_whom_to_ask_in_place_of_every_reason(code):
    blocked = Clearance(ClearanceVerdict.BLOCKED, (Reason(code, "its detail"),), (), "")
    anna = Membership(user=User(first_name="Anna", last_name="Lee"))
    desk = Membership(role=Role.FRONT_DESK, user=User())
    assert reason_texts(blocked, to=desk, ask=anna) == ["Needs a clinician: ask Anna Lee."]
    assert reason_texts(blocked, to=desk) == ["Needs a clinician: ask a practitioner."]


def test_nothing_in_the_way_is_nothing_to_ask_about():
    clear = Clearance(ClearanceVerdict.CLEAR, (), (), "")
    assert reason_texts(clear, to=Membership(role=Role.FRONT_DESK, user=User())) == []
