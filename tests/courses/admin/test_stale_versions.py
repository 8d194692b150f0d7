"""A page of a new version that was opened before somebody else made one: each keeps what they changed."""

from __future__ import annotations

from itertools import permutations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.signing.content import piece_of
from clinic.signing.ledger import history
from courses.flag_list.versions import FlagWords, change_flag
from courses.models import RedFlag, RedFlagProposal
from patients.consent_texts import write_text
from patients.models import ConsentText
from tests import factories
from tests.posting.forms import StaffForm

pytestmark = pytest.mark.django_db
PAGE = "/admin/clinic/signoffevent/"
# Each field of the form with another value than the shipped one.
CHANGES = {
    "wording": "New weakness",
    "level": "E1",
    "follow_up": "How fast?",
    "words_0": "Within an hour",
    "level_0": "E1",
    "words_1": "Over weeks",
    "level_1": "E0",
}
OTHERS = {**CHANGES, "level": "C", "level_0": "C", "level_1": "C"}


def browser(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="clinic.account.sign_in.MembershipBackend")
    return client


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def text(response) -> str:
    return " ".join(soup(response).get_text(" ", strip=True).split())


def form_of(response) -> dict[str, str]:
    page = soup(response)
    values = StaffForm("", "", "", "", page.select_one("#content form[method=post]"), page).values
    # A browser sends the ends of lines like this.
    return {name: "\r\n".join(one[0].splitlines()) for name, one in values.items() if name != "sent_key"}


def in_force(clinic, code):
    return RedFlag.objects.for_clinic(clinic).current().select_related("clinic").get(code=code)


@pytest.fixture
def other(clinic):
    return factories.MembershipFactory(clinic=clinic, role="lead", user__username="other")


def made_by_two(flag, field, value):
    """A version as two people would have made it."""
    columns = {name: getattr(flag, name) for name in ("clinic", "code", "topic", "asked", "position", "source")}
    columns |= {name: getattr(flag, name) for name in ("wording", "level", "follow_up")}
    answers = [dict(one) for one in flag.follow_up_levels]
    name, _bar, place = field.partition("_")
    if place in {"0", "1"}:
        answers[int(place)][{"words": "wording", "level": "level"}[name]] = value
    else:
        columns[field] = value
    RedFlag.objects.filter(pk=flag.pk).update(replaced_at=timezone.now())
    return RedFlag.objects.create(**columns, version=flag.version + 1, follow_up_levels=answers)


