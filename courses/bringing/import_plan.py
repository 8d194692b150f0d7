"""What an import would do: whose records, which courses, which lines are refused. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.models import Clinic
from courses.bringing.file_choices import Choices
from courses.bringing.lines import Reader, ReadLine
from courses.bringing.people import Known, match_people
from courses.bringing.planned import Plan, PlannedRecord
from courses.bringing.reading import STEP_ROWS, Step, Table
from courses.bringing.sorting import Sorter, VisitsOnFile
from patients.identity.phones import region_of

Lock = Callable[[list[int]], None]


def plan_import(
    clinic: Clinic,
    table: Table,
    choices: Choices,
    *,
    at: datetime,
    step: Step | None = None,
    lock: Lock | None = None,
) -> Plan:
    """Read every line, find whose it is, and sort the sessions into courses. The same file gives the same plan.

    `lock` holds records on file, so that nobody writes in them until the plan is carried out.
    """
    plan = Plan(n_lines=len(table.lines))
    today = clinic.local(at).date()
    read = _read(table, Reader(choices, region_of(clinic), today), step)
    for one in read:
        if one.faults:
            plan.refused[one.number] += one.faults
    people = _matched(clinic, read, step, lock)
    plan.n_sharing_contact = sum(known.shares_contact for known in people)
    visits = VisitsOnFile(clinic, [known.pk for known in people if known.pk]) if choices.has_visits else None
    sorter = Sorter(clinic, choices, today=today, at=at, on_file=visits)
    for number, known in enumerate(people, start=1):
        _plan_person(plan, known, sorter)
        if step is not None and number % STEP_ROWS == 0:
            step(len(table.lines), len(table.lines))
    return plan


def _read(table: Table, reader: Reader, step: Step | None) -> list[ReadLine]:
    read: list[ReadLine] = []
    for n_done, line in enumerate(table.lines, start=1):
        read.append(reader.read(line))
        if step is not None and n_done % STEP_ROWS == 0:
            step(n_done, len(table.lines))
    return read


def _matched(clinic: Clinic, read: list[ReadLine], step: Step | None, lock: Lock | None) -> list[Known]:
    people = match_people(clinic, read, step=step)
    on_file = [known.pk for known in people if known.pk]
    if lock is None or not on_file:
        return people
    lock(on_file)
    # Two records may have been merged before the lock was there.
    return match_people(clinic, read, step=step)


def _plan_person(plan: Plan, known: Known, sorter: Sorter) -> None:
    """A person is brought along whole or not at all: a course without one of its sessions would be a wrong one."""
    for number, why in known.faults.items():
        plan.refused[number].append(why)
    courses = [] if _is_refused(plan, known) else sorter.courses_of(known)
    for course in courses:
        for number, why in sorter.refuse(course, known).items():
            plan.refused[number].append(why)
    if _is_refused(plan, known):
        bad = min(line.number for line in known.lines if line.number in plan.refused)
        words = _("Line %(line)d of the same person is refused. Correct it; this line is imported with it.")
        for line in known.lines:
            if line.number not in plan.refused:
                plan.refused[line.number].append(words % {"line": bad})
        return
    record = PlannedRecord(known)
    for course in courses:
        if sorter.is_on_file(course, known):
            plan.n_sessions_on_file += len(course.lines)
        else:
            record.courses.append(course)
    plan.n_on_file += known.pk is not None
    if record.courses or known.pk is None:
        plan.records.append(record)


def _is_refused(plan: Plan, known: Known) -> bool:
    return any(line.number in plan.refused for line in known.lines)
