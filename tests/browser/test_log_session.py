"""A session in the browser: by keyboard alone, its verdict, the alert mail, questions and kept text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Alert, Course, Needling, Point, Session
from courses.sessions.entry import NeedlingEntry, Particulars
from patients.intake import record_pain_type
from patients.models import Consent, PatientPainType
from tests.factories import log_run, log_visit, refuse_consent
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.services]

PLAIN_FOLLOW_UP = ("4", "Tab", "3", "Tab", "0", "n", "Control+Enter")


@pytest.fixture
def running_course(course):
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=40)).date())
    course.refresh_from_db()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now - timedelta(days=3))
    return course


@pytest.fixture
def needled_course(running_course):
    """The last session used two points, three needles."""
    points = {point.code: point for point in Point.objects.for_clinic(running_course.clinic)}
    rows = (
        NeedlingEntry(points["GB20"], Needling.Side.BOTH, depth_mm=12, retention_minutes=20),
        NeedlingEntry(points["GV14"], Needling.Side.MIDLINE, depth_mm=10, retention_minutes=20),
    )
    count = Particulars(needles_in=3, needles_out=3)
    log_visit(running_course, timezone.now() - timedelta(days=1), needlings=rows, particulars=count)
    return running_course


@pytest.fixture
def form_of(sign_in, practitioner):
    """Sign the practitioner in and open the session form of a course."""

    def open_form(course):
        page = sign_in(practitioner)
        page.goto(f"/admin/courses/course/{course.pk}/log/")
        return page

    return open_form


def press(page, *keys):
    """Press these keys, without a mouse; returns how many there were."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def saved(page):
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def test_from_the_form_to_the_acknowledged_alert(form_of, running_course, lead, smtp, worker):
    page = form_of(running_course)
    page.get_by_role("group", name="Pain before").get_by_label("4", exact=True).check()
    page.get_by_role("group", name="Pain after").get_by_label("9", exact=True).check()
    page.get_by_label("New swelling in the neck").check()
    page.locator("[name=answer_swelling_neck][value=yes]").check()
    page.locator("[name=answer_severe_pain][value=yes]").check()
    page.locator("#id_is_needled_no").check()
    page.get_by_role("button", name="Save session").click()
    saved(page)
    expect(page.get_by_role("alert")).to_contain_text("Emergency")
    expect(page.get_by_role("link", name=running_course.clinic.emergency_number)).to_be_in_viewport()
    expect(page.get_by_text("Higher than expected")).to_be_visible()
    mail = wait_until(lambda: smtp.to(lead.user.email))[0]
    link = re.search(r"http://\S+/a/\S+", mail.get_body(("plain",)).get_content()).group(0)
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status")).to_contain_text("Acknowledged by")
    assert Alert.objects.filter(state="acknowledged").count() == 1


def test_a_plain_session_in_seven_keys(form_of, running_course):
    page = form_of(running_course)
    expect(page.get_by_role("group", name="Pain before").get_by_label("0", exact=True)).to_be_focused()
    assert page.locator("form#log-session input[type=radio]:not([form]):checked").count() == 0
    assert press(page, "4", "Tab", "3", "Tab", "0", "y", "Control+Enter") == 7
    saved(page)
    session = Session.objects.get(course=running_course, number=5)
    assert session.is_needled
    expect(page.get_by_text("none listed")).to_be_visible()
    assert list(session.scores.values_list("timing", "score")) == [("before", 4), ("after", 3)]


def test_without_a_shortcut_needles_follow_the_flags_and_save_follows_them(form_of, running_course):
    page = form_of(running_course)
    press(page, "4", "Tab", "3", "Tab", "0", "Tab")
    expect(page.locator("#id_is_needled_yes")).to_be_focused()
    press(page, "ArrowDown", "Tab")
    expect(page.get_by_role("button", name="Save session")).to_be_focused()
    press(page, "Enter")
    saved(page)
    assert not Session.objects.get(course=running_course, number=5).is_needled


def test_needles_are_asked_and_never_guessed(form_of, running_course):
    page = form_of(running_course)
    press(page, "4", "Tab", "3", "Tab", "0", "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Were needles used?: Choose Yes or No.")
    expect(page.locator("#id_is_needled_yes")).to_be_focused()
    press(page, "n", "Control+Enter")
    saved(page)
    assert not Session.objects.get(course=running_course, number=5).is_needled


