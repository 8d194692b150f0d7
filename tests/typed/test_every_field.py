"""Every number, date, time and name that a person types, on every page: read as meant, or refused in a sentence.

The fields are found by opening every address: a new field is in these tests without being listed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.test import Client

from clinic.typed.dates import EVER, DayField, MomentField
from clinic.typed.names import NameField
from clinic.typed.numbers import DecimalNumberField, FloatNumberField, WholeNumberField
from clinic.typed.text import without_unseen
from clinic.typed.times import ClockField
from patients.identity.fields import BirthField
from tests.test_tenancy import cast, rows  # noqa: F401 - fixtures
from tests.typed.shown import shown_fields

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
NUMBERS = (WholeNumberField, DecimalNumberField, FloatNumberField)
DATES = (DayField, MomentField)
STOCK = (
    *(forms.IntegerField, forms.FloatField, forms.DecimalField, forms.DurationField),
    *(forms.DateField, forms.DateTimeField, forms.TimeField, forms.SplitDateTimeField),
)
PICKERS = {"date": (DayField,), "datetime-local": (MomentField,), "time": (ClockField,)}
# Inputs of the browser that drop or change what is typed.
NEVER = {"number", "range", "month", "week"}
# A field is the name of a person if it is called one of these.
OF_A_PERSON = re.compile(r"(given|family|first|last)_name$|(written|diagnosed|signed)_by$|addressee$")
# The typed text, and its meaning: None is refused by every field, whatever its unit.
MEANT = {
    "1,5": Decimal("1.5"), "3.5": Decimal("3.5"), "7/10": Decimal(7), "6-7": None, "½": None, "①": None,
    "٣": Decimal(3), "1e3": None, " 7 ": Decimal(7), "7 cm": None, "-0": Decimal(0), "9" * 40: None,
    "NaN": None, "inf": None, "1,000": None, "seven": None, "1\u200b2": None,
}  # fmt: skip
IMPOSSIBLE = ("0001-01-01", "9999-12-31", "2026-02-30", "30 Feb 2026", "①.12.2026", "99999-01-01", "tomorrow")
UNSEEN = "\u200b\u202e\x00\u2066\ufeff\x07"


# The fields, found once for all tests that type into a field alone, because opening every address takes time.
FIELDS: dict[str, forms.Field] = {}


@pytest.fixture
def found(cast, rows, smtp):  # noqa: F811
    fields, pages = shown_fields(cast, rows)
    FIELDS.update(fields)
    return fields, pages


@pytest.fixture
def fields(request):
    if not FIELDS:
        request.getfixturevalue("found")
    return FIELDS


def test_every_shown_field_reads_what_is_typed(fields):
    wrong = {}
    for name, field in fields.items():
        kind = getattr(field.widget, "input_type", "")
        if isinstance(field, STOCK) and not isinstance(field, (*NUMBERS, *DATES, ClockField)):
            wrong[name] = type(field).__name__
        elif kind in NEVER or (kind in PICKERS and not isinstance(field, PICKERS[kind])):
            wrong[name] = kind
        elif isinstance(field, NUMBERS) and "inputmode" not in field.widget.attrs:
            wrong[name] = "no keyboard of digits"
        elif isinstance(field, DATES) and field.span is EVER:
            wrong[name] = "a date without a meaning"
        elif isinstance(field, forms.CharField) and OF_A_PERSON.search(name) and not isinstance(field, NameField):
            wrong[name] = "a name that is not cleaned"
    assert wrong == {}
    n_kinds = [sum(isinstance(one, kind) for one in fields.values()) for kind in (NUMBERS, DATES, NameField)]
    print(f"{len(fields)} fields: {n_kinds[0]} numbers, {n_kinds[1]} dates, {n_kinds[2]} names")
    assert min(n_kinds) > 3


def test_every_form_class_reads_what_is_typed():
    wrong = set()
    for kind in _below(forms.BaseForm):
        if kind.__module__.split(".")[0] not in {"clinic", "patients", "courses"}:
            continue
        for name, field in kind.base_fields.items():
            is_ours = isinstance(field, (*NUMBERS, *DATES, ClockField))
            if isinstance(field, STOCK) and not is_ours and not field.widget.is_hidden:
                wrong.add(f"{kind.__qualname__}.{name}")
            if OF_A_PERSON.search(name) and not isinstance(field, NameField):
                wrong.add(f"{kind.__qualname__}.{name}")
    assert wrong == set()


def test_no_template_or_script_makes_an_input_that_changes_what_is_typed():
    pattern = re.compile(rf'type=["\']?(?:{"|".join(NEVER | PICKERS.keys())})\b')
    places = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").rglob("*.js")]
    # The script of the dates and drafts looks for the pickers that the widgets made.
    wrong = [
        str(path.relative_to(ROOT))
        for path in places
        if pattern.search(re.sub(r"input\[type=[\w-]+\]", "", path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_every_number_is_read_as_meant_or_refused_in_a_sentence(fields):
    wrong, n_tried = [], 0
    for name, field in fields.items():
        if not isinstance(field, NUMBERS):
            continue
        for typed, meant in MEANT.items():
            n_tried += 1
            try:
                number = field.clean(typed)
            except ValidationError as refused:
                words = " ".join(refused.messages)
                if "Enter" not in words and "Use digits" not in words:
                    wrong.append((name, typed, words))
                continue
            is_of_scale = typed != "7/10" or field.reading.out_of == 10
            if meant is None or not is_of_scale or Decimal(str(number)) != meant:
                wrong.append((name, typed, number))
    print(f"{n_tried} numbers typed into {n_tried // len(MEANT)} fields")
    assert wrong == []


def test_every_date_refuses_impossible_days_and_names_its_limits(fields):
    wrong = []
    for name, field in fields.items():
        if not isinstance(field, (*DATES, BirthField)):
            continue
        for typed in IMPOSSIBLE:
            text = f"{typed}T10:00" if isinstance(field, MomentField) else typed
            try:
                wrong.append((name, typed, field.clean(text)))
            except ValidationError as refused:
                words = " ".join(refused.messages)
                if not re.search(r"Enter (?:a|the|it|31)|Check", words):
                    wrong.append((name, typed, words))
                if typed in IMPOSSIBLE[:2] and isinstance(field, DATES) and "Enter a date" not in words:
                    wrong.append((name, typed, words))
    assert wrong == []


def test_every_date_says_how_it_was_understood(fields):
    for name, field in fields.items():
        if isinstance(field, (*DATES, BirthField)):
            typed = "3 Dec 1980 10:00" if isinstance(field, MomentField) else "3 Dec 1980"
            assert "3 Dec 1980" in field.widget.render("on", typed).split("<output")[1], name


def test_signs_that_nobody_sees_reach_no_row(found, cast):  # noqa: F811
    _fields, pages = found
    broken, n_saved = [], 0
    client = Client(raise_request_exception=False)
    for form in pages:
        client.force_login(cast[form.role].user, backend="clinic.account.sign_in.MembershipBackend")
        text = {str(one["name"]) for one in form.controls if one.get("type", "text") in {"text", "search"}}
        text |= {str(one["name"]) for one in form.controls if one.name == "textarea"}
        sent = {
            name: [
                f"{value}{UNSEEN}A\u0308" if name in text and "inputmode" not in value else value
                for value in values
            ]
            for name, values in form.typed().items()
        }
        with transaction.atomic():
            answer = client.post(form.target, sent)
            if answer.status_code >= 500:
                broken.append((form.name, answer.status_code))
            n_saved += answer.status_code == 302
            broken += [(form.name, *one) for one in _unseen_in_rows()] if answer.status_code == 302 else []
            transaction.set_rollback(True)
    print(f"{len(pages)} forms sent with signs that nobody sees, {n_saved} of them saved")
    assert broken == []
    assert n_saved > 3


@pytest.mark.parametrize("raw", ["%EF%BF%BD", "%ED%A0%80", "%FF", "%C3"])
def test_a_name_whose_letters_were_lost_is_refused_by_name(raw, signed_in, front_desk):
    body = f"given_name=An{raw}na&family_name=Lee&born_on=1980-05-31&phone=%2B44+1632+960123&language=en"
    page = signed_in(front_desk).post(
        "/admin/patients/patient/add/", body, content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code == 200
    assert "Given name: “An\ufffd" in page.content.decode()


def test_every_text_refuses_a_letter_that_was_lost_and_names_the_field(fields):
    wrong, n_tried = [], 0
    for name, field in fields.items():
        if not isinstance(field, forms.CharField) or isinstance(field.widget, forms.PasswordInput):
            continue
        n_tried += 1
        try:
            wrong.append((name, field.clean("Ana \ufffd\ufffd b")))
        except ValidationError as refused:
            if "\ufffd" not in "".join(refused.messages):
                wrong.append((name, refused.messages))
    print(f"{n_tried} fields of text")
    assert wrong == []
    assert n_tried > 30


def test_pages_of_the_account_are_among_the_pages(found):
    fields, pages = found
    assert {"account", "account_login", "account_reset_password"} <= {page.name for page in pages}
    assert {"NameForm", "OwnAddressForm"} <= {name.split(".")[0] for name in fields}


def _unseen_in_rows():
    """Text columns with an invisible character."""
    for model in apps.get_models():
        if model._meta.app_label not in {"clinic", "patients", "courses"} or not model._meta.managed:
            continue
        columns = [
            column.name
            for column in model._meta.concrete_fields
            if isinstance(column, models.CharField | models.TextField)
        ]
        for row in model._default_manager.values_list(*columns) if columns else ():
            for column, value in zip(columns, row, strict=True):
                if isinstance(value, str) and without_unseen(value) != value and not value.startswith("{"):
                    yield f"{model.__name__}.{column}", value[:40]


def _below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)
