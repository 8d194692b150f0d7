"""The sign-off page as people use it: who sees what, stale pages, second sends, versions, the consent text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import SignOffEvent
from clinic.signing.content import kinds
from clinic.signing.ledger import states_of
from courses.admin.signing.versions import FlagForm
from courses.models import AdverseEventItem, Point, RedFlag, RedFlagProposal
from patients.consent_texts import write_text
from patients.models import Consent, ConsentText
from tests import factories
from tests.posting.forms import StaffForm

pytestmark = pytest.mark.django_db
PAGE, SIGN = "/admin/clinic/signoffevent/", "/admin/clinic/signoffevent/sign/"
TEMPLATES = Path(__file__).resolve().parents[3] / "templates"


def browser(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="clinic.account.sign_in.MembershipBackend")
    return client


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def text(response) -> str:
    return " ".join(soup(response).get_text(" ", strip=True).split())


def form_of(client, url=PAGE, where="form.sign-off"):
    page = soup(client.get(url))
    values = StaffForm("", url, url, "", page.select_one(where), page).values
    return {name: one if len(one) > 1 else one[0] for name, one in values.items()}


def count(page) -> tuple[int, int]:
    found = re.search(r"(\d+) of (\d+) signed off", page.select_one(".page-sub").get_text(" ", strip=True))
    return int(found[1]), int(found[2])


def all_groups(client):
    return [one["value"] for one in soup(client.get(PAGE)).select("input[name=group]")]


def test_every_piece_is_on_the_page_with_what_decides_it(clinic, lead):
    page = text(browser(lead).get(PAGE))
    for kind in kinds():
        for one in states_of(clinic, kind):
            for words in (one.piece.title, one.piece.effect, one.piece.source, one.piece.reasoning):
                assert " ".join(words.split()) in " ".join(page.split()), one.piece.name


def test_whole_groups_are_signed_without_a_script(clinic, lead):
    client = browser(lead)
    before = count(soup(client.get(PAGE)))
    values = form_of(client)
    response = client.post(SIGN, {**values, "group": all_groups(client), "comment": "Meeting"})
    assert response.status_code == 302
    assert count(soup(client.get(PAGE))) == (before[1], before[1])
    assert before[0] == 0
    assert SignOffEvent.objects.filter(action="signed", comment="Meeting", by=lead).count() == before[1]


def test_queries_do_not_grow_with_the_rows(clinic, lead, django_assert_max_num_queries):
    client = browser(lead)
    with django_assert_max_num_queries(90):
        client.get(PAGE)
    for number in range(40):
        AdverseEventItem.objects.create(clinic=clinic, code=f"x{number}", wording=f"x{number}", is_local=True)
    with django_assert_max_num_queries(90):
        client.get(PAGE)


@pytest.mark.parametrize("who", ["manager", "practitioner"])
def test_others_read_the_page_and_who_can_act(request, who, lead):
    member = request.getfixturevalue(who)
    unlicensed = factories.MembershipFactory(clinic=lead.clinic, role="lead", licence_number="")
    page = browser(member).get(PAGE)
    assert not soup(page).select("input[name=piece], input[name=group], form.sign-off button")
    assert f"Only a lead with a licence can sign off: {lead}." in text(page)
    assert str(unlicensed) in text(page)
    assert browser(member).post(SIGN, {}).status_code == 403


def test_a_lead_without_a_licence_reads_what_is_missing(lead):
    type(lead).objects.filter(pk=lead.pk).update(licence_number="")
    page = browser(lead).get(PAGE)
    assert "your licence must be on file" in text(page)
    assert not soup(page).select("input[name=piece]")
    assert browser(lead).post(SIGN, {"piece": "courses.redflag|cardiac|x"}).status_code == 403


def test_nothing_ticked_is_said_and_the_comment_stays(lead):
    response = browser(lead).post(SIGN, {"comment": "agreed"})
    assert response.status_code == 422
    assert soup(response).select_one("input[name=comment]")["value"] == "agreed"


def test_an_edit_made_meanwhile_is_shown_and_the_rest_is_signed(clinic, lead):
    other = factories.MembershipFactory(clinic=clinic, role="lead", user__username="other")
    client = browser(lead)
    values, groups = form_of(client), all_groups(client)
    point = Point.objects.for_clinic(clinic)[0]
    url = reverse("admin:courses_point_change", args=[point.pk])
    page = soup(browser(other).get(url))
    changed = StaffForm("", url, url, "", page.select_one("#point_form"), page).values | {"advice": "At most 5 mm"}
    assert browser(other).post(url, changed).status_code == 302
    response = client.post(SIGN, {**values, "group": groups, "comment": "read"})
    assert response.status_code == 409
    assert "1 item was edited while this page was open" in text(response)
    assert f"{other}" in text(response)
    assert "→ At most 5 mm" in text(response)
    assert soup(response).select_one("input[name=comment]")["value"] == "read"
    n, of = count(soup(response))
    assert n == of - 1
    again = StaffForm("", PAGE, SIGN, "", soup(response).select_one("form.sign-off"), soup(response)).values
    assert client.post(SIGN, {**again, "group": ["courses.point"]}).status_code == 302
    assert count(soup(client.get(PAGE)))[0] == of


def test_the_same_form_again_signs_once(clinic, lead):
    client = browser(lead)
    values = {**form_of(client), "group": ["courses.redflag"]}
    assert [client.post(SIGN, values).status_code for _press in range(2)] == [302, 302]
    assert SignOffEvent.objects.filter(action="signed").count() == 30


def test_two_leads_at_once_sign_each_row_once(clinic, lead):
    other = factories.MembershipFactory(clinic=clinic, role="lead")
    mine, theirs = browser(lead), browser(other)
    first, second = form_of(mine), form_of(theirs)
    assert theirs.post(SIGN, {**second, "group": ["courses.redflag"]}).status_code == 302
    response = mine.post(SIGN, {**first, "group": ["courses.redflag", "courses.point"]}, follow=True)
    assert f"{other} signed off 30 of these before you" in text(response)
    assert SignOffEvent.objects.filter(action="signed", kind="courses.redflag").count() == 30
    assert SignOffEvent.objects.filter(action="signed", kind="courses.point", by=lead).exists()


def test_history_says_who_signed_which_version_and_what_changed(clinic, lead):
    client = browser(lead)
    flag = RedFlag.objects.for_clinic(clinic).get(code="cardiac")
    client.post(SIGN, {**form_of(client), "group": ["courses.redflag"]})
    _reword(client, flag, wording="Chest pressure or pain")
    about = reverse("admin:clinic_signoffevent_piece", args=["courses.redflag", "cardiac"])
    page = text(client.get(about))
    assert re.search(r"Signed off .*?version 1", page)
    assert f"{flag.wording} → Chest pressure or pain" in page
    assert RedFlag.objects.for_clinic(clinic).current().get(code="cardiac").needs_sign_off
    assert client.post(about, {"comment": " "}).status_code == 422
    assert client.post(about, {"comment": "Ask for sweating too."}).status_code == 302
    assert "Ask for sweating too." in text(client.get(about))


def test_an_edit_from_the_page_leads_back_to_it(clinic, lead):
    client = browser(lead)
    item = AdverseEventItem.objects.for_clinic(clinic)[0]
    assert not item.needs_sign_off
    url = reverse("admin:courses_adverseeventitem_change", args=[item.pk]) + "?back=sign-off"
    page = soup(client.get(url))
    values = StaffForm("", url, url, "", page.select_one("#adverseeventitem_form"), page).values
    response = client.post(url, values | {"wording": "A small bruise"})
    assert response["Location"].startswith(PAGE)
    item.refresh_from_db()
    assert item.needs_sign_off


class TestRedFlagVersions:
    def test_a_new_wording_is_in_force_at_once(self, clinic, lead):
        flag = RedFlag.objects.for_clinic(clinic).get(code="cardiac")
        assert _reword(browser(lead), flag, wording="Chest pressure").status_code == 302
        now = RedFlag.objects.for_clinic(clinic).current().get(code="cardiac")
        assert (now.version, now.wording, now.level) == (2, "Chest pressure", "E0")

    def test_a_lower_level_waits_on_the_page_for_the_second_person(self, clinic, lead, practitioner, manager):
        flag = RedFlag.objects.for_clinic(clinic).get(code="cardiac")
        _reword(browser(lead), flag, level="E1")
        assert RedFlag.objects.for_clinic(clinic).current().get(code="cardiac") == flag
        url = reverse("admin:courses_redflag_settle", args=[RedFlagProposal.objects.get().pk])
        for member, may_confirm in ((lead, False), (manager, False), (practitioner, True)):
            page = browser(member).get(PAGE)
            assert "Waits for a second person" in text(page)
            assert bool(soup(page).select("button[name=confirm]")) is may_confirm
        assert browser(lead).post(url, {"confirm": "1"}).status_code == 403
        assert browser(manager).post(url, {"confirm": "1"}).status_code == 403
        assert browser(practitioner).post(url, {"confirm": "1"}).status_code == 302
        now = RedFlag.objects.for_clinic(clinic).current().get(code="cardiac")
        assert (now.level, now.version) == ("E1", 2)
        told = browser(practitioner).post(url, {"confirm": "1"}, follow=True)
        assert "Somebody settled this meanwhile" in text(told)

    def test_a_version_made_meanwhile_is_shown_and_nothing_typed_is_lost(self, clinic, lead):
        other = factories.MembershipFactory(clinic=clinic, role="lead", user__username="other")
        flag = RedFlag.objects.for_clinic(clinic).get(code="cardiac")
        url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
        mine = _version_values(browser(lead), url)
        _reword(browser(other), flag, wording="Pressure on the chest")
        response = browser(lead).post(url, {**mine, "wording": "Chest pain", "reason": "shorter"})
        assert response.status_code == 409
        assert f"{other} made version 2 while this page was open" in text(response)
        assert str(other) in text(response)
        assert "→ Pressure on the chest" in text(response)
        form = StaffForm("", url, url, "", soup(response).select_one("#content form[method=post]"), soup(response))
        assert form.values["wording"] == ["Chest pain"]
        assert browser(lead).post(url, form.values).status_code == 302
        now = RedFlag.objects.for_clinic(clinic).current().get(code="cardiac")
        assert (now.version, now.wording) == (3, "Chest pain")

    @pytest.mark.parametrize("code", ["cardiac", "limb_weakness_new", "severe_pain"])
    def test_the_form_keeps_everything_that_a_version_holds(self, clinic, code):
        flag = RedFlag.objects.for_clinic(clinic).current().get(code=code)
        form = FlagForm(None, flag=flag)
        bound = FlagForm({name: form[name].value() for name in form.fields} | {"reason": "x"}, flag=flag)
        assert bound.is_valid()
        words = bound.words()
        assert {name: getattr(flag, name) for name in words.columns} == words.columns


class TestConsentText:
    @pytest.fixture
    def newcomer(self, clinic):
        """Nobody has asked this patient yet."""
        return factories.PatientFactory(clinic=clinic)

    @pytest.fixture
    def new_url(self, newcomer):
        return reverse("admin:patients_patient_intake_step", args=[newcomer.pk, "consents"])

    @pytest.fixture
    def url(self, patient):
        return reverse("admin:patients_patient_intake_step", args=[patient.pk, "consents"])

    @pytest.fixture
    def unfilled(self, clinic):
        ConsentText.objects.filter(clinic=clinic).update(retention="")

    def test_nobody_agrees_to_a_text_that_is_not_complete(self, unfilled, new_url, newcomer, practitioner):
        client = browser(practitioner)
        assert "Ask a lead to edit it under Setup > Consent texts." in text(client.get(new_url))
        typed = {
            "shown_text": "1",
            "stream_treatment": "1",
            "stream_reminders": "0",
            "how": "spoken",
            "go": "next",
        }
        response = client.post(new_url, typed)
        assert response.status_code == 422
        assert "does not say how long records are kept" in text(response)
        assert soup(response).select_one("input[name=stream_treatment][value='1']").has_attr("checked")
        # A no is taken at any time.
        assert client.post(new_url, {**typed, "stream_treatment": "0"}).status_code == 302
        assert not Consent.objects.filter(patient=newcomer, is_given=True).exists()

    def test_consents_given_before_stay_valid(self, unfilled, url, patient, practitioner):
        given = Consent.objects.filter(patient=patient, stream="treatment").latest("pk")
        assert given.is_given
        client = browser(practitioner)
        assert (
            client.post(
                url, {"shown_text": "1", "stream_treatment": "1", "how": "spoken", "go": "next"}
            ).status_code
            == 302
        )
        assert Consent.objects.filter(patient=patient, stream="treatment").latest("pk") == given

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"retention": ""}, "Enter how long records are kept"),
            ({"retention": "[years]"}, "Enter how long records are kept"),
            (
                {"body": "No place."},
                "in the text exactly once. Patients read there what you enter under “How long records are kept”.",
            ),
            ({"body": "For [retention period]. Call [phone]."}, "“[phone]” is not filled in yet"),
        ],
    )
    def test_what_is_not_filled_in_is_refused_with_everything_typed(self, unfilled, clinic, lead, change, told):
        text_row = ConsentText.objects.get(clinic=clinic)
        page = reverse("admin:patients_consenttext_new_version", args=[text_row.pk])
        values = {"version": "1", "body": text_row.body, "retention": "10 years", **change}
        response = browser(lead).post(page, values)
        assert response.status_code == 422
        assert told in text(response)
        assert soup(response).select_one("textarea[name=body]").get_text().strip() == values["body"]
        assert ConsentText.objects.filter(clinic=clinic).count() == 1

    def test_filling_it_in_makes_a_version_that_can_be_used_and_signed(self, unfilled, clinic, lead):
        text_row = ConsentText.objects.get(clinic=clinic)
        page = reverse("admin:patients_consenttext_new_version", args=[text_row.pk])
        client = browser(lead)
        values = {"version": "1", "body": text_row.body, "retention": "10 years"}
        form = soup(client.get(page))
        assert form.select_one("h1").get_text(strip=True) == "Edit consent text"
        assert form.select_one(".save-bar button").get_text(strip=True) == "Save consent text"
        response = client.post(page, values, follow=True)
        assert "Consent text saved. Version 2 is in force." in text(response)
        assert "Edit consent text" in text(response)
        assert "We keep your records for 10 years." in text(
            client.get(reverse("admin:patients_consenttext_changelist"))
        )
        assert "patients.consenttext" in all_groups(client)

    def test_a_version_made_meanwhile_is_shown_beside_what_was_typed(self, clinic, lead):
        other = factories.MembershipFactory(clinic=clinic, role="lead", user__username="other")
        row = ConsentText.objects.get(clinic=clinic)
        page = reverse("admin:patients_consenttext_new_version", args=[row.pk])
        write_text(row, body=f"{row.body}\nTheirs.", retention="8 years", by=other, at=timezone.now())
        values = {"version": "1", "body": f"{row.body}\nMine.", "retention": "9 years"}
        response = browser(lead).post(page, values)
        assert response.status_code == 409
        assert f"{other} made version 2 while this page was open" in text(response)
        assert "Theirs." in text(response)
        assert "Mine." in soup(response).select_one("textarea[name=body]").get_text()
        assert browser(lead).post(page, {**values, "version": "2"}).status_code == 302
        assert ConsentText.objects.filter(clinic=clinic).current().get().retention == "9 years"


def test_no_template_says_it_on_every_line():
    """One line a page, made by one tag; only its template has the words."""
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        if "sign_off" in path.name:
            continue
        assert "needs clinical sign-off" not in source.lower(), path
        assert not re.search(r"\.needs_sign_off\b", source), path
        if "{% sign_off_line" in source:
            assert not _is_inside_a_loop(source), path


def test_a_page_says_it_once_and_not_any_more_once_signed(clinic, lead):
    client = browser(lead)
    url = reverse("admin:courses_protocol_changelist")
    assert text(client.get(url)).count("Not signed off by a clinician yet") == 1
    client.post(SIGN, {**form_of(client), "group": all_groups(client)})
    assert "Not signed off by a clinician yet" not in text(client.get(url))


def _is_inside_a_loop(source: str) -> bool:
    before = source[: source.index("{% sign_off_line")]
    return len(re.findall(r"{% for ", before)) != len(re.findall(r"{% endfor %}", before))


def _version_values(client, url):
    page = soup(client.get(url))
    return StaffForm("", url, url, "", page.select_one("#content form[method=post]"), page).values


def _reword(client, flag, **changes):
    url = reverse("admin:courses_redflag_new_version", args=[flag.pk])
    return client.post(url, {**_version_values(client, url), "reason": "plainer", **changes})
