"""A person's lines as courses: which sessions belong together, when each course ended, what contradicts itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership, Role
from courses.bringing.file_choices import Choices, OpenCourses
from courses.bringing.lines import ReadLine
from courses.bringing.people import Known
from courses.bringing.planned import PlannedCourse, PlannedSession
from courses.models import Course, Session

# Two sessions of one complaint this far apart belong to two courses, where the file does not say.
APART = timedelta(weeks=12)
# A course without an end is still running if its last session was so lately.
LATELY = timedelta(weeks=8)
# Where the file gives no time of day.
NOON = time(12)


class VisitsOnFile:
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
        found = courses.order_by().values_list("patient", "complaint")
        self.open = {(pk, complaint.casefold()) for pk, complaint in found}


class Sorter:
    """Sorts a person's sessions into courses."""

    def __init__(
        self, clinic: Clinic, choices: Choices, *, today: date, at: datetime, on_file: VisitsOnFile | None
    ) -> None:
        self.clinic, self.choices, self.today, self.at, self.on_file = clinic, choices, today, at, on_file
        self.members: dict[str, int | None] = {}
        rows = Membership.objects.filter(clinic=clinic)
        self.treating = set(rows.active().with_role(Role.PRACTITIONER, Role.LEAD).values_list("pk", flat=True))
        for member in rows.select_related("user"):
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
        bad: dict[int, str] = contradictions(course)
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
        if course.is_open and self.on_file and (known.pk or 0, course.complaint.casefold()) in self.on_file.open:
            words = _("The record has an open course for “%(complaint)s” already. Enter when this one ended.")
            bad.setdefault(course.lines[-1].number, words % {"complaint": course.complaint})
        if course.sessions:
            course.practitioner = self._responsible(course)
        return bad

    def _responsible(self, course: PlannedCourse) -> int:
        """Who gave the last session; whoever left cannot answer for a course that is still running."""
        last = course.sessions[-1].practitioner
        return self.choices.practitioner if course.is_open and last not in self.treating else last

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
                other = newest.get(course.complaint.casefold())
                if other is None or other.starts_on < course.starts_on:
                    newest[course.complaint.casefold()] = course
        for course in newest.values():
            course.ended_on, course.is_open = None, True


def _course(lines: list[ReadLine]) -> PlannedCourse:
    first = lines[0].visit
    return PlannedCourse(first.complaint if first else "", lines)


def contradictions(course: PlannedCourse) -> dict[int, str]:
    """Lines of one course that say two things about it, or a session after its end."""
    bad: dict[int, str] = {}
    visits = [(line.number, line.visit) for line in course.lines if line.visit]
    ended_on, ends_in = next(((one.ended_on, number) for number, one in visits if one.ended_on), (None, 0))
    first, complaint = visits[0][0], visits[0][1].complaint.casefold()
    for number, visit in visits:
        if visit.complaint.casefold() != complaint:
            words = _("Line %(line)d has the same course with another complaint. Enter the same in both.")
            bad[number] = words % {"line": first}
        elif visit.ended_on and visit.ended_on != ended_on:
            words = _("Line %(line)d has the same course with another end. Enter the same in both.")
            bad[number] = words % {"line": ends_in}
        elif ended_on and visit.on > ended_on:
            bad[number] = _("The course ended before this session. Check both dates.")
    return bad


def _split(lines: list[ReadLine]) -> list[list[ReadLine]]:
    """After a long time, or after the end that the file names, another course begins."""
    parts: list[list[ReadLine]] = [[]]
    for line in lines:
        before = parts[-1][-1].visit if parts[-1] else None
        if before and line.visit and (line.visit.on - before.on > APART or _is_over(before.ended_on, line)):
            parts.append([])
        parts[-1].append(line)
    return parts


def _is_over(ended_on: date | None, line: ReadLine) -> bool:
    """Whether the course ended before this line's session."""
    return ended_on is not None and line.visit is not None and line.visit.on > ended_on
