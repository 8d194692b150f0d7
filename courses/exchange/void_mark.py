"""The mark on every page of a void letter, so that nobody mistakes it for a valid one."""

from __future__ import annotations

import io
import json
from datetime import datetime

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter

from courses.exchange.typesetting import typeset

# A page with only the mark, to be laid over each page of the letter.
MARK = """
#let data = json("data.json")
#set page(width: data.width * 1pt, height: data.height * 1pt, margin: 1cm, fill: none)
#place(center + horizon, rotate(-35deg, text(110pt, weight: "bold", fill: rgb("#a5150d99"), data.mark)))
#place(top + center, block(fill: rgb("#a5150d"), inset: 6pt, width: 100%,
  text(11pt, fill: white, weight: "bold", data.words)))
"""


def marked_void(pdf: bytes, words: str, *, at: datetime) -> bytes:
    """The PDF with the mark and a sentence on every page; TypesettingFailed if the mark cannot be made."""
    written = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for page in written.pages:
        size = {"width": float(page.mediabox.width), "height": float(page.mediabox.height)}
        data = json.dumps({**size, "mark": _("VOID"), "words": words})
        mark = PdfReader(io.BytesIO(typeset({"main.typ": MARK, "data.json": data}, at=at)))
        page.merge_page(mark.pages[0])
    found = io.BytesIO()
    written.write(found)
    return found.getvalue()
