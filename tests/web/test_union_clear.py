"""三清 on the screen: every number is a link to exactly those unions."""

import re

from registry.access.roles import Role
from tests.factories.accounts import make_account, sign_in
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree


def test_each_number_leads_to_as_many_unions(app):
    make_union_tree()
    city = app.test_client()
    sign_in(city, make_account(Role.AUDITOR, COUNTY))
    page = city.get(f"/unions/{COUNTY}/clear").text
    assert "三清" in city.get(f"/unions/{COUNTY}/unions").text
    links = re.findall(r'<a href="(/unions/\d+/clear\?[^"#]+)#unions">(\d+)</a>', page)
    assert len(links) >= 9
    for address, count in links:
        listed = city.get(address.replace("&amp;", "&")).text
        assert listed.count("data-open") == int(count), address
    clear = city.get(f"/unions/{COUNTY}/clear?point=TERM_OVER").text
    assert "已经清了" in clear
    reviewer, clerk = app.test_client(), app.test_client()
    sign_in(reviewer, make_account(Role.REVIEWER, TOWNSHIP))
    sign_in(clerk, make_account(Role.CLERK, UNION))
    assert reviewer.get(f"/unions/{TOWNSHIP}/clear").status_code == 200
    assert reviewer.get(f"/unions/{COUNTY}/clear").status_code == 404
    own = clerk.get(f"/unions/{UNION}/clear").text
    assert "没有申报职工人数" in own and own.count("data-open") == 1
