import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from regulars.people.engine.columns import names_a_field
from regulars.people.engine.sayings import Unreadable
from regulars.people.engine.tables import Reading, Wishes, first_rows, look_at, rows_of
from regulars.people.tests.shared_data import FOLDER, shared

Rows = list[list[str]]


def read(path: Path, wishes: Wishes | None = None) -> tuple[Reading, Rows]:
    reading = look_at(path, wishes, names_a_field())
    return reading, list(rows_of(path, reading))


def written(folder: Path, content: bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf", "quotes_and_newlines",
        "simple", "simple_crlf", "utf8",
    ],
)  # fmt: skip
def test_csv_spectrum_is_read_as_its_authors_expect(name: str) -> None:
    expected = json.loads(shared(f"csv/csv-spectrum/json/{name}.json").read_bytes())

    reading, rows = read(shared(f"csv/csv-spectrum/csvs/{name}.csv"))

    if name == "newlines_crlf":  # its CRs were lost on the way to us; the JSON still has them
        expected[1]["a"] = expected[1]["a"].replace("\r", "")
    assert [dict(zip(reading.columns, row, strict=True)) for row in rows] == expected


def real_files() -> Iterator[str]:
    for folder in ("csv/csvkit", "csv/csv-spectrum", "contacts", "campaigns", "churn", "vcard", "orders"):
        for path in sorted((FOLDER / folder).rglob("*")):
            if path.is_file():
                yield str(path.relative_to(FOLDER))


@pytest.mark.parametrize("name", list(real_files()) or ["csv/csvkit/dummy.csv"])
def test_every_real_file_is_read_or_refused_in_a_sentence(name: str) -> None:
    reading, refusal = None, ""
    try:
        reading = look_at(shared(name), None, names_a_field())
    except Unreadable as problem:
        refusal = str(problem)

    rows = first_rows(shared(name), reading, 2_000) if reading else []

    assert reading is not None or (refusal.endswith(".") and "%" not in refusal)
    assert all(isinstance(cell, str) and "\x00" not in cell for row in rows for cell in row)
    assert reading is None or len(set(reading.columns)) == len(reading.columns) > 0


REFUSED = {
    "csv/csvkit/empty.csv": "is empty",
    "csv/csvkit/testdbf.dbf": "dBase",
    "csv/csvkit/testjson.json": "JSON",
    "csv/csvkit/testjson_multiline.json": "JSON",
    "csv/csvkit/testfixed": "spaces alone",
    "csv/csvkit/testfixed_skip_lines": "spaces alone",
    "csv/csvkit/realdata-census_2000-README.txt": "running text",
    # These two were broken on their way: in the copy they come from, “Odoo” was replaced inside the binary by a longer word.
    "contacts/odoo/crm_lead.xls": "broken",
    "contacts/odoo/mailing_contact.xls": "broken",
    "vcard/ez-vcard/gmail-single.vcf": "vCard",
}


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_what_is_no_table_is_refused_by_its_name(name: str, reason: str) -> None:
    if not shared("csv").exists() or not (FOLDER / name).exists():
        pytest.skip(f"not among the real data: {name}")

    with pytest.raises(Unreadable, match=reason):
        look_at(FOLDER / name)


PECULIAR = {
    "mac_newlines.csv": (["a", "b", "c"], [["1", "2", "3"], ["Once upon\ra time", "5", "6"]]),
    "null_byte.csv": (["a", "b", "c"], [["", "2", "3"]]),
    "test_utf16_big.csv": (["a", "b", "c"], [["1", "2", "3"], ["4", "5", "ʤ"]]),
    "test_utf16_little.csv": (["a", "b", "c"], [["1", "2", "3"], ["4", "5", "ʤ"]]),
    "test_utf8_bom.csv": (["foo", "bar", "baz"], [["1", "2", "3"], ["4", "5", "ʤ"]]),
    "test_latin1.csv": (["a", "b", "c"], [["1", "2", "3"], ["4", "5", "©"]]),
    "no_header_row.csv": (["Column 1", "Column 2", "Column 3"], [["1", "2", "3"]]),
    "test_skip_lines.csv": (["a", "b", "c"], [["1", "2", "3"]]),
    "test_extra_header.csv": (["a", "b", "c", "d"], [["1", "2", "3"]]),
    "sniff_limit.csv": (["a", "b", "c"], [["1", "2", "3"]]),
    "dummy.tsv": (["a", "b", "c"], [["1", "2", "3"]]),
    "dummy.csv.gz": (["a", "b", "c"], [["1", "2", "3"]]),
    "dummy.csv.bz2": (["a", "b", "c"], [["1", "2", "3"]]),
    "dummy.xls": (["a", "b", "c"], [["1", "2", "3"]]),
    "dummy.xlsx": (["a", "b", "c"], [["1", "2", "3"]]),
    "test_header_newline.csv": (["start end", "b", "c"], [["d", "e", "f"]]),
    "test_locale.csv": (["a", "b", "c"], [["1,7", "200.000.000", ""]]),
}


