"""What an import would do: whose records, which courses, which lines are refused. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership
from courses.bringing.file_choices import Choices, OpenCourses
from courses.bringing.lines import Reader, ReadLine
from courses.bringing.people import Known, match_people
from courses.bringing.reading import Table
from courses.models import Course, Session
from patients.identity.phones import region_of

# Two sessions of one complaint this far apart belong to two courses, where the file does not say.
APART = timedelta(weeks=12)
# A course without an end is still running if its last session was so lately.
LATELY = timedelta(weeks=8)
# Where the file gives no time of day.
NOON = time(12)
Step = Callable[[int, int], None]


@dataclass(frozen=True)
class PlannedSession:
    """A session that would be written."""

    line: int
    held_at: datetime
    practitioner: int
    is_needled: bool
    before: int | None
    after: int | None
    note: str


@dataclass
class PlannedCourse:
    """A course that would be written, whole or not at all."""

    complaint: str
    lines: list[ReadLine]
    sessions: list[PlannedSession] = field(default_factory=list)
    ended_on: date | None = None
    is_open: bool = False

    @property
    def starts_on(self) -> date:
        """The day of its first session."""
        return min(line.visit.on for line in self.lines if line.visit)


@dataclass
class PlannedRecord:
    """A person with their courses: a new record, or one on file that gets more."""

    known: Known
    courses: list[PlannedCourse] = field(default_factory=list)


@dataclass
class Plan:
    """Everything an import would do."""

    records: list[PlannedRecord] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    n_on_file: int = 0
    n_sessions_on_file: int = 0
    n_sharing_contact: int = 0
    n_lines: int = 0

    def counts(self) -> dict[str, int]:
        """What a page says of it."""
        courses = [course for record in self.records for course in record.courses]
        sessions = [session for course in courses for session in course.sessions]
        return {
            "n_lines": self.n_lines,
            "n_new": sum(record.known.pk is None for record in self.records),
            "n_on_file": self.n_on_file,
            "n_courses": len(courses),
            "n_open": sum(course.is_open for course in courses),
            "n_sessions": len(sessions),
            "n_scores": sum((one.before is not None) + (one.after is not None) for one in sessions),
            "n_sessions_on_file": self.n_sessions_on_file,
            "n_sharing_contact": self.n_sharing_contact,
            "n_refused": len(self.refused),
        }


def plan_import(clinic: Clinic, table: Table, choices: Choices, *, at: datetime, step: Step | None = None) -> Plan:
    """Read every line, find whose it is, and sort the sessions into courses. The same file gives the same plan."""
    plan = Plan(n_lines=len(table.lines))
    today = clinic.local(at).date()
    reader = Reader(choices, region_of(clinic), today)
    read: list[ReadLine] = []
    for n_done, line in enumerate(table.lines, start=1):
        read.append(reader.read(line))
        if step is not None and n_done % 500 == 0:
            step(n_done, len(table.lines))
    for one in read:
        if one.faults:
            plan.refused[one.number] += one.faults
    people = match_people(clinic, read)
    plan.n_sharing_contact = sum(known.shares_contact for known in people)
    visits = _VisitsOnFile(clinic, [known.pk for known in people if known.pk]) if choices.has_visits else None
    sorter = _Sorter(clinic, choices, today=today, at=at, on_file=visits)
    for known in people:
        _plan_person(plan, known, sorter)
    return plan


def _plan_person(plan: Plan, known: Known, sorter: _Sorter) -> None:
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


class _VisitsOnFile:
    """On which days people on file had sessions, and which complaints they have an open course for."""

    def __init__(self, clinic: Clinic, keys: Sequence[int]) -> None:
        self.days: dict[int, set[date]] = defaultdict(set)
        self.open: set[tuple[int, str]] = set()
        if not keys:
            return
        rows = Session.objects.for_clinic(clinic).filter(course__patient__in=keys)
        for pk, held_at in rows.order_by().values_list("course__patient", "held_at"):
            self.days[pk].add(clinic.local(held_at).date())
        courses = Course.objects.for_clinic(clinic).filter(patient__in=keys).open()
        self.open = set(courses.order_by().values_list("patient", "complaint"))


class _Sorter:
    """Sorts a person's sessions into courses."""

    def __init__(
        self, clinic: Clinic, choices: Choices, *, today: date, at: datetime, on_file: _VisitsOnFile | None
    ) -> None:
        self.clinic, self.choices, self.today, self.at, self.on_file = clinic, choices, today, at, on_file
        self.members: dict[str, int | None] = {}
        for member in Membership.objects.filter(clinic=clinic).select_related("user"):
            for name in {str(member), member.user.username, member.user.get_full_name(), member.user.last_name}:
                key = " ".join(name.casefold().split())
                # A name that two members have names neither.
                self.members[key] = None if key in self.members and self.members[key] != member.pk else member.pk

    def courses_of(self, known: Known) -> list[PlannedCourse]:
        """By the file's own course, otherwise by complaint and by long gaps."""
        groups: dict[tuple[str, str], list[ReadLine]] = defaultdict(list)
        for line in known.lines:
            if line.visit:
                groups[line.visit.course, "" if line.visit.course else line.visit.complaint.casefold()].append(
                    line
                )
        courses = []
        for (own, _complaint), lines in groups.items():
            lines.sort(key=lambda line: (line.visit.on, line.visit.at or NOON, line.number))  # type: ignore[union-attr]
            courses += [_course(lines)] if own else [_course(some) for some in _split(lines)]
        self._settle_ends(courses)
        return courses

    def refuse(self, course: PlannedCourse, known: Known) -> dict[int, str]:
        """Why lines of a course cannot be written; where there is no reason, its sessions are planned."""
        bad: dict[int, str] = {}
        taken: dict[datetime, int] = {}
        own = self.on_file.days.get(known.pk, set()) if self.on_file and known.pk else set()
        is_all_on_file = self.is_on_file(course, known)
        for line in course.lines:
            session, why = self._session(line)
            if why:
                bad[line.number] = why
            elif session is None:
                continue
            elif session.held_at in taken:
                words = _("The same session is in line %(line)d. Remove one, or give both a time.")
                bad[line.number] = words % {"line": taken[session.held_at]}
            elif line.visit and line.visit.on in own and not is_all_on_file:
                bad[line.number] = _("The record has a session on this day already.")
            else:
                taken[session.held_at] = line.number
                course.sessions.append(session)
        if course.is_open and self.on_file and (known.pk or 0, course.complaint) in self.on_file.open:
            words = _("The record has an open course for “%(complaint)s” already. Enter when this one ended.")
            bad.setdefault(course.lines[-1].number, words % {"complaint": course.complaint})
        return bad

    def is_on_file(self, course: PlannedCourse, known: Known) -> bool:
        """Whether each of its sessions is in the record already: the file was imported before."""
        days = self.on_file.days.get(known.pk, set()) if self.on_file and known.pk else set()
        return bool(days) and all(line.visit and line.visit.on in days for line in course.lines)

    def _session(self, line: ReadLine) -> tuple[PlannedSession | None, str]:
        visit = line.visit
        if visit is None:
            return None, ""
        wall = datetime.combine(visit.on, visit.at or NOON)
        held_at = timezone.make_aware(wall, self.clinic.zone_info)
        if held_at > self.at:
            if visit.at:
                return None, _("The session is in the future. Check the date.")
            held_at = self.at
        who, note = self._practitioner(visit.practitioner, visit.note)
        if who is None:
            words = _("Practitioner: “%(name)s” is not the name of one member of the clinic.")
            return None, words % {"name": visit.practitioner}
        scores = (visit.before, visit.after)
        return PlannedSession(line.number, held_at, who, visit.is_needled, *scores, note), ""

    def _practitioner(self, name: str, note: str) -> tuple[int | None, str]:
        if not name:
            return self.choices.practitioner, note
        found = self.members.get(" ".join(name.casefold().split()))
        if found is None and self.choices.is_other_practitioner_noted:
            words = _("Practitioner: %(name)s.") % {"name": name}
            return self.choices.practitioner, f"{words} {note}".strip()
        return found, note

    def _settle_ends(self, courses: list[PlannedCourse]) -> None:
        """The end that the file names; without one the course ended with its last session, or it still runs."""
        newest: dict[str, PlannedCourse] = {}
        for course in courses:
            visits = [line.visit for line in course.lines if line.visit]
            ends = [visit.ended_on for visit in visits if visit.ended_on]
            last = max(visit.on for visit in visits)
            course.ended_on = max(ends, default=last)
            if not ends and self.choices.open_courses is OpenCourses.RUNNING and self.today - last <= LATELY:
                other = newest.get(course.complaint)
                if other is None or other.starts_on < course.starts_on:
                    newest[course.complaint] = course
        for course in newest.values():
            course.ended_on, course.is_open = None, True


def _course(lines: list[ReadLine]) -> PlannedCourse:
    first = lines[0].visit
    return PlannedCourse(first.complaint if first else "", lines)


def _split(lines: list[ReadLine]) -> list[list[ReadLine]]:
    """Where a long time passed between two sessions, another course begins."""
    parts: list[list[ReadLine]] = [[]]
    for line in lines:
        before = parts[-1][-1].visit if parts[-1] else None
        if before and line.visit and line.visit.on - before.on > APART:
            parts.append([])
        parts[-1].append(line)
    return parts
