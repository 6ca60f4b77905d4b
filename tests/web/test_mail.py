"""One's own address for the digest."""

from registry.access.roles import Role
from registry.accounts import mailing
from registry.db import db
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.rosters import UNION
from tests.factories.unions import make_union_tree


def test_everybody_sets_their_own_and_takes_it_back(client):
    make_union_tree()
    account = make_account(Role.CLERK, UNION)
    sign_in(client, account)
    assert post(client, "/mail", mail="li@union.example").status_code == 303
    assert 'value="li@union.example"' in client.get("/mail").text
    bad = post(client, "/mail", mail="li@")
    assert bad.status_code == 400 and "邮箱地址不正确" in bad.text
    assert mailing.mail_of(db.session(), account.id) == "li@union.example"
    assert "不再发送" in client.get(post(client, "/mail", mail="").location).text
    assert mailing.mail_of(db.session(), account.id) == ""


def test_it_is_offered_only_where_mail_is_sent(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    assert 'href="/mail"' not in client.get("/password").text
    app.config["MAIL_SERVER"] = "mail.example"
    assert 'href="/mail"' in client.get("/password").text
