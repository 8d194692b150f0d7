"""Text becomes the point it names, or needs a question; it never becomes another point."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.presets import load_rows
from courses.points.names import PointName, index_of, is_one_slip_away, key_of, lies_on_midline
from courses.points.notation import CHANNEL_OF, CHANNELS, SHARED_NAMES, SIDE_OF
from courses.presets import DATA

ROWS = load_rows(DATA / "points.json")
POINTS = [PointName(row["code"], (row["pinyin"], row["chinese_name"], *row["other_names"])) for row in ROWS]
INDEX = index_of(POINTS)
CODES = [point.code for point in POINTS]
TONES = "\u0304\u0301\u030c\u0300"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "LI4") for text in ("LI4", "LI 4", "li-4", "LI4 ", "Li.4", "ＬＩ４", "LI-04", "L.I. 4", "LI–4")),
        *(
            (text, "LI4")
            for text in ("Hegu", "He Gu", "hégǔ", "Hé-gǔ", "he2gu3", "He2 Gu3", "合谷", "合 谷", "ｈｅｇｕ")
        ),
        *((text, "LI4") for text in ("LI4 Hegu", "Hegu LI4", "LI 4 (合谷)", "Di4", "GI 4", "Large Intestine 4")),
        ("LI\u200b4", "LI4"),
        ("UB10", "BL10"),
        ("B 10", "BL10"),
        ("天柱", "BL10"),
        *((text, "TE5") for text in ("SJ5", "SJ-5", "TW 5", "TB5", "TH5", "3E5", "3 E 5", "San Jiao 5", "外關")),
        *((text, "GV14") for text in ("DU14", "Du Mai 14", "VG14", "LG14", "Dàzhuī")),
        *((text, "CV22") for text in ("REN22", "Ren 22", "RN22", "KG22", "VC22")),
        *((text, "SI3") for text in ("Dü3", "DÜ 3", "IG3", "后溪", "後谿")),
        *((text, "LR3") for text in ("LIV3", "Liv 3", "LV3", "Le3", "太衝")),
        *((text, "SP6") for text in ("Sp 6", "MP6", "RP6", "San Yin Jiao", "三陰交")),
        *((text, "EX-B2 C5") for text in ("EX-B2 C5", "ex b2 c5", "EXB2C5", "Jiaji C5", "C5 Jiaji", "夹脊 C5")),
        *(
            (text, "EX-B2 C5")
            for text in ("Huatuojiaji C5", "Hua Tuo Jia Ji C5", "HTJJ C5", "M-BW-35 C5", "颈五夹脊")
        ),
        *((text, "EX-HN15") for text in ("Bailao", "Bǎi láo", "百劳", "M-HN-30")),
        *((text, "EX-UE8") for text in ("Luozhen", "Wailaogong", "落枕", "EX-UE 8")),
        ("LI18 Futu", "LI18"),
        ("扶突", "LI18"),
    ],
)
def test_point_is_understood(text, code):
    assert INDEX.read(text).code == code


@pytest.mark.parametrize(
    ("text", "side"),
    [
        *(
            (text, "left")
            for text in ("LI4 L", "LI4 (left)", "LI4-L", "LI4L", "left LI4", "Hegu links", "合谷左", "左合谷")
        ),
        *((text, "right") for text in ("LI4 R", "Hegu, right", "R LI 4", "右合谷", "LI4 rt.")),
        *((text, "both") for text in ("LI 4 (bilateral)", "LI4 B", "LI4 bil", "双合谷", "合谷双侧", "合谷 双侧")),
    ],
)
def test_side_is_understood(text, side):
    found = INDEX.read(text)
    assert (found.code, found.side) == ("LI4", side)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Jiaji", [f"EX-B2 C{n}" for n in range(3, 8)]),
        ("EX-B2", [f"EX-B2 C{n}" for n in range(3, 8)]),
        ("夹脊", [f"EX-B2 C{n}" for n in range(3, 8)]),
        ("Futu", ["LI18"]),
        ("Fengchii", ["GB20"]),
        ("Tianzu", ["BL10", "CV22"]),
        ("Tianzhong", ["SI11"]),
        ("Hegu2", []),
        ("PC6", []),
        ("left shoulder blade", []),
        # Each of these would name a point if signs between numbers were dropped.
        *((text, []) for text in ("LI1-5", "LI 1 0", "GB2/0", "TE1.5", "SI1,1")),
        # Two points in one field.
        *((text, []) for text in ("GB20 GB21", "GB20, 21", "LI4+LR3", "LI4 Quchi", "LI4 & SI3")),
        # Could be a vertebra, a lung point or a side.
        *((text, []) for text in ("L3", "C5", "S9", "T3", "L4", "L14")),
        *((text, []) for text in ("LI4?", "LI4 L R", "LI4 (L/R)", "½", "", "   ", "()", "4", "LI", "ST32 Futu")),
    ],
)
def test_anything_unclear_is_asked_about(text, candidates):
    found = INDEX.read(text)
    assert (found.code, list(found.candidates)) == ("", candidates)


def test_name_shared_with_a_point_that_is_not_in_the_list_is_asked_about():
    assert INDEX.read("Futu").outside == ("ST32",)
    whole = index_of([*POINTS, PointName("ST32", ("Futu", "伏兔"))])
    assert (whole.read("Futu").codes, whole.read("Futu").outside) == (("LI18", "ST32"), ())
    assert whole.read("伏兔").code == "ST32"


@pytest.mark.parametrize(
    "text", ["Ashi", "a-shi left trapezius", "阿是穴", "阿是", "tender point", "Trigger point, C5"]
)
def test_tender_spot_is_recognised_and_is_no_point(text):
    found = INDEX.read(text)
    assert (found.code, found.is_tender) == ("", True)


def notations(point: PointName, *, draw) -> str:
    """One of the ways people write a point."""
    named = [name for name in point.names if name and INDEX.read(name).code]
    code = CODE_PARTS.get(point.code)
    ways = [
        lambda: point.code,
        lambda: point.code.lower(),
        lambda: f"  {point.code}\u3000",
        lambda: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in point.code),
        lambda: point.code.replace(" ", ""),
        lambda: "\u200b".join(point.code),
    ]
    if code:
        channel, number = code
        aliases = st.sampled_from(CHANNELS[channel])
        signs = st.sampled_from(["", " ", "-", ".", "  ", "–", "_", " 0"])
        ways += [lambda: f"{draw(aliases)}{draw(signs)}{number}", lambda: f"{draw(aliases).upper()} ({number})"]
    if named:
        names = st.sampled_from(named)
        ways += [
            lambda: draw(names),
            lambda: draw(names).upper(),
            lambda: " ".join(draw(names.filter(str.isalpha))) if any(map(str.isalpha, named)) else point.code,
            lambda: draw(st.sampled_from([f"{point.code} {draw(names)}", f"{draw(names)} ({point.code})"])),
            lambda: toned(draw(names), draw(st.sampled_from(TONES))),
        ]
    return draw(st.sampled_from(ways))()


def toned(name: str, tone: str) -> str:
    """Pinyin with a tone mark on each vowel."""
    return unicodedata.normalize("NFC", "".join(c + tone if c in "aeiou" else c for c in name))


CODE_PARTS = {code: (code[:2], code[2:]) for code in CODES if code[:2] in CHANNELS and code[2:].isdigit()}


@given(st.data())
def test_every_point_is_found_in_every_notation(data):
    point = data.draw(st.sampled_from(POINTS))
    text = notations(point, draw=data.draw)
    assert INDEX.read(text).code == point.code, text


@given(st.data())
def test_side_letters_name_the_side_and_not_another_point(data):
    point = data.draw(st.sampled_from(POINTS))
    word = data.draw(st.sampled_from(sorted(SIDE_OF)))
    text = data.draw(st.sampled_from(["{0} {1}", "{0} ({1})", "{1} {0}", "{0}-{1}"])).format(
        notations(point, draw=data.draw), word
    )
    found = INDEX.read(text)
    assert (found.code, found.side) == (point.code, SIDE_OF[word]), text


@given(st.text(max_size=80))
def test_odd_text_is_read_without_failing_and_in_one_way(text):
    found = INDEX.read(text)
    assert found == INDEX.read(f" {text} ")
    assert set(found.codes) | set(found.close) <= set(CODES)


@given(st.sampled_from(CODES), st.text(alphabet="0123456789+/&?!*LRC ", min_size=1, max_size=3))
def test_text_that_holds_more_than_a_point_never_becomes_another_one(code, more):
    found = INDEX.read(f"{code}{more}").code
    assert found in {"", code} or key_of(f"{code}{more}") == key_of(found)


def test_catalogue_has_no_name_that_is_another_points_code():
    codes = {key_of(code): code for code in CODES}
    wrong = [(p.code, name) for p in POINTS for name in p.names if codes.get(key_of(name), p.code) != p.code]
    assert wrong == []


def test_every_point_has_a_chinese_name_and_only_the_neck_points_share_theirs():
    assert all(row["chinese_name"] and row["needs_sign_off"] for row in ROWS)
    shared = {code for codes in INDEX.keys.values() if len(codes) > 1 for code in codes}
    assert shared == {f"EX-B2 C{n}" for n in range(3, 8)}


def test_no_way_to_write_a_channel_means_two():
    aliases = [alias for ways in CHANNELS.values() for alias in ways]
    assert len(aliases) == len(set(aliases))
    assert set(CHANNEL_OF) == set(aliases)
    assert not {"c", "l", "s", "t"} & set(aliases)


def test_shared_names_name_two_points_each():
    assert all(len({key_of(code) for code in codes}) == 2 for codes in SHARED_NAMES.values())


@pytest.mark.parametrize(
    ("code", "answer"),
    [("GV14", True), ("DU 20", True), ("REN12", True), ("LI4", False), ("EX-HN3", None), ("x", None)],
)
def test_which_points_have_no_side(code, answer):
    assert lies_on_midline(code) is answer


@given(st.text("abcd", min_size=1, max_size=6), st.data())
def test_one_slip_is_one_letter(word, data):
    place = data.draw(st.integers(0, len(word)))
    more = word[:place] + data.draw(st.sampled_from("abcd")) + word[place:]
    assert is_one_slip_away(word, more)
    assert is_one_slip_away(more, word)
    assert not is_one_slip_away(word, word)
    assert not is_one_slip_away(word, f"{word}xy")


def test_pinyin_with_two_dots_is_found_without_them():
    index = index_of([PointName("X1", ("Lüxi",))])
    assert {index.read(text).code for text in ("Lüxi", "lǚ xī", "Luxi", "Lvxi")} == {"X1"}
