"""What is sent to the higher federation: everybody once, again only what has changed."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from registry.access.roles import Role
from registry.db import db, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.exchange import operations, queries, report
from registry.exchange.models import ExchangeItem
from registry.exchange.operations import Plan
from registry.exchange.receipts import CONTRARY, CROSSED, UNCLEAR, UNKNOWN, read_back
from registry.exchange.states import TRANSITIONS, BatchState, Outcome
from registry.jobs import exchanges
from registry.jobs.leases import worker_name
from registry.jobs.work import run
from registry.review.operations import approve
from registry.roster.columns import COLUMNS
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.exchange import answered, filled, lines_of, receipt, sent
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

FAR_UNION = "3310830020001"


def people_of_a_city():
    """Admit five members in one union and two in another unit; returns the city admin."""
    people = make_people(7)
    admit(people[:5])
    admit(people[5:], union=FAR_UNION)
    return make_actor(Role.AUDITOR, COUNTY)


@pytest.fixture
def city(small_register):
    """The city admin, on SQLite alone."""
    return people_of_a_city()


@pytest.fixture
def city_on_both(register):
    """The city admin, on both engines."""
    return people_of_a_city()


def admit(people, changes=None, union=UNION):
    """Have a roster of a union approved."""
    number = send_in(make_roster(people, changes), make_clerk(union), union=union)
    assert approve(number, actor=make_reviewer(union[:9])).pending == 0


def batch(number):
    db.session.rollback()
    return queries.find(db.session(), COUNTY, number)


def lines(number, city, file=1):
    return lines_of(operations.download(number, file, actor=city))


def told(number, outcome):
    db.session.rollback()
    return [one.number for one in queries.items_of(db.session(), COUNTY, number, outcome)]


def test_everybody_goes_once_and_then_only_what_has_changed(city_on_both):
    city = city_on_both
    people = make_people(7)
    first = filled(city)

    found = batch(first)
    assert (found.state, found.is_written, found.item_count) == (BatchState.PREPARED, True, 7)
    rows = lines(first, city)
    assert list(rows[0]) == [column.label for column in COLUMNS]
    assert [row["证件号码"] for row in rows] == [one.number for one in people]
    assert {row["会籍变化类型"] for row in rows} == {"入会"}
    assert [row["序号"] for row in rows] == list("1234567")
    assert rows[6]["备注"] == f"{COUNTY}-{first}-7"
    # Nobody is in two open batches.
    assert batch(filled(city)).item_count == 0
    operations.send(first, actor=city)
    answered(first, city, {1: ("退回", "姓名与公安库不一致"), 2: ("失败", "")})
    found = batch(first)
    assert (found.state, found.accepted_count, found.refused_count) == (BatchState.ANSWERED, 5, 2)
    assert told(first, Outcome.REFUSED) == [2, 3]
    refused = queries.refused(db.session(), COUNTY)
    assert [one.reason for one in refused] == ["姓名与公安库不一致", "上级没有写原因"]
    assert all("*" in one.name and "*" in one.document for one in refused)
    with pytest.raises(NotFound):  # full numbers are not kept longer than they are needed
        operations.download(first, 1, actor=city)

    # Corrected, changed and gone: these go, the other refused one when it is asked for.
    admit([people[1]], {0: {"post": "车工"}})
    admit([people[3]], {0: {"post": "钳工"}})
    admit([people[4]], {0: {"change": "退会", "change_reason": "退休", "changed_on": "2025-01-02"}})
    second = sent(city)
    assert [(row["会籍变化类型"], row["工作岗位"]) for row in lines(second, city)] == [
        ("入会", "车工"),
        ("入会", "钳工"),
    ]
    (gone,) = lines(second, city, 2)
    assert (gone["会籍变化类型"], gone["会籍变化原因"], gone["会籍变化日期"]) == (
        "退会",
        "退休",
        "2025-01-02",
    )
    actions = [one.action for one in queries.items_of(db.session(), COUNTY, second, None)]
    assert actions == ["NEW", "CHANGED", "ENDED"]
    again = sent(city, again=True)
    assert [row["备注"] for row in lines(again, city)] == [f"{COUNTY}-{again}-1"]
    answered(again, city)
    answered(second, city)
    assert batch(second).open_count == 1  # the one who is gone stands in the second file
    operations.settle(second, actor=city)
    assert batch(second).lost_count == 1
    assert batch(filled(city)).item_count == 1
    assert verify(db.session())[1] == []


def test_units_files_and_giving_up(city, small_register):
    small_register.config["EXCHANGE_ROWS"] = 2
    number = filled(city, units=["331083001"])
    files = queries.files_of(db.session(), COUNTY, number)
    assert [(one.number, one.row_count) for one in files] == [(1, 2), (2, 2), (3, 1)]
    assert lines(number, city, 3)[0]["序号"] == "5"
    operations.cancel(number, actor=city)
    assert batch(number).state is BatchState.CANCELLED
    assert told(number, Outcome.CANCELLED) == [1, 2, 3, 4, 5]
    assert batch(filled(city)).item_count == 7


def test_the_database_holds_that_nobody_is_sent_twice(city_on_both):
    city = city_on_both
    number = sent(city)
    answered(number, city)
    open_one = {"standing": "OPEN", "outcome": None}
    item = db.session.scalars(select(ExchangeItem).limit(1)).one()
    same = {
        name: getattr(item, name)
        for name in ("county", "member_id", "union_code", "action", "digest")
    }
    admit(make_people(8)[7:])
    other = filled(city)
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(ExchangeItem(**same, batch_id=other, number=9, **open_one))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            update(ExchangeItem).where(ExchangeItem.batch_id == number).values(open_one)
        )
        session.add(
            ExchangeItem(**{**same, "digest": bytes(32)}, batch_id=other, number=9, **open_one)
        )


def test_a_receipt_is_sorted_row_by_row_and_said_twice_changes_nothing(city):
    number = sent(city)
    content = operations.download(number, 1, actor=city)
    rows = lines_of(content)
    said = {0: ("退回", "查无此人 330102199003071230"), 1: ("以后再说", ""), 6: ("", "")}
    answer = receipt(content, said)
    first = read_back(number, answer, file_name="回执.xlsx", actor=city)
    found = batch(number)
    assert (found.state, found.accepted_count, found.refused_count) == (BatchState.SENT, 4, 1)
    assert told(number, None) == [2, 7]
    (refused,) = queries.items_of(db.session(), COUNTY, number, Outcome.REFUSED)
    assert "查无此人" in refused.reason and "19900307" not in refused.reason
    assert read_back(number, answer, file_name="又一次.xlsx", actor=city) == first

    # By number and in CSV; an own number, somebody's else, a stranger, another result than before.
    stranger = make_people(9)[8].number
    table = [
        ("备注", "姓名", "证件号码", "处理结果"),
        ("", "", rows[1]["证件号码"], "已接收"),
        (rows[2]["备注"], "", rows[2]["证件号码"], "通过"),
        (rows[3]["备注"], "", rows[4]["证件号码"], "通过"),
        ("", "", stranger, "通过"),
        (rows[4]["备注"], "", "", "退回"),
        (rows[6]["备注"], "", "", "？"),
    ]
    csv = "\n".join(",".join(line) for line in table).encode()
    read_back(number, csv, file_name="回执.csv", actor=city)
    last = queries.receipts_of(db.session(), COUNTY, number)[0]
    assert (last.accepted_count, last.same_count, last.unknown_count) == (1, 1, 4)
    assert last.listed == [(4, CROSSED), (5, UNKNOWN), (6, CONTRARY), (7, UNCLEAR)]
    assert told(number, None) == [7]


def test_what_cannot_be_is_refused_and_nothing_is_kept(city):
    other = sent(city, units=["331083002"])
    number = filled(city)
    content = operations.download(number, 1, actor=city)
    for refused, code in (
        (lambda: read_back(number, receipt(content, {}), file_name="", actor=city), "no_receipt"),
        (lambda: operations.settle(number, actor=city), "state"),
        (lambda: operations.cancel(other, actor=city), "state"),
        (lambda: operations.send(other, actor=city), "state"),
        (lambda: exchanges.make(COUNTY, Plan(" "), actor=city), "missing"),
        (lambda: exchanges.make(COUNTY, Plan("理由", ["331083999"]), actor=city), "unit"),
        (lambda: exchanges.make("331083001", Plan("理由"), actor=city), "place"),
        (lambda: operations.download(number, 9, actor=city), "file"),
        (lambda: operations.send(99, actor=city), "unknown"),
    ):
        with pytest.raises((InputRefused, NotFound, StateRefused)) as error:
            refused()
        assert error.value.code.rpartition(".")[2] == code
    operations.send(number, actor=city)
    for sheet, code in (
        (receipt(operations.download(other, 1, actor=city), {}), "other_batch"),
        (content, "no_result"),
        (
            f"姓名,处理结果,证件号码\n叶小一,通过,{make_people(9)[8].number}\n".encode(),
            "not_of_batch",
        ),
    ):
        with pytest.raises(InputRefused) as error:
            read_back(number, sheet, file_name="回执", actor=city)
        assert error.value.code == f"exchange.{code}"
    assert batch(number).open_count == 5
    waiting = exchanges.make(COUNTY, Plan("理由"), actor=city)
    with pytest.raises(StateRefused, match="还没有生成完"):
        exchanges.make(COUNTY, Plan("理由"), actor=city)
    operations.cancel(waiting.number, actor=city)
    assert run(waiting.batch_id, worker_name())  # nothing is left to do
    for actor in (make_clerk(), make_reviewer()):
        with pytest.raises((Forbidden, NotFound)):
            exchanges.make(COUNTY, Plan("理由"), actor=actor)
    assert {entry.action for entry in entries(db.session(), COUNTY) if "exchange" in entry.action}


def test_the_report_has_a_line_for_each_difference_and_counts_them(city_on_both):
    city = city_on_both
    number = sent(city, units=["331083001"])
    answered(number, city, {0: ("退回", "重名")})
    admit([make_people(2)[1]], {0: {"post": "车工"}})
    pending = filled(city, units=["331083002"])
    admit([make_people(3)[2]], {0: {"change": "退会", "changed_on": "2025-01"}})
    db.session.rollback()
    place = report.ask(COUNTY, actor=city)
    text = b"".join(report.differences_csv(db.session(), place, "账号")).decode("utf-8-sig")
    listed, sums, taken_by = text.split("\r\n\r\n")
    said = [line.split(",")[5:] for line in listed.splitlines()[1:]]
    assert said == [
        ["上级没有", "上级退回后未更正：重名"],
        ["上级接收后有变化", ""],
        ["上级没有", f"已在批次 {COUNTY}-{pending} 中"],
        ["上级没有", f"已在批次 {COUNTY}-{pending} 中"],
        ["上级有，本市已离会", ""],
    ]
    assert not any(one.number in text for one in make_people(7))
    assert sums.splitlines()[-1] == "合计,3,1,1,5" and taken_by == "账号\r\n"
    units = [line for line in sums.splitlines()[1:-1] if not line.endswith(",0")]
    assert [line.split(",")[1:] for line in units] == [["1", "1", "1", "3"], ["2", "0", "0", "2"]]


def test_every_way_of_the_table_has_an_act():
    assert {act.value for _, act in TRANSITIONS} == {"SEND", "CANCEL", "READ", "ANSWER", "SETTLE"}
