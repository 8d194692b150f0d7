"""What is asked of a file: which one it is, what its columns mean, and what the columns do not say."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_number
from clinic.models import Clinic, Membership, Role
from courses.bringing.cells import Order
from courses.bringing.columns import BY_KEY, COLUMNS, guess_columns, is_own_column
from courses.bringing.file_choices import Choices, Needles, OpenCourses
from courses.bringing.reading import MEGABYTE, MOST_BYTES, MOST_ROWS, Table, written
from courses.models import HistoryImport, Protocol
from courses.plans.starting import STANDARD

N_SAMPLES = 3
LONGEST_SAMPLE = 40


def megabytes(n_bytes: int) -> str:
    """A size with one decimal, rounded up: a file that is too large never looks as if it were not."""
    return shown_number(math.ceil(10 * n_bytes / MEGABYTE) / 10, 1)


class UploadForm(forms.Form):
    """One file."""

    upload = forms.FileField(
        label=gettext_lazy("File (XLSX or CSV)"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": gettext_lazy("File: choose the spreadsheet to import.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        words = _("At most %(megabytes)d MB and %(rows)s rows. One sheet, with headings in its first row.")
        self.fields["upload"].help_text = words % {"megabytes": MOST_BYTES // MEGABYTE, "rows": f"{MOST_ROWS:,}"}

    def clean_upload(self) -> Any:
        """Refused by size before a byte is read."""
        upload = self.cleaned_data["upload"]
        if upload.size > MOST_BYTES:
            words = _("The file is %(size)s MB. At most %(most)d MB can be imported at once. Split it.")
            raise ValidationError(words % {"size": megabytes(upload.size), "most": MOST_BYTES // MEGABYTE})
        return upload


class ColumnsForm(forms.Form):
    """The meaning of each column, and what is needed to read the file."""

    order = forms.ChoiceField(
        label=gettext_lazy("How are dates written?"),
        choices=[
            (Order.DAY_FIRST, gettext_lazy("Day first: 31/05/1980")),
            (Order.MONTH_FIRST, gettext_lazy("Month first: 05/31/1980")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "A date with the year first, or with the month in letters, is understood in both cases."
        ),
        error_messages={"required": gettext_lazy("Choose one: look at the dates in the columns above.")},
    )
    needles = forms.ChoiceField(
        label=gettext_lazy("Were needles used, where the file does not say?"),
        choices=[
            (Needles.ASK, gettext_lazy("Refuse these lines, so that I can enter it")),
            (Needles.YES, gettext_lazy("Yes, in all of these sessions")),
            (Needles.NO, gettext_lazy("No, in none of these sessions")),
        ],
        initial=Needles.ASK,
        widget=forms.RadioSelect,
    )
    open_courses = forms.ChoiceField(
        label=gettext_lazy("Courses without an end date"),
        choices=[
            (OpenCourses.ENDED, gettext_lazy("have ended with their last session")),
            (OpenCourses.RUNNING, gettext_lazy("are still running if the last session was in the last 8 weeks")),
        ],
        initial=OpenCourses.ENDED,
        widget=forms.RadioSelect,
    )
    practitioner = forms.ModelChoiceField(
        label=gettext_lazy("Practitioner, where the file names nobody"),
        queryset=Membership.objects.none(),
        error_messages={"required": gettext_lazy("Choose whose sessions they are.")},
    )
    is_other_practitioner_noted = forms.BooleanField(
        label=gettext_lazy("Use this practitioner for names that are not members, and keep the name in the note"),
        required=False,
    )
    protocol = forms.ModelChoiceField(label=gettext_lazy("Plan of the courses"), queryset=Protocol.objects.none())
    complaint = forms.CharField(
        label=gettext_lazy("Complaint, where the file names none"), max_length=120, initial="Neck pain"
    )

    def __init__(
        self, *args: Any, clinic: Clinic, table: Table, before: Choices | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.table = table
        members = Membership.objects.filter(clinic=clinic).active().select_related("user")
        treating: Any = self.fields["practitioner"]
        treating.queryset = members.with_role(Role.PRACTITIONER, Role.LEAD)
        plans: Any = self.fields["protocol"]
        plans.queryset = Protocol.objects.for_clinic(clinic).offered()
        guessed = before.columns if before else guess_columns(table.headings)
        meanings = [("", _("Leave out")), *((column.key, column.label) for column in COLUMNS)]
        self.places = [place for place, heading in enumerate(table.headings) if not is_own_column(heading)]
        for place in self.places:
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=table.headings[place] or _("Column %(n)d") % {"n": place + 1},
                choices=meanings,
                required=False,
                initial=guessed[place],
            )
        if before:
            self.initial = {**before.as_json(), **self.initial}
        else:
            self.initial.setdefault("protocol", plans.queryset.filter(code=STANDARD).first())
            only = list(treating.queryset[:2])
            if len(only) == 1:
                self.initial.setdefault("practitioner", only[0])

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each column's field with its first values."""
        return [(self[f"column_{place}"], self._samples(place)) for place in self.places]

    def others(self) -> list[forms.BoundField]:
        """The other questions."""
        return [self[name] for name in self.base_fields]

    def _samples(self, place: int) -> list[str]:
        found = (written(line.cells[place]) for line in self.table.lines[:200])
        return list(dict.fromkeys(text[:LONGEST_SAMPLE] for text in found if text))[:N_SAMPLES]

    def clean(self) -> dict[str, Any]:
        """Each meaning once; a name; no scores without a date."""
        values = super().clean() or {}
        chosen: dict[str, int] = {}
        for place in self.places:
            key = values.get(f"column_{place}", "")
            if key in chosen:
                words = _("%(meaning)s: two columns cannot both be this. Leave one of them out.")
                self.add_error(f"column_{place}", words % {"meaning": BY_KEY[key].label})
            elif key:
                chosen[key] = place
        if not chosen.keys() & {"given", "family", "name"}:
            self.add_error(None, _("Choose the column with the name: given and family name, or the full name."))
        of_visits = [key for key in chosen if BY_KEY[key].is_of_visit and key != "session_on"]
        if of_visits and "session_on" not in chosen:
            words = _("Choose the column with the session date, or leave out: %(columns)s.")
            self.add_error(None, words % {"columns": ", ".join(str(BY_KEY[key].label) for key in of_visits)})
        return values

    def chosen(self) -> Choices:
        """What a valid form says."""
        values = self.cleaned_data
        return Choices(
            columns=tuple(values.get(f"column_{place}", "") for place in range(len(self.table.headings))),
            order=Order(values["order"]),
            practitioner=values["practitioner"].pk,
            protocol=values["protocol"].pk,
            open_courses=OpenCourses(values["open_courses"]),
            needles=Needles(values["needles"]),
            is_other_practitioner_noted=values["is_other_practitioner_noted"],
            complaint=values["complaint"],
        )


class StartForm(forms.Form):
    """Import what was checked."""

    # Which check the page showed: after another one, somebody reads its outcome first.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    is_partial = forms.BooleanField(
        label=gettext_lazy("Import the others, without the refused lines"), required=False
    )

    def __init__(self, *args: Any, row: HistoryImport, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.shown = str(row.checked_at.timestamp()) if row.checked_at else ""
        self.initial["seen"] = self.shown
        if not row.found.get("n_refused"):
            del self.fields["is_partial"]

    @property
    def is_stale(self) -> bool:
        """Whether the file was checked again after the page was opened."""
        return bool(self.cleaned_data["seen"] != self.shown)
