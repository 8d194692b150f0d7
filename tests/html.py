"""Reads a page as a person does: line breaks do not matter."""

from __future__ import annotations

import re


def packed(html: str) -> str:
    """The page without white space beside its tags, and with one space between attributes."""
    return re.sub(r"\s*(<[^>]*>)\s*", lambda found: " ".join(found[1].split()), html)
