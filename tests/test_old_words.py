"""No visible sentence uses a word that the house style has replaced; each exception has a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
TRANSLATING = frozenset({"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"})
LITERAL = re.compile(r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
CALL = re.compile(rf"gettext\({LITERAL.pattern}(?:, *{LITERAL.pattern})?")
PLAIN = re.compile(r">([^<>{}%]{4,})<")
# Each old word with its replacement.
OLD_WORDS = {
    r"mend(?:s|ed|ing)?": "fix",
    r"told": "emailed, said: who did what",
    r"anew": "again",
    r"^kept$|kept visits?|visits? (?:is |was |were )?kept": "attended",
    # To stand in for somebody is to take over their duties.
    r"stands?(?! in\b)(?!-)": "is, is shown, stays",
    r"of whom": "a sentence of its own",
    r"all the same": "still, even so",
    r"by itself": "automatically",
    r"(?:takes?|taken|taking)(?: \w+){0,2} on": "acknowledge, acknowledged",
    r"the bell": "name the part",
    r"the sum": "the calculation",
    r"the way back": "to resume",
    r"no longer so": "name what changed",
    r"comes? back": "reopens, returns",
    r"goes on|go on": "continues, resumes",
    r"compulsory": "required",
    r"unwanted": "side effect",
    r"nine of ten|nine times in ten": "wide range (9 in 10 scores)",
    r"no promise": "results vary",
    r"reckoned": "calculated",
    r"lapsed?|lapses": "expires, expired",
    r"forbidden": "avoid",
}
FOUND = {word: re.compile(rf"\b(?:{word})\b", re.IGNORECASE) for word in OLD_WORDS}
# A sentence that may use the word, with the reason.
ALLOWED: dict[str, str] = {
    "taken on": "the day of an image",
}


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _in_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in TRANSLATING:
                yield from filter(None, (_literal(one) for one in node.args))


def _in_template(source: str) -> Iterator[str]:
    for call in CALL.finditer(templatize(source)):
        yield from (ast.literal_eval(one) for one in LITERAL.findall(call[0]))
    yield from PLAIN.findall(source)


@cache
def sentences() -> frozenset[tuple[str, str]]:
    """Every visible sentence of code, templates and mail, with its file and single spaces."""
    found: set[tuple[str, str]] = set()
    for path in (ROOT / "templates").rglob("*.*"):
        words = _in_template(path.read_text(encoding="utf-8"))
        found |= {(str(path.relative_to(ROOT)), " ".join(one.split())) for one in words}
    for folder in ("clinic", "patients", "courses", "demo"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                words = _in_code(path.read_text(encoding="utf-8"))
                found |= {(str(path.relative_to(ROOT)), " ".join(one.split())) for one in words}
    return frozenset(found)


def old_words(sentence: str) -> list[str]:
    """The replaced words in a sentence."""
    return [word for word, pattern in FOUND.items() if pattern.search(sentence)]


def test_no_sentence_uses_an_old_word():
    used = {(where, one): old_words(one) for where, one in sentences() if one not in ALLOWED and old_words(one)}
    assert used == {}


def test_every_exception_is_a_sentence_that_needs_one():
    said = {one for _where, one in sentences()}
    assert {one for one in ALLOWED if one not in said or not old_words(one)} == set()


def test_sentences_of_all_sorts_are_read():
    """Code, a plural in code, a template, a plural in a template, mail in text and HTML."""
    said = {one for _where, one in sentences()}
    assert len(said) > 2000
    assert said >= {
        "Choose at least one step: an alert must reach somebody.",
        "%(n)d booking was handed over too.",
        "%(n)d bookings were handed over too.",
        "Tell a practitioner or the lead in person now.",
        "%(n)s alerts unanswered. Nobody is left on the contact list.",
        "It is unknown whether one email to a patient was sent. It will not be sent again.",
    }


@pytest.mark.parametrize(
    "words",
    ["Where it is mended", "The sum, as it stood", "Nobody was told.", "2 visits kept", "Taken on by Anna"],
)
def test_old_words_are_recognised(words):
    assert old_words(words)


@pytest.mark.parametrize("words", ["The summary", "Understand", "Your answer is saved", "Recommended"])
def test_other_words_are_left_alone(words):
    assert old_words(words) == []
