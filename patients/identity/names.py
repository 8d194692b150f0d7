"""Names as they are stored and compared.

The database makes the form in which names are searched (`patients_plain`, migration 0003), so that no write can
forget it.
"""

from __future__ import annotations

from clinic.typed.names import BadName, clean_name

__all__ = ["BadName", "clean_name", "is_one_slip_apart", "words_match"]


def is_one_slip_apart(one: str, other: str) -> bool:
    """Whether two words differ by at most one letter: another, one more, one less, or two swapped."""
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
    """Whether every word of a typed name matches one of the stored name with at most one typing error."""
    theirs = stored.split()
    return bool(typed.split()) and all(
        any(is_one_slip_apart(word, one) for one in theirs) for word in typed.split()
    )