@pytest.mark.parametrize(("name", "expected"), PECULIAR.items())
def test_peculiar_files_are_read_right(name: str, expected: tuple[list[str], Rows]) -> None:
    reading, rows = read(shared(f"csv/csvkit/{name}"))

    assert (list(reading.columns), rows) == expected


def test_a_title_above_the_table_is_left_out_and_said() -> None:
    reading, rows = read(shared("csv/csvkit/realdata-Datagov_FY10_EDU_recp_by_State.csv"))

    assert reading.columns[:2] == ("State Name", "State Abbreviate")
    assert rows[0][:2] == ["ALABAMA", "AL"]
    assert reading.first_row == 4
    assert [str(note) for note in reading.notes] == ["2 lines above the table are left out."]


def test_a_big_real_table_has_all_its_rows() -> None:
    _reading, rows = read(shared("csv/csvkit/realdata-ks_1033_data.csv"))
    _other, sheet = read(shared("csv/csvkit/realdata-ne_1033_data.xlsx"))

    assert len(rows) == 1575
    assert len(sheet) == 1036
    assert sheet[0][9] == "2008-07-11"


TEXT = "nimi;sähköposti;kaupunki\nŽemaitė Ąžuolas;z@example.org;Vilnius\nÅsa Öhman;a@example.org;Malmö\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_is_recognised_with_and_without_its_mark(tmp_path: Path, encoding: str) -> None:
    reading, rows = read(written(tmp_path, TEXT.encode(encoding)))

    assert reading.columns == ("nimi", "sähköposti", "kaupunki")
    assert rows[0][0] == "Žemaitė Ąžuolas"
    assert reading.is_certain


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1257", ["Žemaitė", "Šarūnas Ąžuolas", "Kęstutis Čiurlionis", "Ūla Įgaitė"]),
        ("cp1250", ["Árvíztűrő Győző", "Kovács Erzsébet", "Szűcs Ödön", "Fülöp Márta"]),
        ("cp1252", ["Hélène Lefèvre", "François Gérôme", "Zoë Müller", "José Núñez"]),
        ("cp1251", ["Иванов Пётр", "Ольга Смирнова", "Ёлкина Анна", "Дмитрий Щукин"]),
        ("cp932", ["山田太郎", "鈴木花子", "佐藤次郎", "高橋美咲"]),
    ],
)
def test_old_encodings_are_guessed_and_called_a_guess(
    tmp_path: Path, encoding: str, names: list[str]
) -> None:
    text = "name,email\n" + "".join(f"{name},p{number}@example.org\n" for number, name in enumerate(names))

    reading, rows = read(written(tmp_path, text.encode(encoding)))

    assert [row[0] for row in rows] == names
    assert not reading.is_certain
    assert "guess" in str(reading.notes[-1])


def test_a_few_broken_letters_do_not_change_the_whole_file(tmp_path: Path) -> None:
    rows = "".join(f"Žemaitė {number},Šiauliai\n" for number in range(50))

    reading, found = read(
        written(tmp_path, b"name,city\n" + rows.encode() + "Émile,Paris\n".encode("cp1252"))
    )

    assert reading.encoding == "utf-8"
    assert found[-1] == ["Émile", "Paris"]
    assert "1 letters were broken" in str(reading.notes[-1])


