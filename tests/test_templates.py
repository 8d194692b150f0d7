"""Templates can be read: short lines, and each one compiles."""

import re
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


@pytest.mark.parametrize("path", sorted((ROOT / "emails").glob("*.txt")), ids=lambda path: path.name)
def test_text_of_a_mail_has_lines_and_each_link_one_of_its_own(path: Path):
    """A formatter for HTML joins lines, which a text mail shows."""
    lines = path.read_text().splitlines()
    assert len(lines) >= 5
    links = [line for line in lines if re.search(r"{{ [\w.]*(link|url) }}", line)]
    assert links
    assert all(re.search(r"{{ [\w.]*(link|url) }}$", line) for line in links)


@pytest.mark.parametrize("name", FILES, ids=str)
def test_it_compiles(name: Path):
    get_template(str(name))