def test_point_beside_no_is_asked_about(form_of, running_course):
    page = form_of(running_course)
    press(page, *PLAIN_FOLLOW_UP[:-1])
    page.locator("#id_needling-0-where").fill("he gu")
    press(page, "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("“No” is chosen and points are listed")
    expect(page.locator("#id_is_needled_no")).to_be_checked()
    page.get_by_label("Needles out").fill("2")
    page.locator("#id_is_needled_yes").check()
    press(page, "Control+Enter")
    saved(page)
    assert Session.objects.get(course=running_course, number=5).needlings.get().point.code == "LI4"


def test_one_key_copies_the_points_and_two_count_them_out(form_of, needled_course):
    page = form_of(needled_course)
    press(page, "4", "Tab", "3", "Tab", "0", "p")
    expect(page.get_by_label("Needles in")).to_have_value("3")
    expect(page.get_by_label("Needles out")).to_be_focused()
    press(page, "3", "Control+Enter")
    saved(page)
    session = Session.objects.get(course=needled_course, number=6)
    copied = [(str(one.point), one.side, one.depth_mm) for one in session.needlings.select_related("point")]
    assert copied == [("GB20 Fengchi", "both", 12), ("GV14 Dazhui", "midline", 10)]


def test_needle_left_behind_is_asked_about(form_of, needled_course):
    page = form_of(needled_course)
    press(page, "4", "Tab", "3", "Tab", "0", "p", "2")
    why = page.get_by_label("Why the counts differ")
    expect(why).to_be_visible()
    press(page, "Control+Enter")
    expect(why).to_be_focused()
    why.fill("found in the towel")
    press(page, "Control+Enter")
    saved(page)
    expect(page.get_by_text("3 in, 2 out: found in the towel")).to_be_visible()


def test_points_are_found_by_pinyin_and_rows_grow(form_of, running_course):
    page = form_of(running_course)
    for number, name in enumerate(("fengchi", "LI 4", "Dazhui", "合谷 left")):
        page.locator(f"#id_needling-{number}-where").fill(name)
        page.keyboard.press("Tab")
    expect(page.locator("#id_needling-0-where")).to_have_value("GB20")
    expect(page.locator("[name=needling-2-side]")).to_have_value("midline")
    expect(page.locator("[name=needling-3-side]")).to_have_value("left")
    expect(page.locator("#id_needling-3-where")).to_have_value("LI4")
    expect(page.locator("#id_needling-4-where")).to_be_visible()
    expect(page.get_by_label("Needles in")).to_have_value("6")


def test_nothing_is_copied_from_the_row_above(form_of, running_course):
    page = form_of(running_course)
    page.locator("#id_needling-0-where").fill("LI4")
    page.locator("[name=needling-0-depth_mm]").fill("60")
    page.locator("[name=needling-0-retention_minutes]").fill("20")
    page.locator("[name=needling-0-stimulation]").select_option("electrical")
    page.locator("#id_needling-1-where").fill("SI3")
    page.keyboard.press("Tab")
    for name, value in {"depth_mm": "", "retention_minutes": "", "stimulation": "none"}.items():
        expect(page.locator(f"[name=needling-1-{name}]")).to_have_value(value)


def test_point_outside_the_list_is_chosen_on_purpose(form_of, running_course):
    page = form_of(running_course)
    row = page.get_by_role("group", name="Point 1")
    row.get_by_label("Point", exact=True).fill("left shoulder blade")
    page.keyboard.press("Tab")
    expect(row.get_by_text("Safety checks cannot run for this point.")).to_be_visible()
    press_from_start = page.get_by_role("group", name="Pain before").get_by_label("0", exact=True)
    press_from_start.focus()
    press(page, "4", "Tab", "3", "Tab", "0", "y", "Control+Enter")
    expect(page.get_by_role("alert").first).to_contain_text("“left shoulder blade” is not in the point list")
    row = page.get_by_role("group", name="Point 1")
    row.get_by_label("Not in the list").select_option("tender")
    expect(row.get_by_label("Body site")).to_have_value("left shoulder blade")
    page.get_by_label("Needles out").fill("2")
    press(page, "Control+Enter")
    saved(page)
    one = Session.objects.get(course=running_course, number=5).needlings.get()
    assert (one.point, one.ashi_site) == (None, "left shoulder blade")


def test_typing_error_offers_the_point_and_a_name_of_several_asks_which(form_of, running_course):
    page = form_of(running_course)
    row = page.get_by_role("group", name="Point 1")
    row.get_by_label("Point", exact=True).fill("Fengchii")
    page.keyboard.press("Tab")
    row.get_by_label("Not in the list").select_option("GB20")
    expect(row.get_by_label("Point", exact=True)).to_have_value("GB20")
    expect(row.get_by_label("Not in the list")).to_be_hidden()
    row.get_by_label("Point", exact=True).fill("Jiaji")
    page.keyboard.press("Tab")
    expect(row).to_contain_text("“Jiaji” can mean EX-B2 C3")
    row.get_by_label("Not in the list").select_option("EX-B2 C5")
    expect(row.get_by_label("Point", exact=True)).to_have_value("EX-B2 C5")


def test_one_key_fills_in_the_plans_points_at_the_first_session(form_of, course):
    Course.objects.filter(pk=course.pk).update(starts_on=(timezone.now() - timedelta(days=2)).date())
    page = form_of(course)
    expect(page.get_by_role("button", name="Fill in the plan's 5 points")).to_be_visible()
    keys = press(page, "4", "Tab", "3", "Tab", "0", "p")
    expect(page.locator("#id_is_needled_yes")).to_be_checked()
    keys += press(page, "9", "Control+Enter")
    assert keys == 8
    saved(page)
    needlings = Session.objects.get(course=course, number=1).needlings.select_related("point")
    planned = ["EX-B2 C5", "GB20", "GV14", "SI3", "TE5"]
    assert [(one.point.code, one.depth_mm) for one in needlings] == [(code, None) for code in planned]


def test_check_that_is_due_is_asked_before_the_needles(form_of, running_course, patient, practitioner):
    record_pain_type(
        patient=patient,
        code="radiculopathy",
        status=PatientPainType.Status.CONFIRMED,
        starts_on=timezone.now().date(),
        by=practitioner,
        at=timezone.now(),
    )
    page = form_of(running_course)
    press(page, "4", "Tab", "3", "Tab", "0", "Tab")
    expect(page.locator("[name=neuro_check]").first).to_be_focused()
    press(page, "Space", "y", "Control+Enter")
    saved(page)
    session = Session.objects.get(course=running_course, number=5)
    assert (session.is_uncleared, session.clearance["verdict"]) == (False, "clear")


def test_red_flag_of_a_returned_form_is_no_breach_of_its_visit(form_of, needled_course):
    page = form_of(needled_course)
    press(page, "4", "Tab", "3", "Tab", "p")
    page.get_by_label("Cannot pass water").check()
    press(page, "Control+Enter")
    expect(page.locator("#form-errors")).to_contain_text("Count them out")
    assert Alert.objects.filter(course=needled_course, flag_code="bladder_bowel").count() == 1
    page.get_by_label("Needles out").fill("3")
    press(page, "Control+Enter")
    saved(page)
    session = Session.objects.get(course=needled_course, number=6)
    assert (session.is_needled, session.is_uncleared) == (True, False)
    assert not Alert.objects.filter(rule="uncleared").exists()


def test_ten_is_one_then_zero(form_of, running_course):
    page = form_of(running_course)
    press(page, "1", "0")
    assert page.locator("input[name=before]:checked").get_attribute("value") == "10"


def test_zero_long_after_one_is_zero(form_of, running_course):
    page = form_of(running_course)
    press(page, "1")
    page.wait_for_timeout(1700)
    press(page, "0")
    assert page.locator("input[name=before]:checked").get_attribute("value") == "0"


def test_severe_pain_is_asked_in_place_and_must_be_answered(form_of, running_course):
    page = form_of(running_course)
    question = page.get_by_role("group", name="Is it much worse than your usual pain")
    expect(question).to_be_hidden()
    press(page, "8", "Tab", "4", "Tab")
    expect(question).to_be_visible()
    press(page, "Tab", "0", "n", "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Pain of 8 or more: ask this question")
    expect(page.locator("[name=answer_severe_pain]").first).to_be_focused()
    press(page, "3", "Control+Enter")
    saved(page)
    assert Alert.objects.get(course=running_course, flag_code="severe_pain").severity == "C"


def test_form_keeps_what_was_typed_when_something_is_missing(form_of, running_course):
    page = form_of(running_course)
    page.get_by_role("group", name="Pain before").get_by_label("7", exact=True).check()
    page.get_by_role("textbox", name="Note").fill("slept badly")
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("alert")).to_contain_text("Ask about red flags")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("slept badly")
    assert page.locator("input[name=before]:checked").get_attribute("value") == "7"


