"""Every text that a patient sees, found in its source: templates, catalogues, functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from clinic.models import Clinic
from clinic.presets import load_rows
from courses.presets import DATA
from patients.models import Consent

ROOT = Path(__file__).resolve().parents[2]
# The rooms of patients' pages; and mails whose name says that they are for patients.
TEMPLATES = ("templates/courses/checkins/*", "templates/courses/reminders/*", "templates/emails/reminder_*")
# Python code that words texts for patients: whole modules, or functions in them.
SPEAKERS: dict[str, set[str]] = {
    "courses/checkins/forms.py": set(),
    "courses/checkins/page.py": set(),
    "courses/reminders/mail.py": set(),
    "courses/alerts/messages/recipients.py": {"notice_to_patient", "test_patient_words"},
    "courses/sessions/next_steps.py": {"patient_words", "_about_pain", "_instruction"},
    "patients/identity/words.py": {"no_mail_words"},
}
TRANSLATE = re.compile(r"""{%\s*translate\s+(["'])(.*?)\1""", re.S)
BLOCK = re.compile(r"{%\s*blocktranslate.*?%}(.*?){%\s*endblocktranslate\s*%}", re.S)


def texts() -> Iterator[tuple[str, str]]:
    """Place and text of every text."""
    yield from _of_templates()
    yield from _of_catalogues()
    yield from _of_functions()
    yield "clinic emergency wording", str(Clinic._meta.get_field("emergency_wording").default)
    yield from ((f"stream {one.value}", str(one.label)) for one in Consent.Stream)


def templates() -> list[Path]:
    """Every template that a patient reads."""
    return sorted(one for pattern in TEMPLATES for one in ROOT.glob(pattern))


def _of_templates() -> Iterator[tuple[str, str]]:
    for path in templates():
        content = path.read_text(encoding="utf-8")
        for found in [match[1] for match in TRANSLATE.findall(content)] + BLOCK.findall(content):
            for part in re.split(r"{%\s*plural\s*%}", found):
                yield str(path.relative_to(ROOT)), plain(part)


def _of_catalogues() -> Iterator[tuple[str, str]]:
    for row in load_rows(DATA / "red_flags.json"):
        if row["asked"] == "always":
            yield f"red flag {row['code']}", row["wording"]
            yield f"red flag {row['code']}, follow-up", row["follow_up"]
    for row in load_rows(DATA / "check_in_questions.json"):
        yield f"question {row['code']}", row["question"]
    for row in load_rows(DATA / "aftercare_measures.json"):
        yield f"aftercare {row['code']}", f"{row['name']}: {row['advice']}"


def _of_functions() -> Iterator[tuple[str, str]]:
    for place, names in SPEAKERS.items():
        tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
        speakers = [
            one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name in names
        ] if names else [tree]  # fmt: skip
        assert len(speakers) >= len(names), f"{place} no longer has {names}"
        for speaker in speakers:
            for call in ast.walk(speaker):
                name = getattr(call.func, "id", "") if isinstance(call, ast.Call) and call.args else ""
                if name in {"_", "gettext", "gettext_lazy"} and isinstance(call.args[0], ast.Constant):
                    yield place, plain(str(call.args[0].value))


def plain(text: str) -> str:
    """Without tags; each variable counts as one short word."""
    text = re.sub(r"<[^>]*>", " ", text)
    text = re.sub(r"%\(\w+\)[sd]|{{.*?}}|{%.*?%}", "7", text)
    return re.sub(r"\s+", " ", text.replace("%%", "%")).strip()
