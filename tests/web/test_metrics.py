"""Figures for the watchers: for this machine or with the token, and nothing on anybody."""

import pytest
from sqlalchemy.exc import OperationalError

from registry.web import metrics
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster
from tests.factories.unions import make_union_tree
from tests.web.test_health import beat

FAR = {"REMOTE_ADDR": "192.0.2.7"}


def told(answer):
    """Return the figures by name and labels."""
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_requests_queue_workers_and_database(client):
    from registry.jobs.operations import upload
    from registry.submissions.states import Kind

    make_union_tree()
    clerk, people = make_clerk(), make_people(2)
    upload(make_roster(people), file_name="a.csv", union_code=UNION, kind=Kind.FULL, actor=clerk)
    beat(seconds_ago=1)
    before = told(client.get("/metrics")).get('tongxin_requests_total{status="404"}', 0)
    client.get("/nowhere")
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    figures = told(answer)
    assert figures['tongxin_requests_total{status="404"}'] == before + 1
    assert figures["tongxin_database_up"] == 1
    assert figures['tongxin_queue{state="WAITING"}'] == 1
    assert figures['tongxin_queue{state="RUNNING"}'] == 0
    assert figures["tongxin_workers"] == 1
    for word in (clerk.name, UNION, people[0].full_name):
        assert word not in answer.text


def test_each_family_says_what_it_is(client):
    text = client.get("/metrics").text
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert (
        names
        == helped
        == {
            "tongxin_requests_total",
            "tongxin_database_up",
            "tongxin_queue",
            "tongxin_workers",
            "tongxin_looking",
            "tongxin_backup_age_seconds",
            "tongxin_writable",
        }
    )
    assert text.endswith("\n")


def test_a_database_that_is_away_is_a_figure(client, monkeypatch):
    def away():
        raise OperationalError("SELECT 1", {}, OSError("gone"))

    monkeypatch.setattr(metrics, "reachable", away)
    figures = told(client.get("/metrics"))
    assert figures["tongxin_database_up"] == 0
    assert "tongxin_workers" not in figures


def test_for_others_it_is_not_there(client):
    assert client.get("/metrics", environ_base=FAR).status_code == 404
    behind = {"X-Forwarded-For": "192.0.2.7"}
    assert client.get("/metrics", headers=behind).status_code == 404


@pytest.mark.parametrize("written", ["watch-me-0123456789", "watch-me-0123456789\n"])
def test_with_the_token_from_anywhere(app, client, tmp_path, written):
    file = tmp_path / "token"
    file.write_text(written)
    app.config["METRICS_TOKEN_FILE"] = str(file)

    def status(token):
        headers = {"Authorization": f"Bearer {token}"}
        return client.get("/metrics", environ_base=FAR, headers=headers).status_code

    assert (status("watch-me-0123456789"), status("watch-me"), status("é")) == (200, 404, 404)
    file.write_text("\n")
    assert status("x") == 404
