"""Docstrings, comments, test names, pages and visible sentences use plain words; exceptions have a reason."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_old_words import sentences

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("clinic", "patients", "courses", "demo", "bench", "tests", ".ci")
# What each old word becomes.
OLD_WORDS = {
    r"told(?! apart)|telling": "email, alert, inform, show, say, distinguish",
    r"(?:stands?|stood|standing)(?! (?:in|for|out)\b)": "is, are, applies",
    r"by (?:itself|themselves)": "automatically, alone",
    r"all the same": "still, anyway",
    r"anew": "again",
    r"mend(?:s|ed|ing)?": "fix, repair",
    r"whereof|thereof|of whom|of which": "a sentence of its own",
    r"(?<!body )(?<!thing )(?<!all )(?<!somebody )else": "otherwise, also",
    r"reckon(?:s|ed|ing)?": "calculate",
    r"lapse[sd]?": "expire, be overdue",
    r"the bell": "the notification",
    r"the sum(?! (?:of|over))": "the calculation",
    r"go(?:es)? on|went on|going on": "continue, resume",
    r"comes? back(?! (?:unsaved|as|beside))|came back": "return, be restored",
    r"nine of ten|nine times in ten": "9 in 10",
    r"nought|lest|for want of": "zero, so that, without",
    r"in the house|into the house": "in the local network, in the project",
    r"one's|oneself": "the user's",
    r"put(?:s|ting)? right": "correct",
    r"taken on|takes? on|taking on": "acknowledge",
    r"long ago|as of an import": "say when",
}
# Allowed on screens in requests to people; prose says email, alert, show, describe or distinguish.
IN_PROSE = re.compile(r"\btells?\b", re.IGNORECASE)
FOUND = {word: re.compile(rf"\b(?:{word})\b", re.IGNORECASE) for word in OLD_WORDS}
CODE = re.compile(r"`[^`\n]*`|https?://\S+")
# A part of a text that may use an old word, by its file, with the reason.
ALLOWED = {
    ("bench/mutants/__main__.py", "which line of which file"): "a question",
    ("courses/admin/visit/session.py", "what to tell the patient"): "staff speak to the patient",
    ("courses/sessions/next_steps.py", "what to tell the patient"): "staff speak to the patient",
    ("courses/sessions/next_steps.py", "What to tell the patient today"): "staff speak to the patient",
    ("patients/models/assessment.py", "taken on"): "the day of an image",
    ("tests/docs/test_names.py", '"told"'): "the name of a column",
}


def _docstrings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def _names_of_tests(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name.lower().startswith("test"):
            yield re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node.name).replace("_", " ")


def _python(source: str, *, is_test: bool) -> Iterator[str]:
    tree = ast.parse(source)
    yield from _docstrings(tree)
    if is_test:
        yield from _names_of_tests(tree)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ")


def _pages() -> Iterator[tuple[Path, Iterable[str]]]:
    """Files that are not Python, each with the texts in it; blocks of code in pages are left out."""
    for path in (ROOT / "static").rglob("*.*s"):
        if "vendor" not in path.parts:
            yield path, re.findall(r"/\*.*?\*/|(?<!:)//[^\n]*", path.read_text(encoding="utf-8"), re.DOTALL)
    for path in (ROOT / "templates").rglob("*.*"):
        yield path, re.findall(r"{#.*?#}", path.read_text(encoding="utf-8"))
    for path in (
        *(ROOT / "docs").glob("*.md"),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
    ):
        yield path, (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("    "))


def _prose() -> Iterator[tuple[str, str]]:
    """Every docstring, comment, test name and line of a page, with its file."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                for text in _python(path.read_text(encoding="utf-8"), is_test=folder == "tests"):
                    yield str(path.relative_to(ROOT)), text
    for path, found in _pages():
        yield from ((str(path.relative_to(ROOT)), text) for text in found)


def _clean(found: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((where, " ".join(CODE.sub("", text).split())) for where, text in found)


@cache
def prose() -> frozenset[tuple[str, str]]:
    """All prose; code in backticks and addresses left out."""
    return _clean(_prose())


@cache
def texts() -> frozenset[tuple[str, str]]:
    """All prose and all visible sentences."""
    return prose() | _clean(sentences())


def old_words(text: str, *, is_prose: bool = True) -> set[str]:
    """The old words in a text."""
    patterns = (*FOUND.values(), *([IN_PROSE] if is_prose else []))
    return {match[0].lower() for pattern in patterns for match in pattern.finditer(text)}


def _without_allowed(where: str, text: str) -> str:
    for file, part in ALLOWED:
        if file == where:
            text = text.replace(part, "")
    return text


def test_no_text_uses_an_old_word():
    used = {one: old_words(_without_allowed(*one), is_prose=one in prose()) for one in texts()}
    assert {key: words for key, words in used.items() if words} == {}


def test_every_exception_is_used_and_needed():
    found = {
        (file, part) for file, part in ALLOWED if any(file == where and part in text for where, text in texts())
    }
    assert found == set(ALLOWED)
    assert [part for _file, part in ALLOWED if not old_words(part)] == []


def test_texts_of_all_sorts_are_read():
    """A docstring, a comment, the name of a test, a page, a script, a style sheet and a visible sentence."""
    assert len(texts()) > 8000
    said = {where.partition("/")[0] for where, _text in texts()}
    assert said >= {"clinic", "patients", "courses", "demo", "bench", "tests", "docs", "static", "templates"}
    assert {text for _where, text in texts()} >= {
        "What each old word becomes.",
        "test texts of all sorts are read",
        "Tell a practitioner or the lead in person now.",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Staff are told.",
        "It tells staff",
        "It stands beside the name",
        "Else nothing would show",
        "None of whom was",
        "It goes on.",
    ],
)
def test_old_words_are_recognised(text):
    assert old_words(text)


@pytest.mark.parametrize(
    "text", ["Somebody else saved it", "Understand", "Nothing else is", "A standard", "Summary"]
)
def test_other_words_are_left_alone(text):
    assert old_words(text) == set()
