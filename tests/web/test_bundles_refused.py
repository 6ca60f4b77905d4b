"""Who may do what with a roster for many unions, and numbers that no page gave."""

import pytest

from registry.access.roles import Role
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.bundle_desk import LIST, sit_down, upload, uploaded, words
from tests.factories.bundles import TOWNSHIP, WRITTEN, make_bundle, view
from tests.factories.clerk_desk import acts
from tests.factories.people import make_people


@pytest.fixture
def desk(client):
    """A browser on which the township's reviewer is signed in."""
    return sit_down(client)


def test_only_the_uploader_says_which_unions_are_meant(app, desk):
    page = uploaded(desk, make_bundle(make_people(2), [WRITTEN[0], "别处"]))
    other = app.test_client()
    sign_in(other, make_account(Role.REVIEWER, TOWNSHIP, name="second"))

    shown = other.get(page).text
    assert "只有上传人能核对和确认" in words(shown)
    assert "江华国" in shown and "别处" in shown
    assert f"{page}/names" not in shown and f"{page}/confirm" not in shown
    assert "去核对" not in other.get(LIST).text
    assert "合并名册待核对工会" not in other.get("/home").text
    refused = post(other, f"{page}/names", page=page, **{"union-2": "-"})
    assert refused.status_code == 403
    assert "请放弃这一份，由您重新上传" in refused.text
    post(desk, f"{page}/names", page=page, **{"union-2": "-"})
    assert f"{page}/confirm" not in other.get(page).text
    assert post(other, f"{page}/confirm", page=page).status_code == 403
    assert view(1).state.value == "MAPPING"
    assert post(other, f"{page}/cancel", page=page).status_code == 303


def test_who_is_above_looks_and_steers_nothing(app, desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    city = app.test_client()
    sign_in(city, make_account(Role.AUDITOR, "331083"))

    shown = city.get(page).text
    assert not any(f"{page}/{act}" in shown for act in ("names", "confirm", "cancel"))
    for act in ("names", "confirm", "cancel", "pause", "resume"):
        refused = post(city, f"{page}/{act}", page="/home", **{"union-1": "-"})
        assert refused.status_code == 403, act
    post(desk, f"{page}/confirm", page=page)
    assert f"{page}/pause" not in city.get(page).text
    assert post(city, f"{page}/pause", page="/home").status_code == 403
    assert acts("bundle.pause") == acts("bundle.cancel") == []


MANY = "9" * 25


@pytest.mark.parametrize("field", ["union-²", f"union-{MANY}", "union-", "union--1", "union-1x"])
def test_a_field_that_no_page_has_changes_nothing(desk, field):
    page = uploaded(desk, make_bundle(make_people(2), [WRITTEN[0], "别处"]))

    answer = post(desk, f"{page}/names", page=page, **{field: "-", "union-2": "-"})

    assert answer.status_code == 400
    assert "什么也没有保存" in answer.text
    assert "还有 1 个名称" in desk.get(page).text


def test_numbers_that_cannot_be_ours_are_refused(desk):
    page = uploaded(desk, make_bundle(make_people(2)))

    # A size that is no number says nothing of the file.
    assert upload(desk, make_bundle(make_people(1, seed=4)), size="²").status_code == 303
    for rest in ("", "/progress"):
        assert desk.get(f"{LIST}/{MANY}{rest}").status_code == 404, rest
    # An argument that is no number is as if none had been given.
    for one in (MANY, "²", "-1", "x", ""):
        assert desk.get(f"{LIST}?before={one}").status_code == 200, one
        assert desk.get(f"{page}?after={one}").status_code == 200, one
    assert desk.get(f"{page}?after=999999999999").status_code == 200
    for act in ("names", "confirm", "pause", "resume", "cancel", "findings.csv"):
        assert post(desk, f"{LIST}/{MANY}/{act}", page=LIST).status_code == 404, act
