"""What happens to each press of the button: stored once, the newest score counts, the page is correct."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core import signing
from django.db import OperationalError, connection, transaction
from django.db.utils import IntegrityError

from clinic.models import Fault
from clinic.spool import read
from courses.checkins import memory, spooled_answers, storing
from courses.checkins.spooled_answers import SPOOL, replay_answers
from courses.models import Alert, CheckInAnswer, PainScore, RedFlagReport
from courses.reminders.links import check_in_path, open_check_in
from tests.courses.checkins.test_views import words

# The clinic's number as it is written there.
HERE = "030 23125000"
pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def score_of(check_in) -> int:
    return PainScore.objects.get(check_in=check_in).score


@pytest.fixture
def away(monkeypatch):
    """The database is down for the patient's page."""

    def gone(*_args, **_kwargs):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(storing, "row_of_link", gone)
        yield
    memory.forget()


class TestSecondSend:
    def test_same_form_shows_the_same_page_and_writes_nothing(self, answer, check_in):
        key = uuid.uuid4()
        first, second = (words(answer(3, form_key=key, cardiac="")) for _n in range(2))
        assert first == second
        assert check_in.answers.count() == RedFlagReport.objects.count() == 1
        assert Alert.objects.get(flag_code="cardiac").events.filter(kind="reported_again").count() == 0

    def test_link_opened_again_shows_the_instruction_again(self, answer, client, path, clinic):
        answer(3, cardiac="")
        page = client.get(path)
        assert page.status_code == 200
        assert clinic.emergency_wording in words(page)

    def test_healthy_answer_opened_again_is_the_page_of_the_first_time(self, answer, client, path):
        assert words(answer(3)) == words(client.get(path))


