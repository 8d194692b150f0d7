"""A file as a table: CSV in any notation, XLSX; what is too large or no table is refused before it is unpacked."""

from __future__ import annotations

import contextlib
import io
import time as clock
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.bringing import reading
from courses.bringing.packing import is_packed, pack, unpack
from courses.bringing.reading import BadFile, read_table
from courses.bringing.unfilled import why_unfilled


def xlsx(*rows, sheets=1) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, packing: int, change=lambda _name, part: part) -> bytes:
    """The same spreadsheet, packed in another way or with parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", packing) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return out.getvalue()


def bomb(n_bytes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("xl/worksheets/sheet1.xml", b"0" * n_bytes)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "Name,Score\nMüller,7\n".encode(),
        "\ufeffName;Score\r\nMüller;7\r\n".encode(),
        "Name\tScore\nMüller\t7\n".encode("utf-16"),
        "sep=|\nName|Score\nMüller|7\n".encode(),
        "Name;Score\nMüller;7\n".encode("cp1252"),
        xlsx(["Name", "Score"], ["Müller", 7]),
        xlsx(["Name", "Score"], ["Müller", 7.0]),
    ],
)
def test_the_same_table_in_every_notation(content):
    table = read_table(content)
    assert (table.headings, [line.cells for line in table.lines]) == (("Name", "Score"), [("Müller", "7")])


def test_lines_are_numbered_as_the_spreadsheet_shows_them():
    table = read_table(b'\nName,Note\n\nAnna,"two\nlines"\n\nBo,\n')
    assert [(line.number, line.cells[0]) for line in table.lines] == [(4, "Anna"), (6, "Bo")]


def test_dates_and_yes_of_a_sheet_stay_what_they_are():
    table = read_table(
        xlsx(["On", "At", "Yes"], [date(2025, 3, 1), datetime.fromisoformat("2025-03-01T14:30"), True])
    )
    assert table.lines[0].cells == (date(2025, 3, 1), datetime.fromisoformat("2025-03-01T14:30"), "yes")


def test_guessed_encoding_is_said():
    assert read_table("Name\nMüller\n".encode("cp1252")).encoding == "Windows-1252"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"Name,Score\n", "no rows"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a table"),
        (b"PK\x03\x04 broken", "damaged"),
        (bomb(3 * reading.MEGABYTE), "unpacks to far more"),
        (xlsx(["Name"], ["Anna"], sheets=2), "2 sheets"),
        (b"a," * 150 + b"\nx\n", "columns"),
        (b'Name\n"' + b"x" * 200_000 + b'"\n', "too long"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content, why):
    with pytest.raises(BadFile, match=why):
        read_table(content)


def test_huge_files_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(BadFile, match="more than 3 rows"):
        read_table(b"Name\n" + b"Anna\n" * 4)
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(BadFile, match="larger"):
        read_table(b"Name\n" + b"Anna\n" * 4)


def test_a_bomb_is_never_unpacked(monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_args, **_more: pytest.fail("unpacked"))
    with pytest.raises(BadFile):
        read_table(bomb(3 * reading.MEGABYTE))


def test_signs_that_nobody_sees_are_dropped():
    assert read_table("Name\nAn\u200bna\x07\n".encode()).lines[0].cells == ("Anna",)


def test_packed_table_is_the_same_and_first_rows_are_few():
    rows = [
        ["On", "At", "Name"],
        [date(2025, 3, 1), datetime.fromisoformat("2025-03-01T14:30"), "王"],
        ["", time(7, 5), "b"],
    ]
    table = read_table(xlsx(*rows))
    assert unpack(pack(table)) == table
    assert is_packed(pack(table))
    assert [line.number for line in read_table(xlsx(*rows), most=1).lines] == [2]


PLAIN = xlsx(["Name", "Score"], ["Anna", 7])


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_parts_that_unpack_without_limit_are_refused_before_they_are_unpacked(monkeypatch, packing):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_args, **_more: pytest.fail("unpacked"))
    with pytest.raises(BadFile, match="packed in a way"):
        read_table(repacked(PLAIN, packing))


def test_the_packings_of_spreadsheets_are_read():
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert read_table(repacked(PLAIN, packing)).headings == ("Name", "Score")


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(repacked(PLAIN, zipfile.ZIP_STORED)) - 1), st.integers(0, 255)), max_size=6
    ),
    is_packed_tightly=st.booleans(),
)
def test_a_damaged_spreadsheet_is_a_table_or_refused(changes, is_packed_tightly):
    content = bytearray(PLAIN if is_packed_tightly else repacked(PLAIN, zipfile.ZIP_STORED))
    for place, value in changes:
        content[place % len(content)] = value
    with contextlib.suppress(BadFile):
        read_table(bytes(content))


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150)
@given(
    place=st.floats(0, 0.999),
    new=st.binary(max_size=3),
    part=st.sampled_from(zipfile.ZipFile(io.BytesIO(PLAIN)).namelist()),
)
def test_a_spreadsheet_with_a_damaged_part_is_a_table_or_refused(place, new, part):
    """Packed again, so that the damage gets past the zip's checksums."""

    def change(name, content):
        at = int(place * len(content))
        return content[:at] + new + content[at + len(new) + 1 :] if name == part else content

    with contextlib.suppress(BadFile):
        read_table(repacked(PLAIN, zipfile.ZIP_DEFLATED, change))


