"""What guards entries, and what looks like a patient and is none, is explained in both pages."""

from __future__ import annotations

from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["concepts.md", "threat-model.md"])
@pytest.mark.parametrize("word", ["gate", "void", "merge", "test patient"])
def test_word_is_explained(page, word):
    assert word in (DOCS / page).read_text(encoding="utf-8").lower()
