"""Names as they are stored and compared. Pure.

The form in which names are searched is made by the database (`patients_plain`, migration 0003): one home for it,
so that no write can leave it behind.
"""

from __future__ import annotations

import re
import unicodedata

# Controls that change the direction of the text around them, and characters that nobody sees.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
# Two joiners are part of the spelling in Persian and in Indian scripts, and nowhere else.
JOINERS = re.compile(
    "(?<![\u0600-\u06ff\u0900-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u06ff\u0900-\u0dff])"
)
CONTROL_CATEGORIES = {"Cc", "Cs", "Co", "Cn"}


class BadName(ValueError):
    """No name; the message is for the person who typed it."""


def clean_name(text: str) -> str:
    """A name as it is stored: composed (NFC), single spaces, nothing invisible; BadName for control characters."""
    text = JOINERS.sub("", INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    text = " ".join(text.split())
    if any(unicodedata.category(character) in CONTROL_CATEGORIES for character in text):
        raise BadName("control")
    if text and not any(unicodedata.category(character)[0] == "L" for character in text):
        raise BadName("no letter")
    return text


def is_one_slip_apart(one: str, other: str) -> bool:
    """Whether two words differ by at most one letter: another, one more, one less, or two exchanged."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    first, second = one[start:], other[start:]
    is_exchanged = first[:2] == second[1::-1] and len(second) > 1 and first[2:] == second[2:]
    return is_exchanged or first[1:] == second[1:] or first[1:] == second or first == second[1:]


def words_match(typed: str, stored: str) -> bool:
    """Whether every word of a name typed has one of the stored name that is at most one slip away."""
    theirs = stored.split()
    return bool(typed.split()) and all(
        any(is_one_slip_apart(word, one) for one in theirs) for word in typed.split()
    )
