"""The administrator sees when backups were made, and is warned of one that is too old."""

from datetime import datetime, timedelta

from registry.access.roles import Role
from registry.backups.queries import MADE, OPERATOR
from registry.clock import now
from registry.db import transaction
from registry.trail.operations import record
from tests.factories.accounts import make_account, sign_in
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY, make_union_tree
from tests.web.test_metrics import told

PAGE = f"/unions/{COUNTY}/backups"


def made(missing=0):
    """Write on the trail what a backup writes there."""
    detail = {"sha256": "0a" * 32, "bytes": 5_000_000, "rows": 1234, "originals": 7}
    with transaction() as session:
        record(
            session,
            MADE,
            actor=None,
            actor_name=OPERATOR,
            county=COUNTY,
            place=COUNTY,
            detail=detail | {"missing": missing},
        )


def test_late_until_one_is_made_and_late_again(client, monkeypatch):
    make_union_tree()
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    assert "还没有做过备份" in client.get(PAGE).text
    assert "还没有做过备份" in client.get("/home").text
    assert "tongxin_backup_age_seconds" not in told(client.get("/metrics"))

    made()
    page = client.get(PAGE).text
    assert "最近一次备份：" in page and "1,234" in page and "0a0a0a0a0a0a0a0a…" in page
    assert ">5<" in page and "完整" in page
    assert "备份过期" not in client.get("/home").text

    made(missing=2)
    assert "缺 2 个原始文件" in client.get(PAGE).text

    set_clock(monkeypatch, datetime.now(now().tzinfo) + timedelta(hours=37))
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    assert "超过 36 小时没有新的备份" in client.get(PAGE).text
    assert "最近一次备份是 37 小时前" in client.get("/home").text
    assert told(client.get("/metrics"))["tongxin_backup_age_seconds"] >= 37 * 3600


def test_for_the_administrator_alone_and_quiet_where_it_is_told_to_be(app, client):
    make_union_tree()
    app.config["BACKUP_HOURS"] = 0
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    assert "备份" in client.get(PAGE).text and "notice-red" not in client.get(PAGE).text
    assert "还没有做过备份" not in client.get("/home").text
    for role in (Role.AUDITOR, Role.LOG_KEEPER):
        other = app.test_client()
        sign_in(other, make_account(role, COUNTY))
        assert other.get(PAGE).status_code == 403
