"""CSV as people write it, and as it breaks."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.errors import UnusableInputError
from components.example_gen import DataConfig, Format, HashSplit, Whitespace
from components.example_gen.readers import READERS, Reading

cells = st.text(st.characters(codec="latin-1", exclude_characters="\0\r"), max_size=6)


def rows_of(opener, *, needed=("a", "b"), whole=False, **data):
    """All needed cells by column, the first row numbers of blocks, and the whole rows."""
    config = DataConfig(format=Format.CSV, path="x", split=HashSplit(eval_share=0.5), **data)
    blocks = list(READERS[Format.CSV](opener, "x.csv", Reading(config, needed, whole)))
    columns = {name: [cell for block in blocks for cell in block.columns[name].to_pylist()] for name in needed}
    return columns, [block.first_row for block in blocks], blocks[0].whole.to_pylist() if whole else None


@pytest.fixture
def opener(tmp_path):
    """Opens `content` anew each time."""

    def make(content):
        (tmp_path / "x").write_bytes(content)
        return lambda: open(tmp_path / "x", "rb")

    return make


@settings(deadline=None)
@given(table=st.lists(st.tuples(cells, cells), min_size=1, max_size=5), delimiter=st.sampled_from(",;\t"))
def test_quoted_cells_of_any_bytes_come_out_as_they_went_in(table, delimiter):
    import io

    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [("a", "b"), *table]]
    content = "\n".join(quoted).encode("latin-1")
    columns, first, _ = rows_of(lambda: io.BytesIO(content), delimiter=delimiter, missing=())
    assert columns == {name: [row[place].encode("latin-1") for row in table] for place, name in enumerate("ab")}
    assert first == [2]


def test_declared_tokens_are_missing_after_the_declared_strip(opener):
    content = b"a,b\n ? , x\n?,\xff \n,NA\n"
    kept, _, _ = rows_of(opener(content), missing=("?", "NA"))
    assert kept == {"a": [b" ? ", None, b""], "b": [b" x", b"\xff ", None]}
    stripped, _, _ = rows_of(opener(content), missing=("?", ""), whitespace=Whitespace.STRIP)
    assert stripped == {"a": [None, None, None], "b": [b"x", b"\xff", b"NA"]}


def test_a_headerless_file_has_declared_names_and_starts_at_row_one(opener):
    columns, first, _ = rows_of(opener(b"1,2,3\n4,5,6\n"), columns=("b", "unread", "a"))
    assert (columns, first) == ({"a": [b"3", b"6"], "b": [b"1", b"4"]}, [1])


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"END", b"ENDEND"])
def test_a_byte_order_mark_blank_lines_and_line_ends_of_windows_do_no_harm(opener, before, end):
    content = before + b"a, b ENDEND1,2END3,4ENDEND"
    columns, first, _ = rows_of(opener(content.replace(b"END", end)))
    assert (columns, first) == ({"a": [b"1", b"3"], "b": [b"2", b"4"]}, [2])


def test_the_whole_row_is_every_cell_read_or_not(opener):
    _, _, whole = rows_of(opener(b"a,c,b\n1,2,3\n1,,3\n"), whole=True)
    assert whole == [b"1\x1f2\x1f3", b"1\x1f\x1f3"]


def test_strings_of_a_megabyte_pass(opener):
    long = b"x" * 2**20
    columns, _, _ = rows_of(opener(b"a,b\n" + b"\n".join([b"1," + long] * 40) + b"\n"))
    assert columns["b"] == [long] * 40


def test_row_numbers_go_on_from_block_to_block(opener, monkeypatch):
    import components.example_gen.readers.csv_rows as csv_rows

    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", 64)
    columns, first, _ = rows_of(opener(b"a,b\n" + b"".join(b"%d,\n" % row for row in range(2, 100))))
    assert len(first) > 2
    assert all(columns["a"][row - 2] == b"%d" % row for row in first)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"`x.csv` is empty: it must hold rows\. Remove it or write it again\."),
        (b"\n\n", r"`x.csv` is empty: it must hold rows\."),
        (b"a,b", r"`x.csv` holds a header and no rows\. Remove it or write it again\."),
        (b"a,b\n", r"`x.csv` holds a header and no rows\."),
        (b"a,bb\n1,2\n", r"`x.csv` has no column `b`\. Did you mean `bb`\? Correct the name or the file\."),
        (b"a,b,b\n1,2,3\n", r"`x.csv` has the column `b` twice: rename one\."),
        (
            b"a,b\n1,2\n3\n4,5\n6,7,8\n\xff\n",
            r"`x.csv` must have 2 fields in every row, got another number in 3 row\(s\): row 3 has 1, row 5 has 3, "
            r"row 6 has 1\. Mend the rows, or check `delimiter` and `columns`\.",
        ),
        (b'a,b\n1,2\n3,"4\n' + b"3,4\n" * 40, r"`x.csv` has a row longer than .* MiB, or a quote that is never"),
        (b'a,b\n1,"2\n' + b"3,4\n" * 20, r"`x.csv` has a row longer than .* MiB, or a quote that is never closed\."),
    ],
    ids=["empty", "blank", "header", "header line", "column", "twice", "fields", "late quote", "quote"],
)
def test_a_broken_file_is_one_clear_error(opener, monkeypatch, content, message):
    import components.example_gen.readers.csv_rows as csv_rows

    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", 64)
    with pytest.raises(UnusableInputError, match=message):
        rows_of(opener(content))


def test_a_truncated_gzip_and_one_that_is_none_are_named(read, good_rows):
    zipped = gzip.compress(good_rows)
    assert not read(zipped, name="rows.csv.gz").problems
    for content in (zipped[:-10], b"x" + zipped, zipped[:40] + b"zzzz" + zipped[44:]):
        (problem,) = read(content, name="rows.csv.gz").problems
        assert json.dumps(problem).count("rows.csv.gz` is cut short or cannot be read: ") == 1
