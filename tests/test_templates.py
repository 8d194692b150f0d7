"""Templates can be read: short lines, and each one compiles."""

from pathlib import Path
from statistics import median

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[1] / "templates"
FILES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.html"))
LONGEST = 140
MEDIAN = 60


def lines_of(name: Path) -> list[str]:
    return (ROOT / name).read_text().splitlines()


def test_no_line_is_too_long_to_read():
    long = [
        f"{name}:{number}"
        for name in FILES
        for number, line in enumerate(lines_of(name), start=1)
        if len(line) > LONGEST
    ]
    assert not long


def test_a_usual_line_is_short():
    assert median(len(line) for name in FILES for line in lines_of(name)) <= MEDIAN


@pytest.mark.parametrize("name", FILES, ids=str)
def test_it_compiles(name: Path):
    get_template(str(name))