def test_red_flag_in_an_unfinished_form_is_sent_at_once(form_of, running_course):
    page = form_of(running_course)
    page.get_by_label("Cannot pass water").check()
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("alert").filter(has_text="Emergency")).to_be_visible()
    assert Alert.objects.filter(course=running_course, flag_code="bladder_bowel").count() == 1
    page.get_by_role("group", name="Pain before").get_by_label("5", exact=True).check()
    page.locator("#id_is_needled_no").check()
    page.get_by_role("button", name="Save session").click()
    saved(page)
    assert Alert.objects.filter(course=running_course).count() == 1


def test_double_click_saves_once(form_of, running_course):
    page = form_of(running_course)
    press(page, "4", "Tab", "3", "Tab", "0", "n")
    page.get_by_role("button", name="Save session").dblclick()
    saved(page)
    assert running_course.sessions.count() == 5


def test_going_back_after_saving_shows_an_empty_form(form_of, running_course):
    page = form_of(running_course)
    press(page, *PLAIN_FOLLOW_UP)
    saved(page)
    page.go_back()
    expect(page.get_by_text("Session 6 of")).to_be_visible()
    assert page.locator("form#log-session input[type=radio]:not([form]):checked").count() == 0
    press(page, "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet")
    assert running_course.sessions.count() == 5


