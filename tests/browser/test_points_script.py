"""The page's script reads points like the server: the same table, the same answer, for every spelling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clinic.presets import load_rows
from courses.points.names import PointName, index_of
from courses.points.notation import CHANNELS, SIDE_OF
from courses.presets import DATA

pytestmark = [pytest.mark.browser]

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "points.js"
ROWS = load_rows(DATA / "points.json")
INDEX = index_of(PointName(row["code"], (row["pinyin"], row["chinese_name"], *row["other_names"])) for row in ROWS)
ODD = [
    *("", " ", "()", "4", "LI", "LI1-5", "LI 1 0", "GB20 GB21", "LI4+LR3", "LI4 Quchi", "L3", "C5", "S9", "L14"),
    *("LI4?", "½", "LI²", "Ⅳ", "ＬＩ４", "LI\u200b4", "LI\u00ad4", "he2gu3", "he2gu", "Dü3", "DÜ 3", "Du\u0308 3"),
    *("Fengchii", "Tianzu", "Futu", "ST32 Futu", "Jiaji", "left shoulder blade", "Ashi, left", "阿是穴", "阿是"),
    *(
        "PC6",
        "constructor",
        "__proto__ 4",
        "toString",
        "ß",
        "İ4",
        "합곡",
        "ごうこく",
        "合谷左",
        "双合谷",
        "合谷 双侧",
    ),
    *("LI٤", "L.I. 04", "3E5", "3 e 5", "13E5", "0", "00", "LI0004", "M-BW-35 C5", "C5 Jiaji", "x" * 80),
]


def spellings() -> list[str]:
    """Every name and code of the list, each in many notations, and odd text."""
    names = [name for point in INDEX.points for name in (point.code, *point.names)]
    codes = [
        f"{alias}{sign}{point.code[2:]}"
        for point in INDEX.points
        if point.code[:2] in CHANNELS and point.code[2:].isdigit()
        for alias in CHANNELS[point.code[:2]]
        for sign in ("", " ", "-", ".")
    ]
    sides = [f"{code} {word}" for word in SIDE_OF for code in ("LI4", "Hegu", "EX-B2 C5")]
    more = [form for name in names for form in (name.upper(), " ".join(name), f" {name}.", f"{name} L", name[:-1])]
    return [*names, *codes, *sides, *(f"{word} 合谷" for word in SIDE_OF), *more, *ODD]


def test_script_and_server_agree(browser):
    page = browser.new_page()
    texts = spellings()
    read = page.evaluate(
        """async ([script, table, texts]) => {
          const { pointReader } = await import("data:text/javascript," + encodeURIComponent(script));
          return texts.map(pointReader(JSON.parse(table)));
        }""",
        [SCRIPT.read_text(encoding="utf-8"), json.dumps(INDEX.table), texts],
    )
    page.close()
    differs = [(text, one) for text, one in zip(texts, read, strict=True) if one != _by_server(text)]
    assert differs == []
    assert len(texts) > 1500


def _by_server(text: str) -> dict[str, object]:
    found = INDEX.read(text)
    return {
        "code": found.code,
        "codes": list(found.codes),
        "outside": list(found.outside),
        "side": found.side,
        "close": list(found.close),
        "isTender": found.is_tender,
    }
