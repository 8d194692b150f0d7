"""Two people open one row; each saves. Every model that somebody may change, found in the registry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Clinic, Duty, Holiday, Membership
from clinic.posting.stale_admin import MergesStalePages
from tests.posting.forms import StaffForm, is_typed
from tests.test_tenancy import TABLE, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
ROLES = ("manager", "lead", "practitioner", "front_desk")
BUSY = {"manager": "lead"}


@pytest.fixture
def browsers(cast, manager, clinic):  # noqa: F811
    """A browser for each role."""
    found = {}
    for role in ROLES:
        found[role] = Client()
        found[role].force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
    return found


def editable(browsers, rows) -> list[tuple[Any, str, str]]:  # noqa: F811
    """Every registered model with a change form, a role that may change it, and the form's address."""
    found = []
    for model, own in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        row = TABLE.get(f"admin:{name}_change")
        if row is None or not row.about:
            continue
        url = reverse(f"admin:{name}_change", args=[rows[row.about].pk])
        for role in ROLES:
            response = browsers[role].get(url)
            if response.status_code == 200 and response.context.get("adminform") and is_form(response):
                assert isinstance(own, MergesStalePages), model
                found.append((model, role, url))
                break
    return found


def is_form(response) -> bool:
    soup = BeautifulSoup(response.content, "html.parser")
    tag = soup.select_one(f"#{response.context['opts'].model_name}_form")
    return tag is not None and any(
        is_typed(one) for one in tag.select("input[name], select[name], textarea[name]")
    )


def opened(client: Client, url: str) -> dict[str, Any]:
    """The change form as in a browser."""
    response = client.get(url)
    soup = BeautifulSoup(response.content, "html.parser")
    tag = soup.select_one(f"#{response.context['opts'].model_name}_form")
    form = StaffForm("", url, url, "", tag, soup)
    return {name: values if len(values) != 1 else values[0] for name, values in form.values.items()}


def text_fields(values: dict[str, Any], url: str, client: Client) -> list[str]:
    """Names of fields that take free text and are neither keys nor codes."""
    soup = BeautifulSoup(client.get(url).content, "html.parser")
    names = [str(one["name"]) for one in soup.select(".form-row input[type=text], .form-row textarea")]
    return [name for name in names if name in values and name not in {"reason", "code", "tags", "zone"}]


def save(client: Client, url: str, values: dict[str, Any]):
    return client.post(url, {name: value for name, value in values.items() if name != "sent_key"})


def test_models_that_were_overwritten_are_in_the_table(browsers, rows):  # noqa: F811
    models = {model.__name__ for model, _role, _url in editable(browsers, rows)}
    for name in ("Clinic", "Membership", "Patient", "Duty", "Protocol", "Point", "AftercareMeasure", "Endpoint"):
        assert name in models, name


def test_a_stale_page_undoes_nothing_and_is_reported(browsers, rows):  # noqa: F811
    """Each row: one changes a field; the other saves an unchanged page, then one with the same field changed."""
    faults = {}
    for model, role, url in editable(browsers, rows):
        client = browsers[role]
        first, second, third = opened(client, url), opened(client, url), opened(client, url)
        assert first.get("opened"), model
        name, mine, theirs = another(model, first, url, client)
        if not name:
            faults[model.__name__] = "no field to change"
            continue
        response = save(client, url, {**first, name: mine})
        assert response.status_code == 302, (model, name, errors(response))
        after = opened(client, url)
        assert str(after[name]) == mine, (model, name)
        # Saved unchanged: the first change stays.
        untouched = save(client, url, second)
        if untouched.status_code != 302 or opened(client, url)[name] != after[name]:
            faults[model.__name__] = f"untouched page undid {name}: {untouched.status_code} {errors(untouched)}"
            continue
        # The same field: refused, with both values on the page.
        both = save(client, url, {**third, name: theirs})
        page = both.content.decode()
        if (
            both.status_code != 409
            or "while this page was open" not in page
            or opened(client, url)[name] != after[name]
        ):
            faults[model.__name__] = f"overwrote {name}: {both.status_code}"
            continue
        # Chosen on purpose, it is saved.
        again = BeautifulSoup(page, "html.parser").select_one("input[name=opened]")["value"]
        assert save(client, url, {**third, name: theirs, "opened": again}).status_code == 302, model
        assert str(opened(client, url)[name]) == theirs
    assert faults == {}


