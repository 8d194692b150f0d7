"""Cells that look filled in a spreadsheet and are empty in its file: merged ones, formulas without a result.

Read as empty they would lose a score without a word. Pure but for the sentences' language.
"""

from __future__ import annotations

import re
from typing import IO

from django.utils.translation import gettext as _

AT_ONCE = 1024 * 1024
# The longest cell that is looked for: a formula has at most 8,192 letters.
OVERLAP = 64 * 1024
# No part reaches over the next tag: a search takes no longer in a file that was made to slow it down.
MERGED = re.compile(rb'<mergeCell\b[^<>]*\bref="([A-Z0-9:]+)"')
WITHOUT_RESULT = re.compile(
    rb'<c\b(?![^<>]*\bt="str")[^<>]*\br="([A-Z]+[0-9]+)"[^<>]*>\s*<f\b[^<>]*(?:/>|>[^<]*</f>)'
    rb"\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)


def why_unfilled(sheet: IO[bytes]) -> str:
    """A sentence with the first such cell; empty where there is none. `sheet` is the sheet's XML."""
    rest = b""
    while part := sheet.read(AT_ONCE):
        part = rest + part
        if found := MERGED.search(part):
            words = _(
                "The sheet has merged cells (%(cells)s). Unmerge them, fill in every row and upload it again."
            )
            return words % {"cells": found[1].decode()}
        if found := WITHOUT_RESULT.search(part):
            words = _(
                "Cell %(cell)s has a formula without a result. Open the file in your spreadsheet software, "
                "save it and upload it again."
            )
            return words % {"cell": found[1].decode()}
        rest = part[-OVERLAP:]
    return ""
