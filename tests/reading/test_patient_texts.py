"""Every text that a patient sees can be read at the age of 11 to 13: grade 8 at most."""

from __future__ import annotations

import pytest

from courses.reminders.planning import MESSAGE_KIND
from tests.reading.grade import grade, n_words, syllables
from tests.reading.texts import ROOT, templates, texts

# Grade 8, rounded.
LIMIT = 8.5
# A label has no sentence to grade: none of its words may be long.
FEWEST_WORDS, MOST_SYLLABLES = 4, 3
# Texts and words above the limit, each with the reason for keeping it.
ALLOWED = {
    "the emergency number (112 in Europe, 911 in North America)": "names of places",
    "See a doctor or an emergency department today.": "the name on the door; seven other short words",
    "Test patient: nobody is alerted.": "read by staff who try the page, never by a patient",
    "electro-acupuncture": "the name of the treatment",
    "moxibustion": "the name of the treatment",
}
ALL = sorted({(place, text) for place, text in texts() if text})


@pytest.mark.parametrize(
    ("place", "text"), [(place, text) for place, text in ALL if n_words(text) >= FEWEST_WORDS]
)
def test_text_is_easy_to_read(place, text):
    assert grade(text) <= LIMIT or text in ALLOWED, f"{place}: grade {grade(text):.1f}: {text}"


@pytest.mark.parametrize(("place", "text"), [(place, text) for place, text in ALL if n_words(text) < FEWEST_WORDS])
def test_label_has_no_long_word(place, text):
    long = [word for word in text.lower().split() if syllables(word.strip(".,?!:-")) > MOST_SYLLABLES]
    assert not [word for word in long if word.strip(".,?!:") not in ALLOWED], f"{place}: {text}"


def test_texts_are_found():
    """Otherwise nothing would be graded."""
    places = {place for place, _text in ALL}
    assert len(ALL) > 100
    assert {"templates/courses/checkins/thanks.html", "red flag dissection_5d3n", "question chest"} <= places
    assert "courses/alerts/messages/recipients.py" in places
    assert {"templates/emails/reminder_check_in.txt", "aftercare nsaid_gel"} <= places


def test_every_mail_to_patients_is_among_them():
    """Only reminders go to patients: their owner renders no other template."""
    source = (ROOT / "courses/reminders/mail.py").read_text(encoding="utf-8")
    assert MESSAGE_KIND == "reminder"
    named = {one.stem for one in templates() if one.parent.name == "emails"}
    assert named == {name for name in ("reminder_appointment", "reminder_check_in") if f'"{name}"' in source}


def test_nothing_is_allowed_that_is_not_said():
    said = " ".join(text for _place, text in ALL).lower()
    assert [one for one in ALLOWED if one.lower() not in said] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat on the mat.", -1.4),
        ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 11.3),
    ],
)
def test_grade_is_that_of_the_formula(text, expected):
    """Published examples of the formula."""
    assert grade(text) == pytest.approx(expected, abs=0.1)


def test_a_hard_text_would_fail():
    hard = (
        "Immunosuppression, intravenous drug use, tuberculosis, rheumatoid arthritis or previous cervical surgery"
    )
    assert grade(hard) > 15
