"""Who works on an import: one worker at a time, and only the holder of the claim writes."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection
from django.utils import timezone

from courses.bringing import claims, import_plan, running, writing
from courses.bringing.claims import LEASE, MOST_TRIES, PAUSE, Overtaken, claim_next, held, let_go
from courses.bringing.running import carry_out, check, choose, discard, drop, run_due, start
from courses.bringing.undoing import undo_import
from courses.models import Course, HistoryImport, Session
from patients.models import Patient
from tests.courses.bringing.test_running import HISTORY, PATIENTS, bring, carry_through
from tests.processes import database_url, wait_until

LATE = LEASE + timedelta(seconds=1)


@pytest.fixture
def started(clinic, lead, at):
    row = bring(clinic, lead, HISTORY, at=at)
    assert start(row, is_partial=False, by=lead)
    return row


def everything():
    return Patient.objects.count(), Course.objects.count(), Session.objects.count()


@pytest.mark.django_db
def test_a_claim_is_held_until_its_lease_is_over(started, at):
    first = claim_next(at=at)
    assert (first.pk, first.n_tries) == (started.pk, 1)
    assert claim_next(at=at + LEASE) is None
    second = claim_next(at=at + LATE)
    assert (second.pk, second.n_tries) == (started.pk, 2)
    assert second.claim != first.claim


@pytest.mark.django_db
def test_an_overtaken_worker_writes_nothing(started, at):
    slow, quick = claim_next(at=at), claim_next(at=at + LATE)
    with pytest.raises(Overtaken):
        carry_out(slow, at=at)
    assert everything() == (0, 0, 0)
    carry_out(quick, at=at)
    with pytest.raises(Overtaken):
        carry_out(slow, at=at)
    assert everything() == (1, 1, 3)


@pytest.mark.django_db
def test_an_overtaken_check_writes_nothing(clinic, lead, at):
    row = bring(clinic, lead, PATIENTS, at=at)
    slow = HistoryImport.objects.get(pk=row.pk)
    slow.state = HistoryImport.State.CHECKING
    with pytest.raises(Overtaken):
        check(slow, at=at + LATE)
    row.refresh_from_db()
    assert (row.state, row.checked_at) == ("checked", at)


@pytest.mark.django_db
def test_a_file_deleted_during_its_check_stays_deleted(clinic, lead, at, monkeypatch):
    row = bring(clinic, lead, PATIENTS, at=at)
    choose(row, running.Choices.of_json(row.choices))
    real = running.plan_import

    def plan(*args, **more):
        assert discard(HistoryImport.objects.get(pk=row.pk))
        return real(*args, **more)

    monkeypatch.setattr(running, "plan_import", plan)
    assert run_due(clock=lambda: at) == 1
    row.refresh_from_db()
    assert (row.state, bytes(row.content), row.found, row.preview) == ("discarded", b"", {}, {})


@pytest.mark.django_db
def test_an_import_that_was_undone_is_not_written_by_a_late_worker(started, lead, at):
    slow, quick = claim_next(at=at), claim_next(at=at + LATE)
    carry_out(quick, at=at)
    assert undo_import(quick, reason="wrong file", by=lead, at=at)
    with pytest.raises(Overtaken):
        carry_out(slow, at=at)
    assert everything() == (0, 0, 0)


@pytest.mark.django_db
def test_an_error_is_tried_again_and_three_end_the_import(started, signed_in, lead, at, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr(running, "write_plan", fail)
    for number in range(MOST_TRIES):
        assert run_due(clock=lambda number=number: at + number * 2 * PAUSE) == 1
        assert run_due(clock=lambda number=number: at + number * 2 * PAUSE) == 0
    started.refresh_from_db()
    assert (started.state, started.preview) == ("failed", {"why": "", "n_tries": 3})
    page = signed_in(lead).get(f"/admin/courses/historyimport/{started.pk}/change/").content.decode()
    assert "could not be processed: 3 attempts failed" in " ".join(page.split())
    assert everything() == (0, 0, 0)


@pytest.mark.django_db
def test_workers_that_die_three_times_end_the_import(started, at):
    for number in range(MOST_TRIES):
        assert claim_next(at=at + number * LATE)
    assert run_due(clock=lambda: at + MOST_TRIES * LATE) == 0
    started.refresh_from_db()
    assert (started.state, started.claim, started.found) == ("failed", None, {})


@pytest.mark.django_db
def test_one_error_does_not_hold_up_another_import(started, clinic, lead, at):
    let_go(claim_next(at=at), at=at)
    assert carry_through(clinic, lead, PATIENTS, at=at).state == "imported"
    started.refresh_from_db()
    assert (started.state, started.claim, started.n_tries) == ("importing", None, 1)


@pytest.mark.django_db
def test_whoever_holds_an_import_may_drop_it_and_nobody_else(started, at):
    slow, holder = claim_next(at=at), claim_next(at=at + LATE)
    assert not drop(slow)
    assert drop(holder)
    assert run_due(clock=lambda: at + 2 * LATE) == 0


@pytest.mark.django_db(transaction=True)
def test_a_slow_worker_that_was_overtaken_in_the_middle_writes_nothing(started, at, monkeypatch):
    """It holds the clinic until it finds out; the other one waits for it, and writes everything once."""
    slow, is_there, may_go_on, real = claim_next(at=at), Event(), Event(), writing.write_plan
    raised = []

    def wait_and_write(row, *args, **more):
        if row.claim == slow.claim:
            is_there.set()
            assert may_go_on.wait(30)
        real(row, *args, **more)

    def work():
        try:
            carry_out(slow, at=at)
        except Overtaken as error:
            raised.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(running, "write_plan", wait_and_write)
    thread = Thread(target=work)
    thread.start()
    assert is_there.wait(30)
    HistoryImport.objects.update(lease_until=at)
    quick = claim_next(at=at + LATE)
    may_go_on.set()
    carry_out(quick, at=at)
    thread.join(30)
    assert len(raised) == 1
    assert everything() == (1, 1, 3)
    assert HistoryImport.objects.get().state == "imported"


@pytest.mark.django_db(transaction=True)
def test_reporting_progress_stops_a_slow_worker_that_was_overtaken(started, at):
    slow = claim_next(at=at)
    claim_next(at=at + LATE)
    with running.told_progress(slow) as step, pytest.raises(Overtaken):
        step(1, 2)
    assert HistoryImport.objects.get().n_done == 0


@pytest.mark.django_db(transaction=True)
def test_one_file_at_a_time_is_worked_on(started, at, at_once):
    counts = at_once(lambda: run_due(clock=lambda: at), lambda: run_due(clock=lambda: at))
    assert sum(counts) == 1
    assert everything() == (1, 1, 3)
    with claims.alone() as is_alone:
        assert is_alone
        assert at_once(lambda: run_due(clock=lambda: at)) == [0]


KILLED = """
import sys, time
import django
django.setup()
from django.utils import timezone
from courses.bringing import running
real = running.keep
def keep(row, **values):
    if values.get("state") == "imported":
        print("all is written", flush=True)
        time.sleep(600)
    real(row, **values)
