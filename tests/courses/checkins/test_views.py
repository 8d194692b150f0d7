"""The page behind the link in a check-in mail."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import Clinic, Message
from courses.checkins import storing
from courses.models import Alert, CheckIn, Course, PainScore, RedFlag, RedFlagReport
from courses.sessions import judging
from courses.sessions.check_in_answers import settle_open_questions
from patients.models import Patient
from tests.factories import as_test_patients, set_scores

pytestmark = pytest.mark.django_db

CALL = "Call 112 at once for"
DOCTOR = "See a doctor or an emergency department today, now if it gets worse."


def words(response) -> str:
    """What the patient reads."""
    page = re.sub(r"<style.*?</style>|<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def levels() -> dict[str, str]:
    return dict(RedFlagReport.objects.values_list("flag__code", "level"))


class TestAsking:
    def test_needs_no_sign_in_and_changes_nothing(self, client, path):
        for _look in range(2):
            assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert CheckIn.objects.filter(kind="day1").latest("pk").answered_at is None
        assert not PainScore.objects.filter(check_in=CheckIn.objects.filter(kind="day1").latest("pk")).exists()

    def test_offers_eleven_numbers_and_every_sign_in_plain_words(self, client, path, clinic):
        page = client.get(path)
        assert page.content.decode().count('name="score"') == 11
        asked = RedFlag.objects.for_clinic(clinic).current().filter(asked="always")
        said = words(page)
        assert all(flag.wording.replace("'", "&#x27;") in said for flag in asked)

    def test_does_not_offer_what_staff_ask_at_intake(self, client, path):
        assert b"flag_age_new" not in client.get(path).content

    def test_shows_stop_signs_and_the_emergency_number(self, client, path):
        assert CALL in words(client.get(path))

    def test_shows_no_name(self, client, path, patient):
        page = client.get(path).content.decode()
        assert patient.given_name not in page
        assert patient.family_name not in page

    def test_is_kept_by_no_cache(self, client, path):
        assert "no-store" in client.get(path)["Cache-Control"]


class TestAnswering:
    def test_score_is_saved_with_its_check_in(self, answer, check_in, at):
        assert answer(3).status_code == 200
        score = PainScore.objects.get(check_in=check_in)
        assert (score.score, score.check_in, score.session, score.scored_at) == (3, check_in, check_in.session, at)
        check_in.refresh_from_db()
        assert check_in.answered_at == at

    def test_nothing_at_all_asks_again(self, client, path):
        page = client.post(path, {})
        assert page.status_code == 422
        assert "Please choose a number for your pain." in words(page)

    def test_none_of_these_without_a_score_asks_again(self, client, path):
        assert client.post(path, {"no_red_flag": "on"}).status_code == 422

    @pytest.mark.parametrize("score", ["11", "-1", "x", "3.5"])
    def test_nonsense_score_asks_again(self, client, path, score):
        assert client.post(path, {"score": score}).status_code == 422
        assert not PainScore.objects.filter(check_in=CheckIn.objects.filter(kind="day1").latest("pk")).exists()

    def test_flag_without_a_score_is_saved_and_the_score_may_follow(self, answer, check_in):
        page = answer(trauma="")
        assert page.status_code == 200
        assert levels() == {"trauma": "E1"}
        assert "Tell us your pain score as well" in words(page)
        assert answer(4).status_code == 200
        check_in.refresh_from_db()
        assert check_in.answered_at is not None

    def test_flag_with_a_nonsense_answer_takes_the_highest_level(self, answer):
        answer(3, swelling_neck="perhaps")
        assert levels() == {"swelling_neck": "E0"}

    def test_flag_pages_staff_and_holds_the_course(self, answer, course, lead):
        answer(3, trauma="")
        course.refresh_from_db()
        assert course.status == "on_hold"
        assert Message.objects.filter(kind="staff_alert", recipient=f"membership:{lead.pk}").count() == 1

    def test_same_form_twice_reports_once(self, answer, check_in):
        key = uuid.uuid4()
        assert [answer(3, form_key=key, trauma="").status_code for _n in range(2)] == [200, 200]
        assert RedFlagReport.objects.count() == PainScore.objects.filter(check_in=check_in).count() == 1

    def test_flags_alone_sent_twice_report_once(self, answer):
        key = uuid.uuid4()
        for _n in range(2):
            answer(form_key=key, trauma="")
        assert RedFlagReport.objects.count() == 1
        assert Alert.objects.get().events.filter(kind="reported_again").count() == 0

    def test_further_flag_before_the_score_is_reported_too(self, answer):
        answer(trauma="")
        answer(3, bleeding="")
        assert set(levels()) == {"trauma", "bleeding"}

    def test_flag_from_a_newly_opened_page_is_reported_again(self, answer):
        for _n in range(2):
            answer(trauma="")
        assert Alert.objects.get().events.filter(kind="reported_again").count() == 1

    @pytest.mark.parametrize("form_key", [None, uuid.UUID(int=7)], ids=["page opened anew", "back button"])
    def test_worse_answer_before_the_score_raises_the_level(self, answer, form_key):
        answer(form_key=form_key, swelling_neck="no")
        answer(3, form_key=form_key, swelling_neck="yes")
        assert Alert.objects.get(flag_code="swelling_neck").severity == "E0"


class TestSeverePain:
    @pytest.mark.parametrize("score", [8, 10])
    def test_is_asked_once_more_and_the_score_is_saved_meanwhile(self, answer, check_in, score):
        said = words(answer(score))
        assert f"We have saved your pain score: {score} of 10." in said
        assert "Is it much worse than your usual pain" in said
        assert levels() == {}
        assert PainScore.objects.get(check_in=check_in).score == score

    def test_second_look_keeps_what_was_typed(self, client, path, check_in):
        key = str(uuid.uuid4())
        first = client.post(path, {"form_key": key, "score": "9", "no_red_flag": "on"}).content.decode()
        kept = dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', first))
        # With the versions of the signs that the first page showed.
        assert kept.pop("asked_flags")
        assert kept == {"form_key": key, "is_second_look": "on", "score": "9", "no_red_flag": "on"}
        client.post(path, {**kept, "answer_severe_pain": "yes"})
        assert levels() == {"severe_pain": "E1"}
        assert [row.signs for row in check_in.answers.all()] == ["none", "none"]
        assert PainScore.objects.filter(check_in=check_in).count() == 1

    @pytest.mark.parametrize("values", [{"is_second_look": "on"}, {"flag_bleeding": "on"}])
    def test_silence_at_the_second_look_or_beside_a_sign_counts_as_the_highest(self, client, path, values):
        client.post(path, {"score": 9, **values})
        assert levels()["severe_pain"] == ("E0" if "flag_bleeding" in values else "E1")

    def test_whoever_leaves_at_the_second_look_counts_as_the_highest_ten_minutes_later(self, answer, at, lead):
        answer(9)
        assert settle_open_questions(at=at + timedelta(minutes=9)) == 0
        assert [settle_open_questions(at=at + timedelta(minutes=n)) for n in (10, 11)] == [1, 0]
        assert levels() == {"severe_pain": "E1"}
        assert Message.objects.filter(kind="staff_alert", recipient=f"membership:{lead.pk}").exists()

    def test_whoever_answers_the_second_look_is_settled(self, answer, at):
        key = uuid.uuid4()
        answer(9, form_key=key)
        answer(9, form_key=key, severe_pain="usual")
        assert settle_open_questions(at=at + timedelta(hours=1)) == 0

    def test_below_eight_is_not_asked(self, answer):
        answer(7)
        assert levels() == {}

    def test_usual_is_a_call_back(self, answer, course):
        set_scores(PainScore.objects.filter(timing="before"), 8)
        answer(8, severe_pain="usual")
        assert levels() == {"severe_pain": "C"}
        course.refresh_from_db()
        assert course.status == "active"

    def test_usual_is_for_a_doctor_today_where_it_is_the_first_after_needling(self, answer):
        page = answer(8, severe_pain="usual")
        assert levels() == {"severe_pain": "E1"}
        assert DOCTOR in words(page)

    def test_usual_is_not_reported_as_far_worse(self, answer):
        set_scores(PainScore.objects.filter(timing="before"), 8)
        said = words(answer(8, severe_pain="usual"))
        assert DOCTOR not in said
        report = RedFlagReport.objects.get()
        assert report.flag.words_for(report.answer) == "Pain of 8 to 10, the patient's usual pain"

    def test_usual_still_reads_that_a_doctor_should_see_it(self, answer):
        set_scores(PainScore.objects.filter(timing="before"), 8)
        assert "doctor" in words(answer(8, severe_pain="usual"))

    def test_with_another_flag_is_an_emergency_on_the_page_too(self, answer, clinic):
        page = answer(9, severe_pain="yes", bleeding="")
        assert levels() == {"severe_pain": "E0", "bleeding": "E1"}
        assert clinic.emergency_wording in words(page)


class TestInstruction:
    def test_of_an_emergency_comes_first_with_the_number(self, answer, clinic):
        page = answer(3, cardiac="")
        said = words(page)
        assert clinic.emergency_wording in said
        assert said.index("112") < said.index("We have saved your answer.")
        assert 'href="tel:112"' in page.content.decode()

    def test_for_a_doctor_today_says_not_to_wait_for_us(self, answer):
        said = words(answer(3, trauma=""))
        assert DOCTOR in said
        assert "Do not wait for our call: this page is not watched day and night." in said

    def test_is_the_clinics_own(self, answer):
        Clinic.objects.update(emergency_number="999", emergency_wording="Ring 999 now.")
        said = words(answer(3, cardiac=""))
        assert "Ring 999 now." in said

    @pytest.mark.parametrize("code", ["cancer_wtloss", "pain_72h"])
    def test_is_not_shown_for_what_can_wait(self, answer, code):
        page = answer(3, **{code: ""})
        assert b'class="emergency"' not in page.content
        assert "Call the clinic:" in words(page)

    @pytest.mark.parametrize("error", [OperationalError("gone"), RuntimeError(), ValueError("x")])
    def test_is_shown_even_where_saving_fails(self, answer, clinic, monkeypatch, error):
        def fail(*_args, **_kwargs):
            raise error

        monkeypatch.setattr(storing, "take_answer", fail)
        page = answer(3, cardiac="")
        assert page.status_code == 202
        said = words(page)
        assert clinic.emergency_wording in said
        assert "Your answer is stored safely" in said
        assert CALL in said

    def test_is_shown_even_where_a_phone_keeps_no_cookies(self, path, clinic):
        page = Client(enforce_csrf_checks=True).post(path, {"score": 3, "flag_cardiac": "on"})
        assert clinic.emergency_wording in words(page)
        assert levels() == {"cardiac": "E0"}

    def test_curve_that_fails_changes_nothing(self, answer, clinic, monkeypatch):
        monkeypatch.setattr(judging, "expectation", lambda *_args, **_kwargs: 1 / 0)
        page = answer(3, cardiac="")
        assert page.status_code == 200
        assert clinic.emergency_wording in words(page)
        assert levels() == {"cardiac": "E0"}
        assert PainScore.objects.filter(check_in=CheckIn.objects.filter(kind="day1").latest("pk")).exists()


class TestAfterwards:
    def test_in_band_is_reassured(self, answer):
        assert "Some soreness for up to 3 days can happen." in words(answer(3))

    def test_otherwise_neutral(self, answer):
        said = words(answer(7))
        assert "soreness" not in said
        assert "If you are worried, call." in said

    def test_shows_the_patients_own_chart_by_its_name(self, answer):
        page = answer(3)
        assert "Your pain chart" in words(page)
        assert "healing curve" not in page.content.decode().lower().replace("curve-chart", "")

    def test_shows_no_chance_and_no_projection(self, answer):
        page = answer(3).content.decode()
        assert "chart-band" not in page
        assert "chart-mean" not in page
        assert not re.search(r"expected|normal for you|we will call", page, re.IGNORECASE)

    def test_promises_no_cure(self, answer):
        assert not re.search(r"cure|heal|recover", words(answer(3)), re.IGNORECASE)


class TestClosed:
    @pytest.mark.parametrize("name", ["answered_at", "revoked_at"])
    def test_used_and_revoked_links_still_show_the_stop_signs(self, client, path, at, name):
        CheckIn.objects.update(**{name: at})
        page = client.get(path)
        assert page.status_code == 410
        assert CALL in words(page)

    @pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 410), (1, 410)])
    def test_link_expires(self, client, path, check_in, time_machine, seconds, status):
        time_machine.move_to(check_in.expires_at + timedelta(seconds=seconds), tick=False)
        page = client.get(path)
        assert page.status_code == status
        assert CALL in words(page)

    def test_expired_link_takes_no_answer(self, client, path, check_in, time_machine):
        time_machine.move_to(check_in.expires_at, tick=False)
        assert client.post(path, {"score": 3}).status_code == 410
        assert not PainScore.objects.filter(check_in=CheckIn.objects.filter(kind="day1").latest("pk")).exists()

    @pytest.mark.parametrize("token", ["nonsense", "a:b:c", "%00"])
    def test_unknown_link_still_shows_stop_signs_and_a_number(self, client, db, token):
        page = client.get(f"/c/{token}/")
        assert page.status_code == 404
        said = words(page)
        assert "sudden weakness" in said
        assert re.search(r"Call (112|the emergency number|your)", said)

    def test_touched_link_is_unknown(self, client, path):
        assert client.get(path[:-3] + "x/").status_code == 404

    @pytest.mark.parametrize("status", [Course.Status.COMPLETED, Course.Status.ON_HOLD])
    def test_closed_or_resting_course_still_takes_a_report(self, answer, at, status):
        is_over = status == Course.Status.COMPLETED
        Course.objects.update(status=status, ended_on=at.date() if is_over else None, hold_reason="x")
        assert answer(3, trauma="").status_code == 200
        assert levels() == {"trauma": "E1"}

    def test_training_patient_pages_nobody(self, answer, lead):
        as_test_patients(Patient.objects.all())
        answer(3, cardiac="")
        assert levels() == {"cardiac": "E0"}
        assert not Message.objects.filter(kind="staff_alert").exists()


CODES = ["cardiac", "trauma", "swelling_neck", "severe_pain", "pain_72h", "lhermitte"]
ANSWERS = st.sampled_from(["", "yes", "no", "usual", "new", "nonsense"])
TICKS = st.dictionaries(st.sampled_from(CODES), ANSWERS)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(score=st.none() | st.integers(0, 10), ticks=TICKS, has_none=st.booleans())
def test_every_sign_ticked_is_reported_and_sent(path, client, score, ticks, has_none):
    values = {f"flag_{code}": "on" for code in ticks} | {f"answer_{code}": reply for code, reply in ticks.items()}
    values |= {"score": score} if score is not None else {}
    values |= {"no_red_flag": "on"} if has_none else {}
    # A high score beside another sign needs no second page: it counts at once.
    asked = {"severe_pain"} if score is not None and score >= 8 and ticks else set()
    with forgotten():
        client.post(path, values)
        assert set(levels()) == set(ticks) | asked
        for report in RedFlagReport.objects.all():
            event = Alert.objects.get(flag_code=report.flag.code).events.get(report=report)
            assert Message.objects.filter(kind="staff_alert", subject_id=event.pk).exists()


@contextmanager
def forgotten() -> Iterator[None]:
    """Everything written inside is rolled back, so that the next example starts like this one."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