class TestLaterAnswer:
    def test_later_score_counts_and_both_are_kept(self, answer, check_in, time_machine, at):
        answer(3)
        time_machine.move_to(at + 5 * HOUR, tick=False)
        page = answer(6)
        assert "It replaces your earlier pain score." in words(page)
        assert score_of(check_in) == 6
        assert [(row.score, row.outcome) for row in check_in.answers.all()] == [(3, "saved"), (6, "replaced")]
        assert PainScore.objects.get(check_in=check_in).scored_at == at + 5 * HOUR

    def test_worse_later_score_is_sent(self, answer, check_in):
        answer(3)
        assert not Alert.objects.filter(rule="pain").exists()
        answer(10, severe_pain="usual")
        # The first strong pain after needling: the rise joins the alert that it raised.
        assert Alert.objects.get(flag_code="severe_pain").events.filter(kind="finding_added").exists()

    @pytest.mark.parametrize(("hours", "score"), [(24, 6), (25, 3)])
    def test_counts_for_a_day(self, answer, check_in, time_machine, at, hours, score):
        answer(3)
        time_machine.move_to(at + hours * HOUR, tick=False)
        answer(6)
        assert score_of(check_in) == score

    def test_flag_a_day_late_is_taken_though_its_score_is_not(self, answer, check_in, time_machine, at):
        answer(3)
        time_machine.move_to(at + 30 * HOUR, tick=False)
        page = answer(9, cardiac="")
        assert "Your pain score was not saved" in words(page)
        assert {report.flag.code for report in RedFlagReport.objects.all()} == {"cardiac", "severe_pain"}
        assert score_of(check_in) == 3

    def test_database_refuses_a_score_without_an_answer(self, answer, check_in):
        answer(3)
        with pytest.raises(IntegrityError, match="score_is_corrected"), transaction.atomic():
            PainScore.objects.filter(check_in=check_in).update(score=9)

    def test_answers_are_never_changed(self, answer, check_in):
        answer(3)
        with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
            CheckInAnswer.objects.update(score=9)
        with (
            pytest.raises(IntegrityError, match="append_only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM courses_checkinanswer")


class TestUntouchedList:
    def test_is_asked_once_more_with_the_score_kept(self, answer, check_in, client, path):
        page = answer(3, says_none=False)
        said = words(page)
        assert "We have saved your pain score: 3 of 10." in said
        assert "None of these" in said
        kept = dict(re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', page.content.decode()))
        assert kept["score"] == "3"
        done = client.post(path, {**kept, "no_red_flag": "on"})
        assert "We have saved your answer." in words(done)
        assert [row.signs for row in check_in.answers.all()] == ["not_answered", "none"]

    def test_still_blank_is_saved_as_not_answered(self, answer, check_in, client, path):
        page = answer(3, says_none=False)
        kept = dict(re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', page.content.decode()))
        done = words(client.post(path, kept))
        assert "You did not answer the list of signs." in done
        assert "soreness" not in done
        assert {row.signs for row in check_in.answers.all()} == {"not_answered"}

    def test_what_was_asked_is_kept_with_its_version(self, answer, check_in):
        answer(3)
        asked = check_in.answers.get().asked
        assert (asked["questions"], asked["dissection_5d3n"], asked["cardiac"]) == (1, 2, 1)


class TestLink:
    def test_carries_what_the_page_needs_and_nothing_of_the_patient(self, check_in, clinic, patient):
        token = check_in_path(check_in).split("/")[2]
        link = open_check_in(token)
        assert (link.clinic.phone, link.clinic.emergency_number) == (clinic.phone, clinic.emergency_number)
        assert (link.clinic.country, link.clinic.name, link.language) == (clinic.country, clinic.name, "en")
        assert patient.family_name not in str(link)
        assert len(token) < 400

    def test_link_of_before_still_opens(self, client, check_in):
        old = signing.dumps(str(check_in.uuid), salt="check-in")
        assert client.get(f"/c/{old}/").status_code == 200


class TestAway:
    def test_form_is_shown_with_the_numbers_of_the_link(self, client, path, clinic, away):
        page = client.get(path)
        assert page.status_code == 200
        assert f"Call {clinic.emergency_number}" in words(page)
        assert HERE in words(page)
        assert page.content.decode().count('name="score"') == 11

    def test_nothing_is_said_to_be_saved_where_nothing_was(self, answer, clinic, away, settings, tmp_path):
        (tmp_path / "file").write_text("")
        settings.SPOOL_ROOT = tmp_path / "file"
        page = answer(3, cardiac="")
        assert page.status_code == 503
        said = words(page)
        assert clinic.emergency_wording in said
        assert "Your answer was not saved. Please call the clinic and tell them." in said
        assert f"Call the clinic: {HERE}" in said

    def test_usual_pain_reads_what_holds_either_way(self, answer, away):
        said = words(answer(9, severe_pain="usual"))
        assert "Pain this strong should be seen by a doctor soon" in said
        assert "If it started after your last treatment, see a doctor today." in said
        assert "emergency department today" not in said


class TestReplay:
    def test_takes_each_answer_in_once_as_it_was_given(self, answer, check_in, monkeypatch, at):
        with monkeypatch.context() as patch:
            patch.setattr(storing, "row_of_link", _gone)
            answer(4, trauma="")
        later = at + timedelta(minutes=20)
        assert [replay_answers(at=later) for _pass in range(2)] == [1, 0]
        report = RedFlagReport.objects.get()
        assert (report.reported_at, report.recorded_at) == (at, later)
        assert Alert.objects.get(flag_code="trauma").raised_at == at
        assert score_of(check_in) == 4

    def test_older_answer_never_replaces_a_newer_one(self, answer, check_in, monkeypatch, at, time_machine):
        with monkeypatch.context() as patch:
            patch.setattr(storing, "row_of_link", _gone)
            answer(8, severe_pain="usual")
        time_machine.move_to(at + HOUR, tick=False)
        answer(3)
        replay_answers(at=at + 2 * HOUR)
        assert score_of(check_in) == 3
        assert check_in.answers.latest("pk").outcome == "overtaken"

    def test_damaged_file_is_set_aside_and_raises_a_fault_until_somebody_looked(self, answer, monkeypatch, at):
        with monkeypatch.context() as patch:
            patch.setattr(storing, "row_of_link", _gone)
            answer(3)
            answer(4)
        broken, _whole = SPOOL.waiting()
        broken.write_bytes(b"damaged")
        assert replay_answers(at=at) == 1
        assert Fault.objects.open().get().kind == "spool"
        [aside] = SPOOL.set_aside()
        aside.unlink()
        replay_answers(at=at)
        assert not Fault.objects.open().exists()

    def test_database_that_goes_away_again_leaves_the_file(self, answer, monkeypatch, at):
        with monkeypatch.context() as patch:
            patch.setattr(storing, "row_of_link", _gone)
            answer(3)
        monkeypatch.setattr(spooled_answers, "row_of_link", _gone)
        with pytest.raises(OperationalError):
            replay_answers(at=at)
        assert read(SPOOL.waiting()[0])["score"] == 3


def _gone(*_args, **_kwargs):
    raise OperationalError("gone")
