"""Past courses from a file, one row per session; the same as the pages of imports do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.country.date_order import order_in
from clinic.models import Clinic, Membership, Role
from courses.bringing.cells import Order
from courses.bringing.claims import Overtaken, alone, held
from courses.bringing.columns import BY_KEY, guess_columns
from courses.bringing.file_choices import Choices, Needles, OpenCourses
from courses.bringing.reading import BadFile
from courses.bringing.running import carry_out, check, choose, drop, first_rows, start, upload
from courses.models import HistoryImport, Protocol
from courses.plans.starting import STANDARD
from patients.identity.phones import region_of

REFUSED = 2


class Command(BaseCommand):
    """Says each refused row with its reason; imports all or nothing unless asked otherwise."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, whose it is, and what its columns do not say."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check the file and write nothing")
        parser.add_argument(
            "--skip-bad", action="store_true", help="import the other rows without the refused ones"
        )
        parser.add_argument("--clinic", default="", help="short name; needed where there are several clinics")
        parser.add_argument("--by", default="", help="username of the lead or manager who imports")
        parser.add_argument("--practitioner", default="", help="username, for rows that name nobody")
        parser.add_argument(
            "--dates",
            choices=[one.value for one in Order],
            default="",
            help="order of day and month; by default that of the clinic's country",
        )
        parser.add_argument("--needles", choices=[one.value for one in Needles], default=Needles.ASK.value)
        parser.add_argument(
            "--running", action="store_true", help="courses with a session in the last 8 weeks continue"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, say what was found, import."""
        clinic = _clinic(options["clinic"])
        by = _member(clinic, options["by"], Role.MANAGER, Role.LEAD)
        with alone() as is_alone:
            if not is_alone:
                raise CommandError("Another file is being imported. Run the command again when it has ended.")
            row = _uploaded(clinic, options["file"], by)
            try:
                self._carry_through(row, tuple(guess_columns(first_rows(row).headings)), by, options)
            except BadFile as error:
                raise CommandError(str(error), returncode=REFUSED) from error
            except Overtaken as error:
                raise CommandError("Nothing was imported: somebody changed the import meanwhile.") from error
            finally:
                # Nothing of a file that was not imported stays behind.
                drop(row)

    def _carry_through(self, row: HistoryImport, columns: tuple[str, ...], by: Membership, options: Any) -> None:
        choices = _choices(row.clinic, columns, options)
        for heading, key in zip(first_rows(row).headings, columns, strict=True):
            self.stdout.write(f"column {heading!r}: {BY_KEY[key].label if key else 'left out'}")
        if not choose(row, choices, holder=held(timezone.now())):
            raise Overtaken
        plan = check(row, at=timezone.now())
        for line, why in sorted(plan.refused.items()):
            self.stderr.write(f"line {line}: {' '.join(why)}")
        for name, n in row.found.items():
            self.stdout.write(f"{name.removeprefix('n_').replace('_', ' ')}: {n}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
            return
        if plan.refused and not options["skip_bad"]:
            raise CommandError("Nothing was imported: some rows are refused. See above.", returncode=REFUSED)
        if not start(row, is_partial=bool(plan.refused), by=by, holder=held(timezone.now())):
            raise Overtaken
        carry_out(row, at=timezone.now())
        if row.state != HistoryImport.State.IMPORTED:
            raise CommandError("Nothing was imported: the records changed meanwhile. Run it again.")
        self.stdout.write(self.style.SUCCESS(f"Imported as {row}. It can be undone on the page of imports."))


def _uploaded(clinic: Clinic, path: Path, by: Membership) -> HistoryImport:
    """The file as a new import; one that somebody uploaded before is theirs."""
    try:
        row, is_new = upload(clinic, path.read_bytes(), file_name=path.name, by=by, at=timezone.now())
    except OSError as error:
        raise CommandError(f"{path}: cannot be read ({error.strerror})", returncode=REFUSED) from error
    except BadFile as error:
        raise CommandError(str(error), returncode=REFUSED) from error
    if row.state == HistoryImport.State.IMPORTED:
        raise CommandError(f"This file was imported before ({row}). Undo that import first.", returncode=REFUSED)
    if not is_new:
        raise CommandError(
            f"This file was uploaded before ({row}). Import it or delete it on the page of imports.",
            returncode=REFUSED,
        )
    return row


def _clinic(slug: str) -> Clinic:
    clinics = list(Clinic.objects.filter(slug=slug) if slug else Clinic.objects.filter(practice_of=None)[:2])
    if len(clinics) != 1:
        known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise CommandError(f"Say which clinic with --clinic: {known}", returncode=REFUSED)
    return clinics[0]


def _member(clinic: Clinic, username: str, *roles: Role) -> Membership:
    """The member named, or the only one in question."""
    rows = Membership.objects.filter(clinic=clinic).active().select_related("user", "clinic")
    if username:
        found = rows.with_role(*roles).filter(user__username=username).first()
        if found is None:
            raise CommandError(f"{username!r} is no such member of the clinic", returncode=REFUSED)
        return found
    for role in roles:
        if found := rows.with_role(role).order_by("pk").first():
            return found
    raise CommandError(f"The clinic has no {' or '.join(roles)}", returncode=REFUSED)


def _choices(clinic: Clinic, columns: tuple[str, ...], options: Any) -> Choices:
    if not {"given", "family", "name"} & set(columns):
        raise CommandError(
            "No column holds a name. Name it “First name”, “Last name” or “Name”.", returncode=REFUSED
        )
    order = options["dates"] or order_in(region_of(clinic) or "")
    if not order:
        raise CommandError("Say how dates are written: --dates dmy or --dates mdy.", returncode=REFUSED)
    practitioner = _member(clinic, options["practitioner"], Role.PRACTITIONER, Role.LEAD)
    protocol = Protocol.objects.for_clinic(clinic).offered().order_by("pk")
    return Choices(
        columns=columns,
        order=Order(order),
        practitioner=practitioner.pk,
        protocol=(protocol.filter(code=STANDARD).first() or protocol[0]).pk,
        open_courses=OpenCourses.RUNNING if options["running"] else OpenCourses.ENDED,
        needles=Needles(options["needles"]),
    )
