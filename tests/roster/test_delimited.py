import pytest

from registry.roster.delimited import decode, records
from registry.roster.refusal import Refusal

TEXT = "姓名,证件号码\n𬭎䶮,1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding):
    assert decode(TEXT.encode(encoding)) == TEXT


def test_utf_16_big_endian_with_a_mark():
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT


@pytest.mark.parametrize(
    "content", [b"\x81\xff\xff", b"a\x00b,c", b"a,\x01\x02", b"\xff\xfeab\x00"]
)
def test_what_is_no_text_is_refused(content):
    with pytest.raises(Refusal) as refused:
        decode(content)
    assert refused.value.code == "file.not_a_workbook"


def test_line_ends_of_all_systems():
    for end in ("\n", "\r\n", "\r"):
        assert list(records(decode(f"a,b{end}c,d{end}".encode()), ",")) == [["a", "b"], ["c", "d"]]


def test_blank_lines_keep_their_place():
    assert list(records("a,b\n\nc,d\n", ",")) == [["a", "b"], [], ["c", "d"]]


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks():
    assert list(records('"a,1","b""2","c\n3"\nd,e,f\n', ",")) == [
        ["a,1", 'b"2', "c\n3"],
        ["d", "e", "f"],
    ]


def test_a_quote_that_never_closes_swallows_no_row():
    text = 'a,b,c\n"x,1,2\ny,3,4\n'
    assert list(records(text, ",")) == [["a", "b", "c"], ['"x', "1", "2"], ["y", "3", "4"]]


def test_two_stray_quotes_swallow_no_row():
    text = 'a,b,c\n"x,1,2\ny,3,4\nz,5,"6\n'
    assert [record[0] for record in records(text, ",")] == ["a", '"x', "y", "z"]


def test_numbers_kept_whole_by_a_formula_are_unwrapped():
    assert list(records('姓名,="331083199001011234"\n', ",")) == [["姓名", "331083199001011234"]]


def test_a_very_long_cell_is_no_trouble():
    assert len(next(records("x" * 300_000 + ",b", ","))[0]) == 300_000
