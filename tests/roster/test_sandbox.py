"""What the sandbox survives, what its child may not do, and that any bytes have an answer."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import RosterRefused
from registry.roster.sandbox import BULK, ORDINARY, open_sheet, run_in_sandbox
from tests.factories.reading import read, refusal
from tests.factories.workbooks import (
    LABELS,
    MAIN,
    csv_of,
    people,
    raw_xlsx,
    sheet_xml,
    xlsx_of,
    xml_row,
)

ROSTERS = Path(__file__).parents[1] / "rosters"
ROOT = Path(__file__).parents[2]


def long_roster() -> bytes:
    """More than fits into a pipe: its child waits for the reader."""
    rows = "".join(xml_row(i + 2, [str(i), "叶", "女", "12345"]) for i in range(20_000))
    return raw_xlsx({"花名册": sheet_xml(xml_row(1, LABELS) + rows)})


def of_rows(rows: str, more: dict[str, bytes] | None = None) -> bytes:
    """A person, and these rows from the third on."""
    first = xml_row(1, LABELS) + xml_row(2, ["1", "叶", "女", "12345"])
    return raw_xlsx({"花名册": sheet_xml(first + rows)}, more=more)


def with_far_cell(reference: str) -> bytes:
    """A person, and a cell far away."""
    number = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return of_rows(f'<row r="{number}"><c r="{reference}"><v>1</v></c></row>')


def slow_roster() -> bytes:
    """Written so that the XML parser has to read each row."""
    row = '<row r="{0}">\n<c r="A{0}"><v>1</v></c>\n<c r="B{0}"><v>1</v></c></row>'
    return of_rows("".join(map(row.format, range(3, 200_000))))


def hungry_roster() -> bytes:
    """With so many texts that they do not fit into 100 MB."""
    texts = "".join(f"<si><t>{number}</t></si>" for number in range(1_500_000))
    strings = {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>'.encode()}
    return of_rows("", strings)


def test_past_the_time_of_the_processor():
    limits = ORDINARY._replace(cpu_seconds=1)
    assert refusal(slow_roster(), limits).code == "file.too_costly"


def test_past_the_clock():
    # A small file may be read before anybody has waited for it.
    refused = refusal(slow_roster(), ORDINARY._replace(wall_seconds=0.05))
    assert refused.code == "file.too_costly"


def test_past_the_memory():
    limits = ORDINARY._replace(memory_bytes=100 << 20)
    assert refusal(hungry_roster(), limits).code == "file.too_costly"
    assert read(of_rows(""), limits).rows == [2]


def test_too_many_cells():
    far = '<row r="{0}"><c r="XFD{0}"><v>1</v></c></row>'
    refused = refusal(of_rows("".join(map(far.format, range(3, 2000)))), BULK)
    assert refused.code == "file.too_large"
    assert "单元格" in refused.message


def test_a_cell_at_the_end_of_the_sheet_costs_nothing():
    sheet = read(with_far_cell("XFD1048576"), ORDINARY._replace(cpu_seconds=3))
    assert sheet.rows == [2, 1_048_576]
    assert "第 XFD 列" in sheet.tail.file_findings[0].message


def test_a_task_of_the_table_gives_its_bytes_back(monkeypatch):
    # Any function of bytes will do: the marking of workbooks refuses an order without a way.
    with pytest.raises(RosterRefused) as refused:
        run_in_sandbox("mark", xlsx_of(people(1)), b"{}")
    assert refused.value.code == "file.damaged"


def test_a_task_that_is_not_in_the_table_is_a_fault_of_ours():
    with pytest.raises(RuntimeError, match="did not start"):
        run_in_sandbox("rm", b"", b"")


def test_a_child_that_is_killed_refuses_the_file():
    with open_sheet(long_roster()) as reader:
        batches = iter(reader)
        next(batches)
        os.killpg(reader._child._process.pid, 6)
        with pytest.raises(RosterRefused) as refused:
            list(batches)
    assert refused.value.code == "file.damaged"


def confined(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process that has confined itself as the sandbox does."""
    begin = "from registry.roster.child import confine; confine(1 << 28, 1)\n"
    return subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_the_child_writes_no_file():
    with tempfile.TemporaryDirectory() as folder:
        done = confined(f"open({folder + '/x'!r}, 'wb', 0).write(b'x')")
        assert "File too large" in done.stderr
        assert all(file.stat().st_size == 0 for file in Path(folder).iterdir())


def test_the_child_gets_no_more_memory():
    assert "MemoryError" in confined("bytearray(1 << 29)").stderr


def test_the_child_gets_no_more_time():
    assert confined("while True: pass").returncode == -24


def test_the_limits_cannot_be_taken_back():
    code = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (9, 9))"
    # The superuser could; the site is not to be run by it.
    assert os.getuid() == 0 or "not allowed to raise" in confined(code).stderr


def test_the_child_sees_no_environment_and_no_open_file_of_ours(monkeypatch):
    monkeypatch.setenv("REGISTRY_SECRET", "geheim")
    with tempfile.TemporaryFile() as ours:
        os.set_inheritable(ours.fileno(), True)
        with open_sheet(long_roster()) as reader:
            number = reader._child._process.pid
            environment = Path(f"/proc/{number}/environ").read_bytes()
            files = [str(file.readlink()) for file in Path(f"/proc/{number}/fd").iterdir()]
            assert os.getsid(number) == number
    assert b"geheim" not in environment
    assert not any("/tmp" in name for name in files if "memfd" not in name)


def test_starting_is_quick():
    content = xlsx_of(people(1))
    read(content)
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        read(content)
        spent.append(time.perf_counter() - began)
    # 45 ms on an idle machine; many times that where tests run side by side.
    assert min(spent) < 1


SEEDS = [
    xlsx_of(people(3)),
    csv_of(people(3)),
    (ROSTERS / "old_excel/roster.xls").read_bytes(),
    (ROSTERS / "open_document/roster.ods").read_bytes(),
]


def takes_or_refuses(content: bytes) -> None:
    with contextlib.suppress(RosterRefused):
        sheet = read(content)
        skipped = sum((last or row) - row + 1 for row, _, last in sheet.skipped)
        assert sheet.tail.total == len(sheet.rows) + skipped


@settings(max_examples=40)
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_taken_or_refused(content):
    takes_or_refuses(content)


@settings(max_examples=40)
@given(st.data())
def test_any_broken_roster_is_taken_or_refused(data):
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    takes_or_refuses(bytes(content))


ROW = st.lists(
    st.sampled_from(["", " ", "合计", "姓名", "证件号码", "性别", "12345678", "叶", "示例", "1"]),
    min_size=0,
    max_size=7,
)


@settings(max_examples=40)
@given(st.lists(ROW, max_size=20))
def test_every_row_of_any_table_is_accounted_for(rows):
    takes_or_refuses(csv_of([LABELS, *rows]))