running.keep = keep
running.run_due(clock=timezone.now)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_taken_over_after_its_lease(started, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "clinic.settings")
    worker = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)
    try:
        assert any("all is written" in line for line in worker.stdout)
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    now = timezone.now()
    wait_until(_is_free)
    assert run_due(clock=lambda: now) == 0
    assert everything() == (0, 0, 0)
    assert run_due(clock=lambda: now + LATE) == 1
    assert everything() == (1, 1, 3)
    row = HistoryImport.objects.get()
    assert (row.state, row.claim, row.n_tries, bytes(row.content)) == ("imported", None, 0, b"")


def _is_free():
    """The server has noticed that the worker is gone."""
    with claims.alone() as is_alone:
        return is_alone


@pytest.mark.django_db(transaction=True)
def test_who_was_merged_meanwhile_is_found_again(clinic, lead, at):
    """Records on file are locked before they are read the last time."""
    carry_through(clinic, lead, PATIENTS, at=at)
    locked = []
    row = bring(clinic, lead, HISTORY, at=at)
    table, choices = running.table_of(row), running.Choices.of_json(row.choices)
    plan = import_plan.plan_import(clinic, table, choices, at=at, lock=locked.append)
    assert locked == [[Patient.objects.get(family_name="Lee").pk]]
    assert plan.digest() == row.preview["digest"]


@pytest.mark.django_db
def test_a_changed_plan_with_the_same_counts_is_shown_again(clinic, lead, at):
    """Anna was on file and Bo was new; now it is the other way round."""
    text = "Name,DOB\nAnna Lee,31/05/1980\nBo Chen,12/03/1975\n"
    anna = Patient.objects.create(clinic=clinic, given_name="Anna", family_name="Lee", born_on="1980-05-31")
    row = bring(clinic, lead, text, at=at)
    Patient.objects.filter(pk=anna.pk).update(given_name="Bo", family_name="Chen", born_on="1975-03-12")
    start(row, is_partial=False, by=lead)
    run_due(clock=lambda: at)
    row.refresh_from_db()
    assert (row.state, Patient.objects.count()) == ("checked", 1)


def test_a_claim_is_new_each_time(at):
    assert held(at)["claim"] != held(at)["claim"]
    assert held(at)["lease_until"] == at + LEASE
