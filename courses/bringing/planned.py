"""What an import would write: records, courses, sessions; and the lines that are refused. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from courses.bringing.lines import ReadLine
from courses.bringing.people import Known


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
    practitioner: int = 0

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

    def digest(self) -> str:
        """The same for two plans that write the same; times of day that the file does not give are left out."""
        found = hashlib.sha256(repr(sorted(self.refused)).encode())
        for record in self.records:
            courses = [
                (
                    *(course.complaint, course.practitioner, course.is_open, course.ended_on, course.starts_on),
                    [(one.line, one.practitioner, one.before, one.after) for one in course.sessions],
                )
                for course in record.courses
            ]
            found.update(repr((record.known.first.number, record.known.pk, courses)).encode())
        return found.hexdigest()