def another(model: Any, values: dict[str, Any], url: str, client: Client) -> tuple[str, str, str]:
    """A field of the form with two other valid values."""
    special = {
        Duty: ("ends_at", in_days(200), in_days(300)),
        Membership: ("licence_number", "L-77", "L-78"),
    }
    if model in special:
        return special[model]
    names = text_fields(values, url, client)
    for wanted in ("phone", "source", "name", "pinyin", "licence", "wording"):
        if wanted in names:
            return wanted, "One 1 23 45 67" if wanted != "phone" else "+49 30 1111111", "+49 30 2222222"
    return (names[0], "One", "Two") if names else ("", "", "")


def in_days(n: int) -> str:
    """Ten o'clock on a day to come, in a form's format."""
    return f"{timezone.localdate() + timedelta(days=n):%Y-%m-%d}T10:00"


def errors(response) -> Any:
    return (response.context or {}).get("errors", "")


def test_each_changes_another_field_and_both_survive(browsers, clinic, manager, lead):
    url = reverse("admin:clinic_clinic_change", args=[clinic.pk])
    client = browsers["manager"]
    first, second = opened(client, url), opened(client, url)
    assert save(client, url, {**first, "emergency_number": "110"}).status_code == 302
    response = client.post(url, {**second, "name": "Linden Clinic"}, follow=True)
    clinic.refresh_from_db()
    assert (clinic.emergency_number, clinic.name) == ("110", "Linden Clinic")
    assert "That value is kept." in response.content.decode()


def test_the_refusal_names_who_and_when(browsers, cast, clinic, manager):  # noqa: F811
    url = reverse("admin:clinic_clinic_change", args=[clinic.pk])
    stale = opened(browsers["manager"], url)
    save(browsers["manager"], url, {**opened(browsers["manager"], url), "phone": "+49 30 1111111"})
    page = save(browsers["manager"], url, {**stale, "phone": "+49 30 2222222"}).content.decode()
    soup = BeautifulSoup(page, "html.parser").get_text(" ", strip=True)
    assert (
        f"{manager.user.get_full_name()} changed Phone" in soup
        or "changed Telephone to" in soup
        or "changed" in soup
    )
    assert "+49 30 1111111" in soup
    assert "You entered “+49 30 2222222”" in soup


def test_must_be_supervised_is_not_undone(browsers, practitioner, lead):
    url = reverse("admin:clinic_membership_change", args=[practitioner.pk])
    client = browsers["manager"]
    stale = opened(client, url)
    save(client, url, {**opened(client, url), "is_supervised": "on", "supervisor": lead.pk})
    save(client, url, {**stale, "licence_number": "L-9"})
    practitioner.refresh_from_db()
    assert (practitioner.is_supervised, practitioner.supervisor, practitioner.licence_number) == (
        True,
        lead,
        "L-9",
    )


