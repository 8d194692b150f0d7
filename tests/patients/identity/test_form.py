"""Names, birth dates, phones and addresses as people type them: understood, or refused by name."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.identity.birth import BadBirth, Birth, parse_birth
from patients.identity.form import PatientForm
from patients.identity.mistyped_addresses import meant_address
from patients.identity.names import BadName, clean_name, is_one_slip_apart
from patients.models import Patient
from tests.factories import PatientFactory, make_clinic

TODAY = date(2026, 3, 11)
NAMES = [
    "Łukasz", "Zoë", "O’Brien", "Anna-Lena", "Ольга", "Γιώργος", "مُحَمَّد", "שָׂרָה",
    "王小明", "さくら", "지훈", "अनिता", "สมชาย", "Ngọc", "می‌خواهم",
]  # fmt: skip


@pytest.fixture
def form(clinic):
    def make(instance=None, **values):
        contact = {"given_name": "Ana", "family_name": "Wren", "born_on": "3 Feb 1971", "language": "en", **values}
        made = PatientForm(contact, instance=instance)
        made.clinic = clinic
        return made

    return make


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_name_of_any_script_is_stored_as_typed(form, name):
    made = form(given_name=f"  {unicodedata.normalize('NFD', name)}  ")
    assert made.is_valid(), made.errors
    assert made.save(commit=False).given_name == unicodedata.normalize("NFC", name)


@given(st.text(max_size=40))
def test_name_is_cleaned_to_something_visible_or_refused(text):
    try:
        name = clean_name(text)
    except BadName:
        return
    assert name == clean_name(name) == " ".join(name.split())
    assert not {"\u200b", "\u202e", "\u2066", "\ufeff", "\x00", "\x1b"} & set(name)


@pytest.mark.django_db
@pytest.mark.parametrize("bad", ["An\x07na", "A\x00b", "12345", "---"])
def test_name_that_is_none_is_refused_by_its_field(form, bad):
    assert "Given name" in form(given_name=bad).errors["given_name"][0]


@pytest.mark.django_db
@pytest.mark.parametrize("names", [("Sukarno", ""), ("", "Sukarno")])
def test_one_name_is_enough(form, clinic, names):
    made = form(given_name=names[0], family_name=names[1])
    assert made.is_valid(), made.errors
    made.instance.clinic = clinic
    assert str(made.save()) == "Sukarno"


@pytest.mark.django_db
@pytest.mark.parametrize("blank", ["", "   ", "\u200b", "\u3000"])
def test_no_name_at_all_is_refused(form, blank):
    assert "Enter a name" in form(given_name=blank, family_name=blank).errors["family_name"][0]


DAYS = [
    "31 May 1980", "31. Mai 1980", "May 31, 1980", "31st May 1980", "31.05.1980", "31.5.1980",
    "31/05/1980", "31-5-1980", "1980-05-31", "1980/5/31", "19800531", "1980年5月31日", " 31  MAY  1980 ",
]  # fmt: skip


@pytest.mark.parametrize("text", DAYS)
def test_day_of_birth_in_any_notation(text):
    assert parse_birth(text, today=TODAY) == Birth(date(1980, 5, 31))


def test_strokes_are_read_by_the_country_and_points_never():
    assert parse_birth("05/06/1980", today=TODAY).on == date(1980, 6, 5)
    assert parse_birth("05/06/1980", today=TODAY, is_month_first=True).on == date(1980, 5, 6)
    assert parse_birth("05.06.1980", today=TODAY, is_month_first=True).on == date(1980, 6, 5)


@pytest.mark.parametrize(("text", "birth"), [("1950", Birth(year=1950)), ("unknown", Birth()), (" ? ", Birth())])
def test_year_alone_and_unknown_are_birth_dates(text, birth):
    assert parse_birth(text, today=TODAY) == birth


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31.02.1980", "day"), ("0000-01-01", "day"), ("1.1.2027", "future"), ("2027", "future"),
        ("1899", "early"),
        ("31.5.80", "form"), ("yesterday", "form"), ("31 Moi 1980", "form"), ("①.5.1980", "form"),
        ("9999", "future"), ("31/13/1980", "day"), ("1980", None),
    ],
)  # fmt: skip
def test_what_is_no_birth_date_is_refused_with_its_reason(text, why):
    if why is None:
        assert parse_birth(text, today=TODAY).year == 1980
        return
    with pytest.raises(BadBirth) as caught:
        parse_birth(text, today=TODAY)
    assert caught.value.why == why


@given(st.text(max_size=20))
def test_any_text_is_a_birth_date_or_refused(text):
    try:
        birth = parse_birth(text, today=TODAY)
    except BadBirth:
        return
    assert birth.known_year is None or 1900 <= birth.known_year <= 2026


@pytest.mark.django_db
def test_refused_birth_date_is_named(form):
    assert "“31.2.1980” is not in the calendar" in form(born_on="31.2.1980").errors["born_on"][0]
    assert "“unknown”" in form(born_on="").errors["born_on"][0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "on", "year"), [("1950", None, 1950), ("unknown", None, None), ("1.2.1950", date(1950, 2, 1), None)]
)
def test_birth_date_is_stored_as_far_as_it_is_known(form, clinic, typed, on, year):
    made = form(born_on=typed)
    made.instance.clinic = clinic
    saved = Patient.objects.get(pk=made.save().pk)
    assert (saved.born_on, saved.birth_year) == (on, year)


@pytest.mark.django_db
def test_page_opened_and_saved_again_changes_nothing(form, clinic):
    for birth in ({"born_on": None, "birth_year": 1950}, {"born_on": None}, {"born_on": date(1980, 5, 31)}):
        patient = PatientFactory(clinic=clinic, **birth)
        shown = PatientForm(instance=patient)["born_on"].value()
        typed = PatientForm().fields["born_on"].prepare_value(shown)
        made = form(
            instance=patient, given_name=patient.given_name, family_name=patient.family_name, born_on=typed
        )
        made.full_clean()
        assert made.identity == {}


PHONES = [
    "+49 30 23125 444", "0049 30 23125444", "030 23125444", "(030) 23125-444", "030/23125444", "030.23125.444",
    "+49 (0)30 23125444", "0 30 23 12 54 44", "+493023125444", "030\u00a023125444",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("phone", PHONES)
def test_phone_in_any_notation_is_taken_as_typed(form, phone):
    made = form(phone=phone)
    assert made.is_valid(), made.errors
    assert made.cleaned_data["phone"] == phone


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["7", "call mother", "030 23125444 (mother)", "+49", "0800-FLOWERS", "1" * 30])
def test_what_is_no_phone_is_refused_with_what_was_typed(form, phone):
    assert phone in form(phone=phone).errors["phone"][0]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ana@gmial.com", "ana@gmail.com"), ("ana@gmail.con", "ana@gmail.com"),
        ("ana@gmail.co", "ana@gmail.com"), ("ana@hotmial.com", "ana@hotmail.com"),
        ("ana@yaho.com", "ana@yahoo.com"),
        ("ana@gmial.con", "ana@gmail.com"),
        ("ana@clinic.con", "ana@clinic.com"), ("Ana@OUTLOOK.con", "ana@outlook.com"),
        ("ana@gmail.com", ""), ("ana@gmx.com", ""), ("ana@mail.com", ""), ("ana@example.org", ""),
        ("ana@nhs.uk", ""),
    ],
)  # fmt: skip
def test_address_one_slip_from_a_provider(typed, meant):
    assert meant_address(typed) == meant


@pytest.mark.django_db
def test_doubtful_address_is_asked_about_once(form):
    asked = form(email="ana@gmial.com")
    assert "Did you mean ana@gmail.com?" in asked.errors["is_email_right"][0]
    assert form(email="ana@gmial.com", is_email_right="on", shown_email="ana@gmial.com").is_valid()
    assert not form(email="ana@hotmial.com", is_email_right="on", shown_email="ana@gmial.com").is_valid()


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["ana@gmail", "ana@gmail.com,", "ana smith@gmail.com", "ana"])
def test_what_is_no_address_is_refused_with_what_was_typed(form, email):
    assert f"“{email}” is not an address" in form(email=email).errors["email"][0]


@pytest.mark.django_db
def test_address_of_somebody_else_names_them(form, clinic):
    PatientFactory(clinic=clinic, given_name="Ben", family_name="Wren", email="us@example.org")
    made = form(email="US@example.org", is_another_person="on")
    assert "Ben Wren, born 31 May 1980" in made.errors["is_email_right"][0]


@pytest.mark.django_db
def test_address_of_another_clinics_patient_is_nobodys_business(form):
    PatientFactory(clinic=make_clinic("Harbour"), email="us@example.org")
    assert form(email="us@example.org").is_valid()


@given(st.text("abcd", min_size=1, max_size=6), st.text("abcd", min_size=1, max_size=6))
def test_one_slip_is_a_matter_of_both(one, other):
    assert is_one_slip_apart(one, other) == is_one_slip_apart(other, one) == (_distance(one, other) <= 1)


def _distance(one: str, other: str) -> int:
    """The textbook distance: how many letters to change, add, remove or swap with the next."""
    rows = {(-1, -1): 0}
    for i in range(-1, len(one)):
        for j in range(-1, len(other)):
            if i == -1 or j == -1:
                rows[i, j] = max(i, j) + 1
                continue
            cost = int(one[i] != other[j])
            rows[i, j] = min(rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1] + cost)
            if i and j and one[i] == other[j - 1] and one[i - 1] == other[j]:
                rows[i, j] = min(rows[i, j], rows.get((i - 2, j - 2), 0) + 1)
    return rows[len(one) - 1, len(other) - 1]
