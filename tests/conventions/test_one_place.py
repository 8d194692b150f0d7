"""A date, a time or a decimal that people read is written by clinic/country/shown.py: the code has no other place.

Machines are written to in formats of their own; each such place is listed here with who reads it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
THE_PLACE = {"clinic/country/shown.py", "clinic/country/conventions.py"}
# File and function: who reads it. "" stands for the whole file.
MACHINES = {
    ("clinic/backups/manifest.py", ""): "the file of a backup",
    ("clinic/backups/write.py", ""): "a file name",
    ("clinic/management/commands/restore.py", "handle"): "an operator's terminal, in UTC",
    ("clinic/account/two_factor.py", ""): "the session",
    ("clinic/outbox/endpoints.py", "_test_notice"): "the receiver of a webhook",
    ("clinic/people/leaving.py", "version_of"): "a hidden field",
    ("clinic/people/staff.py", "send_invitation"): "a key of the outbox",
    ("clinic/people/staff.py", "send_password_link"): "a key of the outbox",
    ("clinic/posting/stale.py", "stamp"): "a hidden field",
    ("clinic/hours/week_form.py", "as_words"): "a hidden field",
    ("clinic/sender/verifying.py", "_tell_managers"): "a key of the outbox",
    ("courses/bringing/cells.py", "_day_text"): "read again as a date",
    ("courses/bringing/exporting.py", "stream_export"): "a file name",
    ("courses/bringing/packing.py", ""): "the stored file",
    ("courses/bringing/reading.py", "written"): "the cell as the spreadsheet's file holds it",
    ("courses/bringing/safe_csv.py", "safe_cell"): "a file for programs",
    ("clinic/posting/stale.py", "_plain"): "a hidden field",
    ("clinic/templatetags/dates.py", "machine"): "attributes and addresses",
    ("clinic/typed/dates.py", "picked"): "the browser's picker, which shows it as the browser likes",
    ("clinic/typed/dates.py", "get_context"): "the page's script",
    ("clinic/typed/times.py", "format_value"): "the browser's picker, which shows it as the browser likes",
    ("courses/admin/alerts/alert.py", "age"): "an attribute",
    ("courses/admin/appointment.py", "add_view"): "an address",
    ("courses/admin/appointment.py", "_to_day"): "an address",
    ("courses/admin/person/letter.py", "pdf"): "a file name",
    ("courses/admin/schedule.py", "__init__"): "values of a list to choose from",
    ("courses/alerts/messages/webhooks.py", "render"): "the receiver of a webhook",
    ("courses/alerts/silences.py", "fall_silent"): "the event's row",
    ("courses/alerts/snoozing.py", "snooze"): "the event's row",
    ("courses/alerts/wording.py", "history_lines"): "compared, never shown",
    ("courses/charts/svg.py", "_text"): "coordinates of a picture",
    ("courses/checkins/spooled_answers.py", "keep_answer"): "the file of an answer",
    ("courses/corrections/newer_corrections.py", ""): "the browser's picker",
    ("courses/corrections/correct.py", "_row_changes"): "the correction's row",
    ("courses/corrections/sent_again.py", "_values"): "the browser's picker",
    ("courses/curve/study/evaluation.py", "write_predictions"): "a file for programs",
    ("courses/dashboards/curve_quality.py", "curve_quality"): "the name of a group; month_words writes it",
    ("courses/management/commands/audit_alerts.py", "handle"): "an operator's terminal",
    ("courses/management/commands/fit_curves.py", "handle"): "an operator's terminal",
    ("courses/management/commands/settle_restored.py", ""): "an operator's terminal",
    ("courses/priors/budget.py", "set_budget"): "the event's row",
    ("courses/priors/evidence.py", "month"): "the name of a group",
    ("courses/priors/fitting.py", "fit_clinic"): "the prior's row",
    ("courses/reminders/planning.py", "plan_again"): "a key of the outbox",
    ("courses/reminders/reminders_after_restore.py", "plan_what_is_due"): "an operator's terminal, in UTC",
    ("courses/reminders/rezoning.py", "replan_for_zone"): "a key of the outbox",
    ("courses/rules/unanswered.py", "find_unanswered"): "the evidence of a finding; alerts/wording.py writes it",
    ("courses/watching/digest.py", "_queue"): "a key of the outbox",
    ("courses/watching/alerts_after_restore.py", "__str__"): "an operator's terminal, in UTC",
    (
        "patients/models/patient.py",
        "",
    ): "the database's last word: the form refuses such a date before",
    ("patients/clearance.py", ""): "the detail of a reason; wording.py writes it",
    ("patients/identity/fields.py", "get_context"): "the page's script",
    ("patients/identity/merge_rules.py", "types_held_twice"): "the merge's row",
    ("patients/identity/merging.py", "_plain"): "the merge's row",
}
CALLS = {"strftime", "isoformat", "date_format", "time_format", "ctime", "format_datetime", "format_date"}
DECIMALS = re.compile(r"%\(\w+\)(?:\.[1-9]f|\.?\d*g)|%\.[1-9]f")
# An example of how a date is typed, in a sentence.
EXAMPLE = re.compile(r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w* \d{4}|\b\d{1,2}:\d{2}\b")
# Filters that write by a format of the page's own. One part of a date, such as a year, is in no order.
OWN_FORMAT = re.compile(r"\|\s*(?:date|time)\b(?!:\"[YlFDMjd]\")|\{%\s*now\b|\|\s*stringformat")
FOR_MACHINES = re.compile(r"\|\s*machine\b")
# A phone number as it was typed; one in an address is dialled.
PHONE_AS_TYPED = re.compile(r"\{\{\s*[\w.]+\.phone\s*\}\}|=[\w.]+\.phone\s*%\}")
OF_THE_BROWSER = re.compile(r"toLocale(?:Date|Time)?String|Intl\.DateTimeFormat")


def python_files() -> list[Path]:
    found = [path for app in ("clinic", "patients", "courses") for path in (ROOT / app).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def other_places(source: str) -> Iterator[tuple[str, int, str]]:
    """Function, line and kind of everything that writes a date, a time or a decimal without it."""

    def look(node: ast.AST, function: str) -> Iterator[tuple[str, int, str]]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.FunctionDef) else function
            if kind := written_by(child):
                yield inside, child.lineno, kind  # type: ignore[attr-defined]
            yield from look(child, inside)

    yield from look(ast.parse(source), "")


def written_by(node: ast.AST) -> str:
    """What a node writes; empty for nothing."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name if name in CALLS else ""
    if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
        spec = "".join(str(part.value) for part in ast.walk(node.format_spec) if isinstance(part, ast.Constant))
        if "%" in spec and not spec.endswith("%"):
            return f"{{:{spec}}}"
        return f"{{:{spec}}}" if re.search(r"\.[1-9]\d*[f%]$", spec) else ""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        node.value.value = ""  # a docstring
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = EXAMPLE.search(node.value) or DECIMALS.search(node.value) or re.search(r"\{\w*:%\w", node.value)
        return found[0] if found else ""
    return ""