class TestRedFlag:
    @pytest.fixture
    def url(self, clinic):
        return reverse("admin:courses_redflag_new_version", args=[in_force(clinic, "limb_weakness_new").pk])

    def test_every_field_is_in_this_table(self, lead, url):
        names = form_of(browser(lead).get(url)).keys() - {"version", "reason", "form_of", "opened"}
        assert names == CHANGES.keys()

    @pytest.mark.parametrize(("theirs", "mine"), [*permutations(CHANGES, 2)])
    def test_what_only_one_changed_is_kept_on_both_sides(self, clinic, lead, url, theirs, mine):
        client = browser(lead)
        opened = form_of(client.get(url))
        made_by_two(in_force(clinic, "limb_weakness_new"), theirs, CHANGES[theirs])
        response = client.post(url, {**opened, mine: CHANGES[mine], "reason": "clearer"})
        assert response.status_code == 409
        back = form_of(response)
        assert {name: back[name] for name in CHANGES} == {
            **{name: opened[name] for name in CHANGES},
            theirs: CHANGES[theirs],
            mine: CHANGES[mine],
        }
        assert "That value is kept." in text(response)

    @pytest.mark.parametrize("field", CHANGES)
    def test_what_both_changed_is_asked(self, clinic, lead, url, field):
        client = browser(lead)
        opened = form_of(client.get(url))
        theirs = CHANGES[field] if field.startswith("level") else f"Theirs: {field}"
        made_by_two(in_force(clinic, "limb_weakness_new"), field, theirs)
        response = client.post(url, {**opened, field: OTHERS[field], "reason": "clearer"})
        assert response.status_code == 409
        assert form_of(response)[field] == OTHERS[field]
        assert "Save again to keep yours." in text(response)

    def test_a_raise_is_not_undone_by_other_words(self, clinic, lead, other):
        flag = in_force(clinic, "pain_72h")
        url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
        client = browser(lead)
        opened = form_of(client.get(url))
        change_flag(flag, FlagWords(flag.wording, "E1", "", [], "seen twice"), by=other, at=timezone.now())
        response = client.post(url, {**opened, "wording": "Worse for three days", "reason": "shorter"})
        assert response.status_code == 409
        assert in_force(clinic, "pain_72h").version == 2
        assert client.post(url, form_of(response)).status_code == 302
        now = in_force(clinic, "pain_72h")
        assert (now.version, now.wording, now.level) == (3, "Worse for three days", "E1")

    def test_other_words_are_not_undone_by_a_raise(self, clinic, lead, other):
        flag = in_force(clinic, "pain_72h")
        url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
        client = browser(lead)
        opened = form_of(client.get(url))
        words = FlagWords("Worse for three days", flag.level, "", [], "shorter")
        change_flag(flag, words, by=other, at=timezone.now())
        response = client.post(url, {**opened, "level": "E1", "reason": "seen twice"})
        assert response.status_code == 409
        assert client.post(url, form_of(response)).status_code == 302
        now = in_force(clinic, "pain_72h")
        assert (now.version, now.wording, now.level) == (3, "Worse for three days", "E1")

    def test_several_versions_made_meanwhile_count_as_one_change(self, clinic, lead, other):
        flag = in_force(clinic, "pain_72h")
        url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
        client = browser(lead)
        opened = form_of(client.get(url))
        at = timezone.now()
        second = change_flag(flag, FlagWords(flag.wording, "E1", "", [], "seen twice"), by=other, at=at)
        change_flag(second, FlagWords("Worse for days", "E1", "", [], "shorter"), by=other, at=at)
        response = client.post(url, {**opened, "level": "E2", "reason": "milder"})
        assert response.status_code == 409
        assert form_of(response)["wording"] == "Worse for days"
        assert "→ Worse for days" in text(response)
        assert "E1: doctor today" in text(response)

    def test_a_version_made_while_this_one_is_being_saved(self, clinic, lead, other, monkeypatch):
        flag = in_force(clinic, "pain_72h")
        url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
        client = browser(lead)
        opened = form_of(client.get(url))

        def overtaken(current, words, *, by, at):
            monkeypatch.undo()
            change_flag(current, FlagWords(current.wording, "E1", "", [], "seen twice"), by=other, at=at)
            return change_flag(current, words, by=by, at=at)

        monkeypatch.setattr("courses.admin.signing.versions.change_flag", overtaken)
        response = client.post(url, {**opened, "wording": "Worse for three days", "reason": "shorter"})
        assert response.status_code == 409
        assert (form_of(response)["wording"], form_of(response)["level"]) == ("Worse for three days", "E1")

    def test_a_version_that_never_was_is_no_way_around(self, clinic, lead):
        flag = in_force(clinic, "pain_72h")
        url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
        client = browser(lead)
        opened = form_of(client.get(url))
        for version, status in (("9", 409), ("0", 409), ("2.0", 409), ("", 422), ("x", 422)):
            typed = {**opened, "version": version, "wording": "Other words", "reason": "shorter"}
            response = client.post(url, typed)
            assert response.status_code == status
            assert form_of(response)["wording"] == "Other words"
        assert in_force(clinic, "pain_72h") == flag


