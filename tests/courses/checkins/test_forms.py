"""The patient's form."""

from __future__ import annotations

import uuid

import pytest
from crispy_forms.utils import render_crispy_form

from courses.checkins.forms import CheckInForm
from courses.models import RedFlag

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry_of(clinic):
    """The answer that a form's values mean."""
    flags = list(RedFlag.objects.for_clinic(clinic).current().filter(asked="always"))

    def take(**values):
        form = CheckInForm(values, flags=flags)
        form.is_valid()
        return form.entry()

    return take


def test_score_alone(entry_of):
    key = uuid.uuid4()
    entry = entry_of(score="4", form_key=str(key))
    assert (entry.score, entry.flags, entry.form_key) == (4, (), key)


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_form_without_a_key_is_still_accepted(entry_of, key):
    assert entry_of(flag_trauma="on", form_key=key).form_key is not None


def test_zero_is_a_score(entry_of):
    assert entry_of(score="0").score == 0


def test_nothing_is_nothing(entry_of):
    entry = entry_of()
    assert (entry.score, entry.flags) == (None, ())


def test_tick_without_a_score_is_kept(entry_of):
    (ticked,) = entry_of(flag_trauma="on").flags
    assert (ticked.flag.code, ticked.answer) == ("trauma", "")


def test_tick_goes_before_none_of_these(entry_of):
    entry = entry_of(score="3", flag_trauma="on", no_red_flag="on")
    assert [ticked.flag.code for ticked in entry.flags] == ["trauma"]


def test_answer_without_its_tick_is_no_report(entry_of):
    assert entry_of(score="3", answer_swelling_neck="yes").flags == ()


def test_severe_pain_keeps_its_answer_though_it_was_not_ticked(entry_of):
    (ticked,) = entry_of(score="8", answer_severe_pain="usual").flags
    assert (ticked.flag.code, ticked.answer) == ("severe_pain", "usual")


def test_severe_pain_is_not_counted_twice(entry_of):
    assert len(entry_of(score="9", flag_severe_pain="on").flags) == 1


def test_every_question_that_follows_can_be_left_open(clinic):
    flags = list(RedFlag.objects.for_clinic(clinic).current())
    form = CheckInForm(flags=flags)
    asking = [flag for flag in flags if flag.follow_up]
    assert asking
    assert all(form.fields[f"answer_{flag.code}"].choices[0][0] == "" for flag in asking)


def test_nothing_is_chosen_beforehand(clinic):
    form = CheckInForm(flags=RedFlag.objects.for_clinic(clinic).current())
    assert "checked" not in render_crispy_form(form)
