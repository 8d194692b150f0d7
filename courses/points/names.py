"""Finds the point that a text names, as people write points: "LI 4", "li-4", "Hé Gǔ", "合谷", "UB10". Pure.

Text that names one point of the list is that point. Anything else is never guessed: the answer lists the possible
points, or none, and somebody chooses. `static/js/points.js` reads the same table in the same way; a test
compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from courses.points.notation import CHANNEL_OF, MIDLINE_CHANNELS, SHARED_NAMES, SIDE_OF, TENDER_WORDS

# Signs without meaning between the parts of a name. Any other sign (+, /, ?, &) makes the text unclear.
SEPARATORS = " \t_.·・'’‘ʼ`\"“”„(),:;[]。、"
LETTERS, DIGITS, SEPARATOR, UNCLEAR = "letters", "digits", "separator", "unclear"
DIAERESIS = "\u0308"
CODE = re.compile(r"(3?[a-zü]+)([0-9]+)")
# Shorter names are not searched for typing errors.
SHORTEST_GUESS = 5
MOST_WORDS = 12


@dataclass(frozen=True)
class PointName:
    """A point of the list: its code and its other names."""

    code: str
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Code and first name."""
        return " ".join([self.code, *[name for name in self.names if name][:1]])


@dataclass(frozen=True)
class Reading:
    """The result for a text: the points of the list that it names, and the side if it names one."""

    codes: tuple[str, ...] = ()
    # Points with the same name that are not in the list.
    outside: tuple[str, ...] = ()
    side: str = ""
    # Points whose name is one typing error away, if the text names none.
    close: tuple[str, ...] = ()
    is_tender: bool = False

    @property
    def code(self) -> str:
        """The one point that is meant; empty if somebody must choose."""
        return self.codes[0] if len(self.codes) == 1 and not self.outside else ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The points to offer if somebody must choose."""
        return () if self.code else self.codes or self.close


@dataclass(frozen=True)
class PointIndex:
    """Every spelling of the points of one list."""

    points: tuple[PointName, ...]
    keys: Mapping[str, tuple[str, ...]] = field(repr=False)
    outside: Mapping[str, tuple[str, ...]] = field(repr=False)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Code and first name by code."""
        return {point.code: point.label for point in self.points}

    def read(self, text: str) -> Reading:
        """The point that a text names."""
        words = _words(text)
        if not words:
            return Reading()
        found = self._named(words)
        if found is None:
            found = self._with_side(words)
        if found is not None:
            return found
        key = _key(words)
        return Reading(close=self._close(key), is_tender=_begins_with_tender(words))

    @cached_property
    def table(self) -> dict[str, Any]:
        """The same data for a page's script: plain types, no rows."""
        place = {point.code: n for n, point in enumerate(self.points)}
        return {
            "codes": [point.code for point in self.points],
            "labels": [point.label for point in self.points],
            "midline": [lies_on_midline(point.code) for point in self.points],
            "keys": {key: [place[code] for code in codes] for key, codes in self.keys.items()},
            "outside": {key: list(codes) for key, codes in self.outside.items()},
            "channels": CHANNEL_OF,
            "sides": SIDE_OF,
            "tender": list(TENDER_WORDS),
            "separators": SEPARATORS,
        }

    def _named(self, words: list[str]) -> Reading | None:
        """The text as a name, or as several names of one point, such as code and pinyin."""
        key = _key(words)
        found = self._at(key) or self._at(_without_tones(words))
        if found:
            return found
        for cut in range(1, min(len(words), MOST_WORDS)):
            first = self._at(_key(words[:cut]))
            rest = self._named(words[cut:]) if first else None
            if first and rest:
                both = tuple(code for code in first.codes if code in rest.codes)
                return (
                    Reading(both, tuple(code for code in first.outside if code in rest.outside)) if both else None
                )
        return None

    def _with_side(self, words: list[str]) -> Reading | None:
        """A name with one word for a side before or after it."""
        head, tail = words[0], words[-1]
        splits = [(words[:-1], tail), (words[1:], head)]
        if not tail.isascii():
            # Chinese is written without spaces.
            splits += [([*words[:-1], tail[:-n]], tail[-n:]) for n in (1, 2)]
        if not head.isascii():
            splits += [([head[n:], *words[1:]], head[:n]) for n in (1, 2)]
        for rest, word in splits:
            found = self._named(rest) if word in SIDE_OF and rest and all(rest) else None
            if found:
                return Reading(found.codes, found.outside, side=SIDE_OF[word])
        return None

    def _at(self, key: str) -> Reading | None:
        codes = self.keys.get(key)
        return Reading(codes, self.outside.get(key, ())) if codes else None

    def _close(self, key: str) -> tuple[str, ...]:
        if len(key) < SHORTEST_GUESS or not key.isalpha():
            return ()
        near = {
            code
            for name, codes in self.keys.items()
            if len(name) >= SHORTEST_GUESS and name.isalpha() and is_one_slip_away(key, name)
            for code in codes
        }
        return tuple(point.code for point in self.points if point.code in near)


