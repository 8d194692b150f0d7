"""What needs sign-off is found from the code: a new table or file of shipped text is tested without a name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from clinic.access import ROLE_PERMISSIONS
from clinic.models import SignOffEvent
from clinic.signing import content
from clinic.signing.content import LEFT_OUT, NEEDS, kinds, piece_of, rows_of, signed_models
from clinic.signing.ledger import comment_on, history, may_sign, open_count, sign, states_of
from clinic.signing.screens import SignedContentAdmin
from courses.alerts.policy import Wait
from courses.models import AftercareMeasure, Point, Protocol, RedFlag
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
MODELS = signed_models()
VERSIONED = [model for model in MODELS if content.has_field(model, "replaced_at")]
PLAIN = [model for model in MODELS if model not in VERSIONED]
FILES = sorted([*ROOT.glob("courses/data/*.json"), *ROOT.glob("patients/data/*.json")])


def pieces(clinic):
    return [one for kind in kinds() for one in states_of(clinic, kind)]


def shown(clinic):
    return {one.piece.name: one.piece.digest for one in pieces(clinic) if one.needs and not one.piece.is_open}


def test_every_table_with_a_sign_off_is_a_group_and_has_rows_from_the_start(clinic):
    labels = {kind.label for kind in kinds()}
    assert len(MODELS) >= 10
    for model in MODELS:
        assert model._meta.label_lower in labels
        assert rows_of(model, clinic).exists(), model


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_that_waits_for_sign_off_is_on_the_page(clinic, path):
    """In a table or as a text: by the words of its first row that waits."""
    data = json.loads(path.read_text(encoding="utf-8"))
    waiting = data["rows"] if data.get(NEEDS) else [row for row in data["rows"] if row.get(NEEDS)]
    if not waiting:
        return
    on_page = "\n".join(json.dumps(one.piece.said, ensure_ascii=False) for one in pieces(clinic))
    for row in waiting:
        words = [row.get(name) for name in ("wording", "question", "advice", "name", "source") if row.get(name)]
        assert any(json.dumps(one, ensure_ascii=False)[1:-1] in on_page for one in words), row


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_table_has_a_screen_on_which_nobody_signs_by_ticking_a_box(model, rf, lead):
    screen = site._registry[model]
    request = rf.get("/")
    request.user = lead.user
    request.user.active_membership = lead
    assert NEEDS not in screen.get_form(request).base_fields
    assert isinstance(screen, SignedContentAdmin)
    assert f"{model._meta.app_label}.change_{model._meta.model_name}" in ROLE_PERMISSIONS["lead"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_the_database_asks_for_sign_off_again_after_any_edit_and_for_nothing_else(clinic, model):
    row = rows_of(model, clinic).order_by("pk").first()
    same = model._default_manager.filter(pk=row.pk)
    texts = [
        one
        for one in model._meta.concrete_fields
        if one.name not in LEFT_OUT and isinstance(one, (models.CharField, models.TextField)) and not one.choices
    ]
    for one in texts:
        same.update(needs_sign_off=False)
        same.update(**{one.name: f"{getattr(row, one.name)}x"[: one.max_length]})
        assert same.get().needs_sign_off, one.name
    for name in ("position", "is_offered"):
        if content.has_field(model, name):
            same.update(needs_sign_off=False)
            same.update(**{name: not getattr(row, name) if name == "is_offered" else 99})
            assert not same.get().needs_sign_off, name


def test_the_digest_sees_every_column_that_the_trigger_sees(clinic):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'clinic_edited_needs_sign_off'")
        source = cursor.fetchone()[0]
    for name in LEFT_OUT:
        assert f"'{name}_id'" in source or f"'{name}'" in source


def test_points_of_a_plan_are_content(clinic, lead, at):
    plan = Protocol.objects.for_clinic(clinic).exclude(points=None)[0]
    before = piece_of(plan).digest
    plan.points.remove(plan.points.all()[0])
    assert piece_of(Protocol.objects.get(pk=plan.pk)).digest != before


def test_one_lead_signs_everything_at_once(clinic, lead, at):
    found = sign(clinic, shown(clinic), comment="Team meeting", by=lead, at=at)
    assert len(found.done) == sum(one.is_counted for one in pieces(clinic))
    assert [one.piece.name for one in pieces(clinic) if one.needs] == []
    assert SignOffEvent.objects.filter(action="signed", comment="Team meeting", by=lead).count() == len(found.done)
    for model in MODELS:
        assert open_count(clinic, model._meta.label_lower)[0] == 0


def test_nothing_that_is_not_complete_is_signed(clinic, lead, at):
    text = clinic.consent_texts.get()
    type(text).objects.filter(pk=text.pk).update(retention="")
    [now] = [one for one in pieces(clinic) if one.piece.kind == "patients.consenttext"]
    found = sign(clinic, {now.piece.name: now.piece.digest}, comment="", by=lead, at=at)
    assert (found.done, len(found.unfilled)) == ([], 1)


@pytest.mark.parametrize("role", ["practitioner", "manager", "front_desk"])
def test_only_a_lead_signs(clinic, role, at):
    member = factories.MembershipFactory(clinic=clinic, role=role, licence_number="L-1")
    with pytest.raises(PermissionDenied):
        sign(clinic, shown(clinic), comment="", by=member, at=at)


@pytest.mark.parametrize("change", [{"licence_number": ""}, {"licence_expires_on": "2026-03-10"}])
def test_a_lead_without_a_valid_licence_does_not_sign(clinic, lead, at, change):
    type(lead).objects.filter(pk=lead.pk).update(**change)
    lead.refresh_from_db()
    assert not may_sign(lead, on=clinic.local(at).date())
    with pytest.raises(PermissionDenied):
        sign(clinic, shown(clinic), comment="", by=lead, at=at)


def test_what_was_edited_meanwhile_is_not_signed_and_everything_else_is(clinic, lead, at):
    names = shown(clinic)
    point = Point.objects.for_clinic(clinic)[0]
    Point.objects.filter(pk=point.pk).update(advice="Never deeper than 5 mm")
    found = sign(clinic, names, comment="", by=lead, at=at)
    assert [one.piece.row for one in found.changed] == [point]
    assert len(found.done) == len(names) - 1
    point.refresh_from_db()
    assert point.needs_sign_off


def test_signed_before_by_somebody_else_is_said_and_not_signed_twice(clinic, lead, at):
    other = factories.MembershipFactory(clinic=clinic, role="lead")
    names = shown(clinic)
    sign(clinic, names, comment="", by=other, at=at)
    found = sign(clinic, names, comment="", by=lead, at=at)
    assert (found.done, len(found.before)) == ([], len(names))
    assert SignOffEvent.objects.filter(action="signed").count() == len(names)


def test_a_shipped_text_in_other_words_waits_again(clinic, lead, at, monkeypatch):
    sign(clinic, shown(clinic), comment="", by=lead, at=at)
    assert open_count(clinic, "text.review_questions")[0] == 0
    monkeypatch.setattr("courses.admin.signing.texts.SOURCE", "Another study")
    n, of = open_count(clinic, "text.review_questions")
    assert n == of > 0


def test_what_was_signed_in_one_language_is_signed_in_every_other(clinic, lead, at, monkeypatch):
    """Labels are translated; codes, numbers and the shipped words are not."""
    sign(clinic, shown(clinic), comment="", by=lead, at=at)
    before = {one.piece.name: one.piece for one in pieces(clinic)}
    own = translation._trans.gettext
    monkeypatch.setattr(
        translation._trans, "gettext", lambda words: own(words) if get_language() is None else f"«{words}»"
    )
    after = {one.piece.name: one.piece for one in pieces(clinic)}
    assert any(after[name].said != before[name].said for name in before if name.startswith("text."))
    assert {name: one.digest for name, one in after.items()} == {name: one.digest for name, one in before.items()}
    assert [one.piece.name for one in pieces(clinic) if one.needs] == []


def test_pieces_of_a_kind_have_different_digests(clinic):
    found = [(one.piece.kind, one.piece.digest) for one in pieces(clinic)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("kind", "where", "value"),
    [
        ("text.alert_times", "courses.admin.signing.texts.POLICIES", "another first wait"),
        ("text.prior", "courses.admin.signing.texts.SHIPPED_PRIOR", "another noise"),
        ("text.review_questions", "courses.admin.signing.texts.QUESTIONS", "other words"),
    ],
)
def test_other_content_of_a_shipped_text_waits_again(clinic, lead, at, monkeypatch, kind, where, value):
    sign(clinic, shown(clinic), comment="", by=lead, at=at)
    assert open_count(clinic, kind)[0] == 0
    now = import_string(where)
    other = {
        "another first wait": lambda: {k: replace(one, first=Wait(7)) for k, one in now.items()},
        "another noise": lambda: replace(now, noise=now.noise + 0.1),
        "other words": lambda: {code: f"{words} Really?" for code, words in now.items()},
    }[value]()
    monkeypatch.setattr(where, other)
    n, of = open_count(clinic, kind)
    assert n == of > 0


def test_another_clinic_is_another_matter(clinic, lead, stranger, at):
    sign(clinic, shown(clinic), comment="", by=lead, at=at)
    assert not any(one.signed for one in pieces(stranger.clinic))
    assert RedFlag.objects.for_clinic(stranger.clinic).filter(needs_sign_off=True).count() == 30


def test_a_comment_is_kept_for_good(clinic, practitioner, at):
    piece = piece_of(AftercareMeasure.objects.for_clinic(clinic)[0])
    comment_on(piece, "Ask about allergies.", by=practitioner, at=at)
    [event] = history(clinic, piece)
    assert (event.action, event.comment, event.by) == ("commented", "Ask about allergies.", practitioner)
    with pytest.raises(Exception, match="never changed"):
        SignOffEvent.objects.filter(pk=event.pk).update(comment="x")


def test_the_page_of_every_piece_opens(signed_in, lead, clinic):
    client = signed_in(lead)
    for one in pieces(clinic)[::7]:
        url = reverse("admin:clinic_signoffevent_piece", args=[one.piece.kind, one.piece.code])
        assert client.get(url).status_code == 200, url