def test_the_last_bytes_of_a_long_file_count_as_much_as_the_first(tmp_path: Path) -> None:
    plain = b"name,city\n" + b"Ann,London\n" * 200_000

    reading, found = read(written(tmp_path, plain + "Žemaitė Ąžuolaitė,Šiauliai\n".encode()))

    assert (reading.encoding, found[-1]) == ("utf-8", ["Žemaitė Ąžuolaitė", "Šiauliai"])


def test_what_is_wished_for_is_done(tmp_path: Path) -> None:
    path = written(tmp_path, "Title|x\n\na|é\n1|2\n".encode("latin-1"))

    reading, rows = read(path, Wishes(encoding="latin-1", delimiter="|", skip=2, has_header=False))

    assert (reading.columns, rows) == (("Column 1", "Column 2"), [["a", "é"], ["1", "2"]])
    with pytest.raises(Unreadable, match="not an encoding"):
        look_at(path, Wishes(encoding="klingon-8"))


def test_excels_own_hint_is_followed(tmp_path: Path) -> None:
    reading, rows = read(written(tmp_path, b"sep=|\r\na,b|c\r\n1,5|2\r\n"))

    assert (reading.columns, rows, reading.delimiter) == (("a,b", "c"), [["1,5", "2"]], "|")


def test_packed_files_of_every_kind_are_read_and_broken_ones_refused(tmp_path: Path) -> None:
    plain = b"name,email\nAda,ada@example.org\n"
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("readme.md", "hello")
        archive.writestr("people.csv", plain)

    for path in (
        written(tmp_path, gzip.compress(plain), "a.gz"), written(tmp_path, bz2.compress(plain), "a.bz2"),
        written(tmp_path, lzma.compress(plain), "a.xz"), tmp_path / "z.zip",
    ):  # fmt: skip
        assert read(path)[1] == [["Ada", "ada@example.org"]]
    with pytest.raises(Unreadable, match="broken or incomplete"):
        read(written(tmp_path, gzip.compress(plain * 1000)[:-20], "cut.gz"))


def test_an_archive_of_several_tables_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
        archive.writestr("b.csv", "a,b\n1,2\n")

    with pytest.raises(Unreadable, match="2 files"):
        look_at(tmp_path / "two.zip")


def test_the_first_sheet_that_holds_anything_is_read_or_the_one_wished_for(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with Workbook(path) as book:
        book.add_worksheet("Empty")
        for name, value in (("People", 17850.0), ("Other", 2.5)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["name", "number"])
            sheet.write_row(1, 0, [name, value])

    reading, rows = read(path)

    assert (reading.sheet, reading.sheets, rows) == (
        "People",
        ("Empty", "People", "Other"),
        [["People", "17850"]],
    )
    assert read(path, Wishes(sheet="Other"))[1] == [["Other", "2.5"]]
    with pytest.raises(Unreadable, match="no sheet called"):
        look_at(path, Wishes(sheet="Third"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table><tr><td>a</td></tr></table>", "web page"),
        (b"<?xml version='1.0'?><people/>", "XML"),
        (b'{"people": [{"name": "Ada"}]}', "JSON"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 40, "not a text file"),
        (b"PK\x03\x04broken", "broken"),
        (b'a,b\n1,"' + b"x\n" * 900_000, "closing quote"),
        (b"a," * 20_000_000, "no line ends"),
    ],
)  # fmt: skip
def test_nothing_crashes_on_what_is_no_table(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(written(tmp_path, content))


def test_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(100)))
    reading = look_at(path)

    assert [row[0] for row in rows_of(path, reading, start=97)] == ["97", "98", "99"]
    assert Reading.from_json(json.loads(json.dumps(reading.as_json()))) == reading


_cell = st.text(st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\t\n\r"), max_size=20)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(_cell, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_whatever_is_written_as_csv_comes_back(
    tmp_path: Path, rows: Rows, delimiter: str, end: str, encoding: str
) -> None:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    text = end.join(delimiter.join(row) for row in [["name", "email", "city"], *quoted]) + end
    path = written(tmp_path, text.encode(encoding))

    reading = look_at(path, Wishes(delimiter=delimiter), names_a_field())

    assert list(rows_of(path, reading)) == rows