@pytest.mark.parametrize("error", [RuntimeError, TypeError, AttributeError, EOFError, IndexError, OverflowError])
@pytest.mark.parametrize("where", ["load_workbook", "rows"])
def test_what_the_reader_of_spreadsheets_raises_is_a_sentence(monkeypatch, error, where):
    def fail(*_args, **_more):
        raise error

    if where == "rows":
        monkeypatch.setattr("openpyxl.worksheet._read_only.ReadOnlyWorksheet.iter_rows", fail)
    else:
        monkeypatch.setattr(openpyxl, where, fail)
    with pytest.raises(BadFile, match="damaged"):
        read_table(PLAIN)


def with_row(number: int) -> bytes:
    """The last row has this number."""
    return repacked(
        PLAIN, zipfile.ZIP_DEFLATED, lambda _name, part: part.replace(b'<row r="2"', b'<row r="%d"' % number)
    )


def test_a_row_with_a_huge_number_is_refused_at_once():
    for content in (with_row(30_000_000), b"Name\n" + b"\n" * 1_500_000 + b"Anna\n"):
        began = clock.monotonic()
        with pytest.raises(BadFile, match="more than 1,048,576 rows"):
            read_table(content, most=200)
        assert clock.monotonic() - began < 20


def test_many_empty_rows_lose_nothing():
    assert read_table(with_row(200_000)).lines[0].number == 200_000


def test_a_spreadsheet_with_far_too_much_text_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_LETTERS", 10)
    with pytest.raises(BadFile, match="too much text"):
        read_table(b"Name\nAnna Magdalena\n")


def changed(content: bytes, before: bytes, after: bytes) -> bytes:
    return repacked(content, zipfile.ZIP_DEFLATED, lambda _name, part: part.replace(before, after))


def test_merged_cells_are_refused_because_only_one_of_them_is_filled():
    book = openpyxl.Workbook()
    for row in (["Name", "Pain before"], ["Anna", 7], ["Anna", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(BadFile, match=r"merged cells \(B2:B3\)"):
        read_table(out.getvalue())


def test_a_formula_without_a_result_is_refused_and_one_with_a_result_is_read():
    content = xlsx(["Name", "Score"], ["Anna", "=3+4"])
    with pytest.raises(BadFile, match="Cell B2 has a formula without a result"):
        read_table(content)
    for empty in (b"<v></v>", b"<v />", b"<v/>"):
        content = changed(content, empty, b"<v>7</v>")
    assert read_table(content).lines[0].cells == ("Anna", "7")


def test_a_formula_whose_result_is_an_empty_text_is_read_as_empty():
    content = changed(xlsx(["Name", "Score"], ["Anna", "=3+4"]), b'<c r="B2"', b'<c r="B2" t="str"')
    assert read_table(content).lines[0].cells == ("Anna", "")


def test_a_search_for_unfilled_cells_is_quick_in_a_sheet_made_to_slow_it_down():
    began = clock.monotonic()
    for part in (b'<c r="A1" ', b'<c r="A1"><f>', b"<mergeCell ", b"<f "):
        assert why_unfilled(io.BytesIO(part * (3 * reading.MEGABYTE // len(part)))) == ""
    assert clock.monotonic() - began < 20


def test_an_unfilled_cell_is_found_across_two_pieces(monkeypatch):
    cell = b'<c r="C9"><f>A1</f><v/></c>'
    for size in range(3, 40, 5):
        monkeypatch.setattr("courses.bringing.unfilled.AT_ONCE", size)
        assert "C9" in why_unfilled(io.BytesIO(b"x" * 50 + cell))


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows():
    with pytest.raises(BadFile, match="quotation mark"):
        read_table(b'Name,Note\nAnna,"5 feet\nBo,\nCy,\n')
    assert read_table(b'Name,Note\nAnna,5" tall\n').lines[0].cells == ("Anna", '5" tall')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8", "latin-1"])
def test_no_encoding_is_an_error(encoding):
    with contextlib.suppress(BadFile):
        assert read_table("Name\nMüller\n".encode(encoding)).lines[0].cells == ("Müller",)


def test_a_sheet_without_a_table_is_refused():
    with pytest.raises(BadFile, match="No sheet of the file can be seen"):
        read_table(changed(PLAIN, b'state="visible"', b'state="hidden"'))