def test_somebody_else_logged_meanwhile(form_of, running_course, lead):
    page = form_of(running_course)
    log_visit(running_course, timezone.now() - timedelta(minutes=1), by=lead, is_needled=False)
    press(page, *PLAIN_FOLLOW_UP)
    expect(page.get_by_role("alert")).to_contain_text("Lead Tree logged session 5")
    page.get_by_role("button", name="Save session").click()
    saved(page)
    assert running_course.sessions.count() == 6


def test_cord_type_says_what_is_missing_and_saves_a_visit_without_needles(
    form_of, running_course, practitioner, patient
):
    today = timezone.now().date()
    record_pain_type(
        patient=patient,
        code="myelopathy",
        status=PatientPainType.Status.WORKING,
        starts_on=today,
        by=practitioner,
        at=timezone.now(),
    )
    page = form_of(running_course)
    expect(page.get_by_text("May not be needled").first).to_be_visible()
    expect(page.get_by_text("specialist's letter").first).to_be_visible()
    expect(page.locator("[name=is_needled]:checked")).to_have_count(0)
    press(page, *PLAIN_FOLLOW_UP)
    saved(page)
    assert not Session.objects.get(course=running_course, number=5).is_needled


def test_needling_without_clearance_needs_a_reason_and_alerts_the_lead(form_of, running_course, patient, lead):
    refuse_consent(patient, Consent.Stream.TREATMENT, by=lead, at=timezone.now())
    page = form_of(running_course)
    press_from_start = page.get_by_role("group", name="Pain before").get_by_label("0", exact=True)
    press_from_start.focus()
    press(page, "4", "Tab", "3", "Tab", "0", "y", "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not cleared for needling")
    page.get_by_label("Needled without clearance because").fill("consent was given by word, form to follow")
    press(page, "Control+Enter")
    saved(page)
    expect(page.get_by_text(f"Alert email to {lead}")).to_be_visible()
    assert Alert.objects.get(course=running_course, rule="uncleared").chain[0]["members"] == [lead.pk]