def test_a_removed_duty_is_offered_as_a_new_one(browsers, rows, lead):  # noqa: F811
    duty = rows["duty"]
    url = reverse("admin:clinic_duty_change", args=[duty.pk])
    stale = opened(browsers["lead"], url)
    browsers["manager"].post(reverse("admin:clinic_duty_delete", args=[duty.pk]), {"post": "yes"})
    response = save(browsers["lead"], url, {**stale, "ends_at": "2060-01-01T10:00"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "removed this at" in page
    again = BeautifulSoup(page, "html.parser").select_one("#duty_form")
    assert again.select_one("[name=ends_at]")["value"] == "2060-01-01T10:00"
    assert Duty.objects.count() == 0


class TestRows:
    """Inline forms on the clinic's page."""

    @pytest.fixture
    def page(self, browsers, clinic):
        self.row = Holiday.objects.create(clinic=clinic, on="2030-05-01", name="May Day")
        self.url, self.client = reverse("admin:clinic_clinic_change", args=[clinic.pk]), browsers["manager"]
        self.stale = opened(self.client, self.url)

    def key(self, name):
        return next(key for key in self.stale if key.endswith(f"-0-{name}") and "holiday" in key.lower())

    def test_a_row_removed_meanwhile_stays_removed(self, page, clinic):
        self.row.delete()
        assert save(self.client, self.url, {**self.stale, "name": "Other"}).status_code == 302
        assert Holiday.objects.count() == 0

    def test_a_row_changed_here_and_removed_there_is_asked_about(self, page, clinic):
        self.row.delete()
        response = save(self.client, self.url, {**self.stale, self.key("name"): "Labour Day"})
        assert response.status_code == 409
        assert "Somebody removed this row" in response.content.decode()
        assert "Labour Day" in response.content.decode()
        assert Holiday.objects.count() == 0
        soup = BeautifulSoup(response.content, "html.parser")
        form = StaffForm("", self.url, self.url, "", soup.select_one("#clinic_form"), soup)
        again = {name: values[0] if len(values) == 1 else values for name, values in form.values.items()}
        assert save(self.client, self.url, again).status_code == 302
        assert Holiday.objects.get().name == "Labour Day"

    def test_a_row_added_meanwhile_stays(self, page, clinic):
        Holiday.objects.create(clinic=clinic, on="2030-10-03", name="Unity")
        assert save(self.client, self.url, {**self.stale, self.key("name"): "Labour Day"}).status_code == 302
        assert sorted(Holiday.objects.values_list("name", flat=True)) == ["Labour Day", "Unity"]

    def test_a_row_both_changed_is_refused(self, page, clinic):
        Holiday.objects.update(name="First of May")
        response = save(self.client, self.url, {**self.stale, self.key("name"): "Labour Day"})
        assert response.status_code == 409
        assert "First of May" in response.content.decode()
        assert Holiday.objects.get().name == "First of May"


def test_clinic_of_a_stale_page_is_read_under_lock(browsers, clinic, django_assert_max_num_queries):
    url = reverse("admin:clinic_clinic_change", args=[clinic.pk])
    values = opened(browsers["manager"], url)
    with django_assert_max_num_queries(80) as captured:
        save(browsers["manager"], url, values)
    assert any("FOR NO KEY UPDATE" in query["sql"] and "clinic_clinic" in query["sql"] for query in captured)
    assert Clinic.objects.count() >= 1


@pytest.mark.parametrize("minute", ["", "T10:00"])
def test_times_shown_by_another_clock_are_refused(browsers, clinic, lead, manager, minute):
    """By the clinic's new clock they would be other moments; saved once more, they are accepted."""
    starts_at = timezone.now() + timedelta(days=3)
    duty = Duty.objects.create(
        clinic=clinic, member=lead, starts_at=starts_at, ends_at=starts_at + timedelta(days=1)
    )
    url, client = reverse("admin:clinic_duty_change", args=[duty.pk]), browsers["manager"]
    stale = opened(client, url)
    Clinic.objects.filter(pk=clinic.pk).update(zone="Asia/Tokyo")
    values = {**stale, "ends_at": f"{timezone.localdate() + timedelta(days=9)}{minute}"} if minute else stale
    response = save(client, url, values)
    assert response.status_code == 200
    assert "time zone was changed to Asia/Tokyo" in response.content.decode()
    duty.refresh_from_db()
    assert duty.starts_at == starts_at
    soup = BeautifulSoup(response.content, "html.parser")
    again = {
        name: soup.select_one(f"input[name={name}]")["value"] for name in ("starts_at-clock", "ends_at-clock")
    }
    assert set(again.values()) == {"Asia/Tokyo"}
    assert save(client, url, {**values, **again}).status_code == 302
