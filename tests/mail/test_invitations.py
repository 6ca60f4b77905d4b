"""An invitation by mail: to the person alone; where the server refuses it, shown to who invites."""

import pytest

from registry.access.roles import Role
from tests.factories.accounts import csrf_of, invited, make_account, post, sign_in
from tests.factories.app import make_app, running
from tests.factories.smtp import mailbox
from tests.factories.unions import COUNTY, TOWNSHIP, make_union

SITE = "https://tongxin.example"
NEW = f"/unions/{COUNTY}/accounts/new"


@pytest.fixture
def app(tmp_path):
    with mailbox() as box:
        mail = {
            "REGISTRY_SITE": SITE,
            "REGISTRY_MAIL_SERVER": "127.0.0.1",
            "REGISTRY_MAIL_PORT": str(box.port),
            "REGISTRY_MAIL_FROM": "tongxin@tongxin.example",
            "REGISTRY_MAIL_TLS": "off",
        }
        with running(make_app(tmp_path, **mail)) as app:
            app.box = box
            yield app


def test_who_has_an_address_is_mailed_and_nobody_else_sees_the_code(app):
    make_union(TOWNSHIP)
    client = app.test_client()
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    assert "邮箱" in client.get(NEW).text
    fields = {"name": "reviewer9", "display_name": "王审核", "place": TOWNSHIP}
    bad = post(client, NEW, page=NEW, **fields, roles=["REVIEWER"], mail="nowhere")
    assert "邮箱地址不正确" in bad.text
    answer = post(client, NEW, page=NEW, **fields, roles=["REVIEWER"], mail="wang@union.example")
    assert answer.status_code == 303
    (message,) = app.box.messages
    text = message.get_content()
    assert message["To"] == "wang@union.example"
    assert "账号是 reviewer9" in text
    code = text.partition(f"{SITE}/invitation#")[2][:19]
    assert code not in client.get(f"/unions/{COUNTY}/accounts").text
    assert invited(app.test_client(), code).headers["Location"] == "/home"

    app.config["MAIL_PORT"] = 1  # nobody listens there
    page = post(client, "/accounts/2/reset", page="/accounts/2")
    assert "邀请没有发出去" in page.text
    assert "邀请码只显示这一次" in page.text
    assert csrf_of(client)
