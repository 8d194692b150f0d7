"""How the United States spell what the texts of the code spell as in Great Britain: one table of words.

The catalogue in locale/en_840 is made from it (manage.py spell_texts); it holds only texts that differ.
"""

from __future__ import annotations

import re

# Beginnings of words; what follows stays: licences, Specialised, haemophilia.
_STEMS = {
    "aestheti": "estheti",
    "anaesthe": "anesthe",
    "analyse": "analyze",
    "apologis": "apologiz",
    "authoris": "authoriz",
    "behaviour": "behavior",
    "cancelled": "canceled",
    "cancelling": "canceling",
    "categoris": "categoriz",
    "centimetre": "centimeter",
    "centre": "center",
    "cheque": "check",
    "colour": "color",
    "counsell": "counsel",
    "customis": "customiz",
    "defence": "defense",
    "diarrhoea": "diarrhea",
    "enrol": "enroll",
    "favour": "favor",
    "fulfil": "fulfill",
    "grey": "gray",
    "gynaec": "gynec",
    "haem": "hem",
    "labelled": "labeled",
    "learnt": "learned",
    "licence": "license",
    "litre": "liter",
    "lymphoedema": "lymphedema",
    "millimetre": "millimeter",
    "minimis": "minimiz",
    "neighbour": "neighbor",
    "oedema": "edema",
    "oestr": "estr",
    "organis": "organiz",
    "orthopaed": "orthoped",
    "paed": "ped",
    "practise": "practice",
    "practising": "practicing",
    "prioritis": "prioritiz",
    "programme": "program",
    "recognis": "recogniz",
    "specialised": "specialized",
    "specialises": "specializes",
    "spelt": "spelled",
    "stabilis": "stabiliz",
    "standardis": "standardiz",
    "summaris": "summariz",
    "towards": "toward",
    "travell": "travel",
    "tumour": "tumor",
    "unrecognis": "unrecogniz",
    "whilst": "while",
}
# Words that begin alike and are spelled alike.
_ALIKE = re.compile(r"(?i)organism|enroll|fulfill|analyses|programmed|programmer|programming")
# Not within an address, a placeholder or the name of a field.
_ANY_STEM = "|".join(sorted(_STEMS, key=len, reverse=True))
_WORD = re.compile(rf"(?<![\w/.-])(?<!%\()({_ANY_STEM})(\w*)", re.IGNORECASE)


def respelled(text: str) -> str:
    """The text as it is spelled in the United States."""
    return _WORD.sub(_respelled, text)


def _respelled(found: re.Match[str]) -> str:
    if _ALIKE.match(found[0]):
        return found[0]
    stem = _STEMS[found[1].lower()]
    if found[1].isupper():
        stem = stem.upper()
    elif found[1][0].isupper():
        stem = stem.capitalize()
    return stem + found[2]