def test_python_writes_dates_and_decimals_in_one_place():
    found = []
    for path in python_files():
        name = str(path.relative_to(ROOT))
        if name in THE_PLACE:
            continue
        found += [
            f"{name}:{line} {function} {kind}"
            for function, line, kind in other_places(path.read_text())
            if not {(name, ""), (name, function)} & set(MACHINES)
        ]
    assert not found, "\n".join(found)


def test_every_listed_place_writes_for_a_machine():
    by_file = {str(path.relative_to(ROOT)): path.read_text() for path in python_files()}
    found = {(name, function) for name, text in by_file.items() for function, _l, _k in other_places(text)}
    known = found | {(name, "") for name, _function in found}
    assert not set(MACHINES) - known


def test_templates_have_no_format_of_their_own():
    found = [
        f"{path.relative_to(ROOT)}: {hit}" for path in templates() for hit in OWN_FORMAT.findall(path.read_text())
    ]
    assert not found


def test_templates_write_for_machines_in_attributes_only():
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in templates()
        for line in path.read_text().splitlines()
        if any(not is_in_attribute(line, hit.start()) for hit in FOR_MACHINES.finditer(line))
    ]
    assert not found


def test_templates_show_phones_as_the_country_writes_them():
    found = [f"{path.name}: {hit}" for path in templates() for hit in PHONE_AS_TYPED.findall(path.read_text())]
    assert not found


def test_scripts_write_no_date_as_the_browser_likes():
    paths = [path for path in (ROOT / "static" / "js").rglob("*.js") if path.name != "dates.js"]
    assert not [path.name for path in paths if OF_THE_BROWSER.search(path.read_text())]


@pytest.mark.parametrize(
    "line",
    [
        'f"{day:%d %b}"',
        'f"{wall.held_at:%H:%M} h"',
        'day.strftime("%d.%m.%Y")',
        "day.isoformat()",
        'date_format(day, "j M Y")',
        'formats.time_format(day, "H:i")',
        '_("about %(mean).1f") % values',
        'f"{rate:.1f}"',
        'f"{share:.1%}"',
        '"{:%d %b}".format(day)',
        '_("Enter it as 3 Dec 2026.")',
        '_("Enter it as 14:30.")',
        '_("%(low)g to %(high)g") % values',
    ],
)
def test_another_place_is_found(line):
    assert list(other_places(f"def shown(day):\n    return {line}\n"))


@pytest.mark.parametrize(
    "line", ['f"{n:.0f} of {m:,}"', 'f"{name:>10}"', '_("%(n)d of %(m)s") % values', "shown_day(day)"]
)
def test_what_is_no_date_is_not_found(line):
    assert not list(other_places(f"def shown(day):\n    return {line}\n"))


def templates() -> list[Path]:
    found = [path for path in (ROOT / "templates").rglob("*.*") if "demo" not in path.parts]
    return sorted(found)


def is_in_attribute(line: str, place: int) -> bool:
    """Whether a place of a line lies within the value of an attribute: a quote is open before it."""
    return re.sub(r"\{[%{].*?[%}]\}", "", line[:place]).count('"') % 2 == 1
