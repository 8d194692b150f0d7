"""How rare something was expected to be: how exactly that is kept, and how exactly it is said. Pure."""

from __future__ import annotations

# Rarer than this is kept no more exactly, and rarer than that is said no more exactly.
RAREST_KEPT = 1_000_000.0
RAREST_SAID = 1_000


def kept_odds(one_in: float) -> float:
    """“One in” so many, as a finding or a score freezes it."""
    return round(one_in, 1)


def said_odds(one_in: float) -> int | None:
    """“About 1 in” so many with the two digits that are known; None for what is rarer than is ever said."""
    if one_in > RAREST_SAID:
        return None
    n_digits = len(str(int(one_in)))
    return int(round(one_in, min(2 - n_digits, 0)))