def index_of(points: Iterable[PointName]) -> PointIndex:
    """Every spelling of these points."""
    rows = tuple(points)
    keys: dict[str, list[str]] = {}
    for point in rows:
        for key in dict.fromkeys(key for name in (point.code, *point.names) for key in _keys(name)):
            keys.setdefault(key, []).append(point.code)
    standard = {key_of(point.code) for point in rows}
    outside = {
        key_of(name): tuple(code for code in codes if key_of(code) not in standard)
        for name, codes in SHARED_NAMES.items()
    }
    return PointIndex(
        rows,
        {key: tuple(codes) for key, codes in keys.items()},
        {key: codes for key, codes in outside.items() if codes and key in keys},
    )


def key_of(text: str) -> str:
    """The normal form of a name or code: two texts with the same form are the same name; empty if unclear."""
    return _key(_words(text))


def lies_on_midline(code: str) -> bool | None:
    """Whether a point is on the midline and so has no side; None if its code does not show it (extra points)."""
    found = CODE.fullmatch(key_of(code))
    channel = CHANNEL_OF.get(found[1]) if found else None
    return None if channel is None else channel in MIDLINE_CHANNELS


def is_one_slip_away(one: str, other: str) -> bool:
    """Whether two words differ by one letter more, less, other, or by two swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _keys(name: str) -> Iterator[str]:
    """A name's normal form, and the form without a diaeresis: pinyin Lü is often typed Lu, or Lv."""
    key = key_of(name)
    if not key:
        return
    yield key
    if "ü" in key and not CODE.fullmatch(key):
        yield from (key.replace("ü", "u"), key.replace("ü", "v"))


def _words(text: str) -> list[str]:
    """Groups of letters and of digits, in lower case and without tone marks; empty if a sign makes it unclear."""
    kinds = [(_kind(sign), sign) for sign in _plain(text)]
    if any(kind == UNCLEAR for kind, _sign in kinds):
        return []
    words: list[tuple[str, str]] = []
    last = SEPARATOR
    for kind, sign in kinds:
        if kind == last != SEPARATOR:
            words[-1] = (kind, words[-1][1] + sign)
        elif kind != SEPARATOR:
            words.append((kind, sign))
        last = kind
    return [str(int(word)) if kind == DIGITS else word for kind, word in words]


def _plain(text: str) -> str:
    """Without tone marks, full-width and invisible characters; a diaeresis stays, because German Dü is not Du."""
    spread = unicodedata.normalize("NFKD", text).lower()
    kept = [sign for sign in spread if sign == DIAERESIS or unicodedata.category(sign) not in {"Mn", "Cf"}]
    return unicodedata.normalize("NFC", "".join(kept))


def _kind(sign: str) -> str:
    if sign in "0123456789":
        return DIGITS
    category = unicodedata.category(sign)
    if category.startswith("L"):
        return LETTERS
    return SEPARATOR if sign in SEPARATORS or category in {"Zs", "Pd"} else UNCLEAR


def _key(words: list[str]) -> str:
    """The words joined, with two numbers kept apart and the channel's standard code."""
    key = ""
    for word in words:
        key += f".{word}" if key[-1:].isdigit() and word[0].isdigit() else word
    found = CODE.fullmatch(key)
    channel = CHANNEL_OF.get(found[1]) if found else None
    return f"{channel.lower()}{found[2]}" if found and channel else key


def _without_tones(words: list[str]) -> str:
    """Pinyin with tone numbers, such as he2gu3, without them; empty if it is none."""
    names, tones = words[::2], words[1::2]
    is_toned = len(names) == len(tones) > 1 and all(one.isalpha() for one in names)
    return "".join(names) if is_toned and all(one in {"1", "2", "3", "4", "5"} for one in tones) else ""


def _begins_with_tender(words: list[str]) -> bool:
    return any(_key(words[:n]) in TENDER_WORDS for n in range(1, min(len(words), 3) + 1)) or words[0].startswith(
        "阿是"
    )
