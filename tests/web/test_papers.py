"""The summary sheet to be sealed: what it says of a roster, and what it does not."""

import hashlib

from registry.access.roles import Role
from registry.clock import today
from registry.review.operations import approve
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.app import make_app, running
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in, take_in
from tests.factories.unions import TOWNSHIP, make_union_tree


def test_the_sheet_says_what_went_and_what_was_decided_and_names_nobody(tmp_path):
    with running(make_app(tmp_path)) as app:
        make_union_tree()
        people, clerk = make_people(3), make_clerk()
        content = make_roster(people)
        number = send_in(content, clerk)
        approve(number, actor=make_reviewer(), rows=[2, 3])
        draft = take_in(make_roster(make_people(5)[3:]), clerk)
        for role, place in ((Role.CLERK, UNION), (Role.REVIEWER, TOWNSHIP)):
            client = app.test_client()
            sign_in(client, make_account(role, place))
            assert f"/submissions/{number}/sheet" in client.get(f"/submissions/{number}").text
            shown = client.get(f"/submissions/{number}/sheet").text
            digest = hashlib.sha256(content).hexdigest()
            groups = [digest[at : at + 4] for at in range(0, 64, 4)]
            assert f"<code>{' '.join(groups[:4])}</code>" in shown
            assert f"<code>{' '.join(groups)}</code>" in shown
            assert f"报送编号 {number}" in shown and "文件共 3 行：送审 3" in shown
            assert "新会员 3 人" in shown and "通过 2 人" in shown and "（盖章）" in shown
            for one in people:
                assert one.full_name not in shown and one.number not in shown
        reviewer, page = client, f"/submissions/{number}"
        assert "未收到" not in reviewer.get(f"/unions/{TOWNSHIP}/queue/closed").text
        approve(number, actor=make_reviewer())
        closed = f"/unions/{TOWNSHIP}/queue/closed?paper=MISSING"
        assert "还没有收到（1）" in reviewer.get(closed).text
        ticked = {"received_on": today().isoformat(), "note": "双面"}
        for said in ("已登记收到", "已经登记收到"):
            post(reviewer, f"{page}/sheet/receive", page, **ticked)
            assert said in reviewer.get(page).text
        assert f"{today()} 收到" in reviewer.get(f"{page}/sheet").text
        assert "没有符合条件的名册" in reviewer.get(closed).text
        post(reviewer, f"{page}/sheet/take-back", page, reason="")
        assert "请写明原因" in reviewer.get(page).text
        post(reviewer, f"{page}/sheet/take-back", page, reason="没有盖章")
        client = app.test_client()
        sign_in(client, make_account(Role.CLERK, UNION))
        assert "撤销：没有收到盖章汇总表" in client.get(page).text
        assert post(client, f"{page}/sheet/receive", page, **ticked).status_code == 403
        assert client.get(f"/submissions/{draft}/sheet").status_code == 404
        foreign = app.test_client()
        sign_in(foreign, make_account(Role.CLERK, "3310830020001"))
        assert foreign.get(f"/submissions/{number}/sheet").status_code == 404
