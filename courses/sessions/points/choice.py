"""One row of points: which point is meant, or that it is not in the list. Nothing is guessed.

A point outside the list is saved only if somebody chose that, with its place on the body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Needling, Point
from courses.points.names import Reading, key_of, lies_on_midline
from courses.points.notation import TENDER_WORDS
from courses.sessions.points.catalogue import PointCatalogue

TENDER, OTHER = "tender", "other"
UNLISTED = ((TENDER, gettext_lazy("Tender (ashi) point")), (OTHER, gettext_lazy("Other point, not in the list")))
MOST_SIGNS = 80
Side = Needling.Side


@dataclass(frozen=True)
class TypedPoint:
    """The text of a row."""

    where: str
    side: str
    # A code of the list, or one of UNLISTED; empty if nobody was asked.
    listed: str = ""
    site: str = ""


@dataclass(frozen=True)
class PointChoice:
    """The meaning of a row: a point of the list, or a place outside it; with what still needs an answer."""

    reading: Reading
    point: Point | None = None
    unlisted: str = ""
    site: str = ""
    side: str = Side.BOTH
    errors: tuple[tuple[str, str], ...] = ()

    # Whether the text or the choice calls it a tender point.
    is_tender: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether the row shows its question: what this is, if it is not in the list."""
        return self.point is None or any(field in {"listed", "site"} for field, _words in self.errors)


def choose_point(typed: TypedPoint, catalogue: PointCatalogue) -> PointChoice:
    """The meaning of one row."""
    where, site = typed.where.strip(), typed.site.strip()
    reading = catalogue.read(where)
    chosen = typed.listed if typed.listed in {*reading.candidates, TENDER, OTHER} else ""
    point = catalogue.by_code.get(reading.code or chosen)
    errors = (
        *_listing_errors(where, site, chosen, point, reading, catalogue),
        *side_errors(where, typed.side, point, reading),
    )
    is_midline = point is not None and lies_on_midline(point.code)
    return PointChoice(
        reading=reading,
        point=point,
        unlisted=where if point is None and chosen == OTHER else "",
        site="" if point else _whole_site(where, site, chosen),
        is_tender=point is None and (chosen == TENDER or (not chosen and reading.is_tender)),
        side=Side.MIDLINE if is_midline and typed.side == Side.BOTH else typed.side,
        errors=errors,
    )


def choices_for(reading: Reading, catalogue: PointCatalogue) -> list[tuple[str, str]]:
    """The choices for a row: the points that may be meant, and those outside the list."""
    labels = catalogue.index.labels
    return [
        ("", _("Choose ...")),
        *((code, labels[code]) for code in reading.candidates),
        *((value, str(words)) for value, words in UNLISTED),
    ]


def _listing_errors(
    where: str, site: str, chosen: str, point: Point | None, reading: Reading, catalogue: PointCatalogue
) -> Iterator[tuple[str, str]]:
    if point is not None:
        if chosen not in {"", point.code}:
            words = _("“%(text)s” is %(point)s in the point list. Clear “Not in the list”, or change the text.")
            yield "listed", words % {"text": where, "point": point}
    elif not chosen:
        yield "listed", unclear_words(where, reading)
    elif not site:
        yield "site", _("“%(text)s”: enter where on the body it is.") % {"text": where}
    elif len(_whole_site(where, site, chosen)) > MOST_SIGNS:
        yield "site", _("Body site: point and site together must be at most %(n)d characters.") % {"n": MOST_SIGNS}
    elif words := listed_elsewhere(site, catalogue):
        yield "site", words


def _whole_site(where: str, site: str, chosen: str) -> str:
    """The site of a tender point with all other text typed as the point, so that nothing is lost."""
    is_said = chosen != TENDER or key_of(where) in TENDER_WORDS or where.casefold() in site.casefold()
    return site if is_said else f"{where}, {site}"


def unclear_words(where: str, reading: Reading) -> str:
    """Why somebody must choose."""
    if reading.codes:
        words = _("“%(text)s” can mean %(points)s. Choose one.")
        return words % {"text": where, "points": ", ".join([*reading.codes, *reading.outside])}
    if reading.close:
        words = _("“%(text)s” is not in the point list. Choose %(points)s, or say what it is.")
        return words % {"text": where, "points": _(" or ").join(reading.close)}
    return _("“%(text)s” is not in the point list. Choose what it is.") % {"text": where}


def place_values(code: str, unlisted: str, site: str) -> dict[str, str]:
    """A needling's point as the fields of a line."""
    if code:
        return {"where": code, "listed": "", "site": ""}
    return {"where": unlisted or site, "listed": OTHER if unlisted else TENDER, "site": site}


def listed_elsewhere(text: str, catalogue: PointCatalogue) -> str:
    """Why text cannot name a point outside the list; empty if it can."""
    named = catalogue.find(text)
    words = _("“%(text)s” is %(point)s in the point list. Enter it as the point, so that it can be checked.")
    return words % {"text": text, "point": named} if named else ""


def side_errors(where: str, side: str, point: Point | None, reading: Reading) -> Iterator[tuple[str, str]]:
    """Problems with the side of a point."""
    if reading.side and reading.side != side:
        words = _("“%(text)s” says %(said)s and the side chosen is %(chosen)s. Correct one of them.")
        yield "side", words % {"text": where, "said": Side(reading.side).label, "chosen": Side(side).label}
        return
    is_midline = lies_on_midline(point.code) if point else None
    if is_midline and side in {Side.LEFT, Side.RIGHT}:
        yield "side", _("%(point)s is on the midline. Choose “midline” as its side.") % {"point": point}
    if is_midline is False and side == Side.MIDLINE:
        yield "side", _("%(point)s is not on the midline. Choose left, right or both.") % {"point": point}