class TestConsentText:
    CHANGES = {"retention": "9 years", "body": "\r\nMine."}

    @pytest.fixture
    def row(self, clinic):
        row = ConsentText.objects.get(clinic=clinic)
        assert "\n" in row.body
        return row

    @pytest.mark.parametrize("mine", CHANGES)
    def test_what_only_one_changed_is_kept_on_both_sides(self, clinic, lead, other, row, mine):
        client, url = browser(lead), reverse("admin:patients_consenttext_new_version", args=[row.pk])
        opened = form_of(client.get(url))
        body, retention = row.body, row.retention
        if mine == "body":
            retention = "8 years"
            typed = {**opened, "body": f"{opened['body']}\r\nMine."}
        else:
            body = f"{row.body}\nTheirs."
            typed = {**opened, "retention": "9 years"}
        write_text(row, body=body, retention=retention, by=other, at=timezone.now())
        response = client.post(url, typed)
        assert response.status_code == 409
        assert ConsentText.objects.filter(clinic=clinic).count() == 2
        assert client.post(url, form_of(response)).status_code == 302
        now = ConsentText.objects.for_clinic(clinic).current().get()
        expected = ("8 years", f"{row.body}\nMine.") if mine == "body" else ("9 years", f"{row.body}\nTheirs.")
        assert (now.version, now.retention, now.body) == (3, *expected)

    @pytest.mark.parametrize("field", CHANGES)
    def test_what_both_changed_is_asked(self, lead, other, row, field):
        client, url = browser(lead), reverse("admin:patients_consenttext_new_version", args=[row.pk])
        opened = form_of(client.get(url))
        theirs = {"body": row.body, "retention": row.retention}
        theirs[field] = {"retention": "8 years", "body": f"{row.body}\nTheirs."}[field]
        write_text(row, **theirs, by=other, at=timezone.now())
        mine = self.CHANGES[field] if field == "retention" else f"{opened[field]}\r\nMine."
        response = client.post(url, {**opened, field: mine})
        assert response.status_code == 409
        assert form_of(response)[field] == mine
        assert f"{other} changed this as well" in text(response)

    def test_a_version_made_while_this_one_is_being_saved(self, clinic, lead, other, row, monkeypatch):
        client, url = browser(lead), reverse("admin:patients_consenttext_new_version", args=[row.pk])
        opened = form_of(client.get(url))

        def overtaken(text, **values):
            monkeypatch.undo()
            write_text(text, **{**values, "by": other, "retention": "8 years"})
            return write_text(text, **values)

        monkeypatch.setattr("patients.screens.consent_text_admin.write_text", overtaken)
        response = client.post(url, {**opened, "retention": "9 years"})
        assert response.status_code == 409
        assert f"{other} changed this as well, to “8 years”" in text(response)
        assert ConsentText.objects.filter(clinic=clinic).count() == 2


class TestSettling:
    @pytest.fixture
    def proposal(self, clinic, lead):
        flag = in_force(clinic, "cardiac")
        return change_flag(flag, FlagWords(flag.wording, "E1", "", [], "because"), by=lead, at=timezone.now())

    @pytest.mark.parametrize("sent", [{}, {"confirm_later": "1"}, {"reason": "x"}])
    def test_only_the_button_confirms(self, clinic, practitioner, proposal, sent):
        url = reverse("admin:courses_redflag_settle", args=[proposal.pk])
        response = browser(practitioner).post(url, sent, follow=True)
        assert "Nothing was changed." in text(response)
        assert RedFlagProposal.objects.get().outcome == ""
        assert in_force(clinic, "cardiac").level == "E0"

    def test_who_withdraws_says_nothing_of_their_own(self, clinic, practitioner, proposal):
        url = reverse("admin:courses_redflag_settle", args=[proposal.pk])
        assert browser(practitioner).post(url, {"withdraw": "1"}).status_code == 302
        event = history(clinic, piece_of(in_force(clinic, "cardiac"))).filter(action="withdrawn").get()
        assert (event.by, event.comment) == (practitioner, "")


class TestWhoIsOffered:
    @pytest.mark.parametrize("who", ["lead", "unlicensed", "practitioner", "manager", "front_desk"])
    def test_every_edit_that_is_offered_opens(self, request, clinic, lead, who):
        """One of each kind, on the page and on the piece's own page."""
        if who == "unlicensed":
            member = factories.MembershipFactory(clinic=clinic, role="lead", licence_number="")
        else:
            member = request.getfixturevalue(who)
        client = browser(member)
        page = soup(client.get(PAGE))
        links = [a["href"] for a in page.select("a[href]") if "back=sign-off" in a["href"]]
        by_kind = {link.split("/")[3]: link for link in links}
        assert ("redflag" in by_kind) is (who == "lead")
        assert bool(by_kind) is (who in {"lead", "unlicensed"})
        for link in by_kind.values():
            assert client.get(link, follow=True).status_code == 200, link
        about = soup(client.get(reverse("admin:clinic_signoffevent_piece", args=["courses.redflag", "cardiac"])))
        own = [a for a in about.select("a[href]") if "back=sign-off" in a["href"]]
        assert bool(own) is (who == "lead")

    def test_queries_do_not_grow_with_the_signers(self, clinic, lead):
        client, counts = browser(lead), []
        client.get(PAGE)
        for _round in range(2):
            for licence in ("L-2", ""):
                factories.MembershipFactory.create_batch(3, clinic=clinic, role="lead", licence_number=licence)
            with CaptureQueriesContext(connection) as found:
                client.get(PAGE)
            counts.append(len(found))
        assert counts[0] == counts[1]
