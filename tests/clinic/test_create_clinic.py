"""Makes the first clinic of a real installation."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from clinic.models import Clinic, Membership, Message, User
from courses.models import Protocol, RedFlag
from patients.models import PainType
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def create(name="Linden Street", zone="Europe/Berlin", manager="mona.maple@example.org", **more) -> str:
    out = io.StringIO()
    call_command("create_clinic", name, zone=zone, manager=manager, stdout=out, **more)
    return out.getvalue()


def test_clinic_has_a_manager_who_is_invited():
    said = create()
    member = Membership.objects.get()
    assert (member.role, member.user.email) == ("manager", "mona.maple@example.org")
    assert Message.objects.get().kind == "staff_invitation"
    assert "Linden Street" in said
    assert member.user.username in said


def test_clinic_starts_with_its_presets():
    create()
    clinic = Clinic.objects.get()
    assert all(model.objects.for_clinic(clinic).exists() for model in (PainType, RedFlag, Protocol))


@pytest.mark.parametrize(
    ("zone", "more", "country", "number"),
    [
        ("Europe/London", {}, "GB", "999"),
        ("America/New_York", {}, "US", "911"),
        ("Australia/Sydney", {}, "AU", "000"),
        ("Europe/Berlin", {"country": "ch", "phone": "044 668 18 00"}, "CH", "144"),
    ],
)
def test_clinic_has_its_country_and_the_emergency_number_there(zone, more, country, number):
    create(zone=zone, **more)
    clinic = Clinic.objects.get()
    assert (clinic.country, clinic.emergency_number) == (country, number)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Mona Maple", ("Mona", "Maple")),
        ("Maple, Mona", ("Mona", "Maple")),
        ("  Mona   van der Maple ", ("Mona van der", "Maple")),
        ("van der Maple, Mona", ("Mona", "van der Maple")),
        ("王小明", ("", "王小明")),
        ("", ("", "")),
    ],
)
def test_manager_has_the_name_that_was_given(typed, names):
    create(manager_name=typed)
    user = Membership.objects.get().user
    assert (user.first_name, user.last_name) == names


def test_clinic_has_the_language_that_was_given():
    create(language="EN")
    assert Clinic.objects.get().languages == ["en"]


def test_username_is_taken_from_the_address_and_numbered_where_taken():
    UserFactory(username="monamaple", email="somebody@example.org")
    create()
    assert Membership.objects.get().user.username == "monamaple2"


def test_known_person_keeps_their_username():
    user = UserFactory(username="mona", email="mona.maple@example.org")
    create(manager="Mona.Maple@example.org")
    assert Membership.objects.get().user == user


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"zone": "Factory"}, "Factory"),
        ({"zone": "EST5EDT"}, "EST5EDT"),
        ({"zone": "Etc/GMT+1"}, "place"),
        ({"zone": "UTC"}, "UTC"),
        ({"country": "XX"}, "country"),
        ({"phone": "ask inside"}, "ask inside"),
        ({"manager": "nobody"}, "email"),
        ({"name": " "}, "name"),
        ({"language": "xx"}, "xx.* is not a language .*en"),
        ({"manager_name": "12 ??"}, "12 ??.* is not a name".replace("?", "[?]")),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing(values, words):
    with pytest.raises(CommandError, match=words):
        create(**values)
    assert not Clinic.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("name", "manager"),
    [("linden  street ", "MONA.maple@example.org"), ("Linden Street", "mona.maple@example.org")],
)
def test_same_name_for_the_same_owner_is_refused(name, manager):
    create()
    with pytest.raises(CommandError, match=r"already manages a clinic .*remove_clinic linden-street"):
        create(name=name, manager=manager)
    assert Clinic.objects.count() == 1


def test_owner_may_have_a_clinic_of_another_name():
    create()
    create(name="Harbour Street")
    assert Clinic.objects.count() == 2


def test_manager_must_be_named_where_nobody_can_be_asked():
    with pytest.raises(CommandError, match="--manager"):
        create(manager="")


def test_old_name_of_a_place_is_that_place():
    create(zone="Asia/Calcutta")
    assert (Clinic.objects.get().zone, Clinic.objects.get().country) == ("Asia/Kolkata", "IN")


def test_zone_of_another_country_is_said():
    err = io.StringIO()
    create(zone="Europe/Berlin", country="US", phone="+1 212 555 2368", stderr=err)
    assert "another country" in err.getvalue()


def test_what_follows_from_the_country_is_said():
    assert "United States. Time zone: America/Denver. Emergency number: 911" in create(zone="America/Denver")


def test_same_name_again_is_another_clinic_with_a_short_name_of_its_own():
    create()
    create(manager="other@example.org")
    assert list(Clinic.objects.order_by("pk").values_list("slug", flat=True)) == [
        "linden-street",
        "linden-street-2",
    ]


@pytest.mark.parametrize(
    "name", ["菩提针灸诊所", "The Acupuncture and Neck Pain Clinic of the Harbour District, Old Town"]
)
def test_any_name_of_a_clinic_will_do(name):
    create(name=name)
    assert Clinic.objects.get().name == name


def test_zone_is_that_of_a_country_with_one():
    create(zone="", country="jp")
    clinic = Clinic.objects.get()
    assert (clinic.zone, clinic.country, clinic.emergency_number) == ("Asia/Tokyo", "JP", "119")


@pytest.mark.parametrize(
    ("country", "words"), [("us", "America/New_York, .*Give one|Give one .*America/New_York"), ("", "--zone")]
)
def test_zone_that_cannot_be_known_is_asked_for(country, words):
    with pytest.raises(CommandError, match=words):
        create(zone="", country=country)
    assert not Clinic.objects.exists()


def test_empty_phone_is_refused():
    with pytest.raises(CommandError, match="phone"):
        create(phone=" ")
    assert not Clinic.objects.exists()


def test_phone_that_was_not_given_is_missed():
    err = io.StringIO()
    create(stderr=err)
    assert "no phone" in err.getvalue()


class TestOnATerminal:
    @pytest.fixture
    def typed(self, monkeypatch):
        """What somebody types, line by line; returns the questions."""
        questions: list[str] = []

        def type_in(*lines: str) -> list[str]:
            left = iter(lines)
            monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
            monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or next(left))
            return questions

        return type_in

    def test_zone_and_phone_are_asked_until_they_are_right(self, typed):
        questions = typed("Berlin", "America/Denver", "Mona Maple", "", "ask inside", "+1 212 555 2368")
        create(zone="", country="US")
        clinic = Clinic.objects.get()
        assert (clinic.zone, clinic.phone) == ("America/Denver", "+1 212 555 2368")
        assert len(questions) == 6

    def test_nothing_is_asked_that_was_given(self, typed):
        assert typed() == []
        create(phone="+49 30 23125 000", manager_name="Mona Maple")
        assert Clinic.objects.get().phone == "+49 30 23125 000"

    def test_everything_is_asked_that_was_not_given(self, typed):
        questions = typed(
            "Germany", "de", "Europe/Berlin", "nobody", "mona@example.org", "Mona Maple", "+49 30 23125 000"
        )
        create(zone="", manager="")
        clinic, member = Clinic.objects.get(), Membership.objects.get()
        assert (clinic.country, clinic.zone, clinic.emergency_number) == ("DE", "Europe/Berlin", "112")
        assert (member.user.email, str(member.user)) == ("mona@example.org", "Mona Maple")
        assert questions[0].startswith("Country")
        assert "Germany” is not a country" in questions[1]

    def test_no_input_asks_nothing(self, typed):
        assert typed() == []
        create(interactive=False)
        assert Clinic.objects.get().phone == ""
