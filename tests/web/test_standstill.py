"""After a fault of the storage everything can be read and nothing written, until it is resumed."""

import errno
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from registry import storage
from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.cli.main import main
from registry.db import db, transaction
from registry.errors import StateRefused, Unavailable
from registry.jobs import worker
from registry.jobs.leases import claim
from registry.jobs.models import Batch, BatchState
from registry.jobs.operations import upload
from registry.submissions import originals
from registry.submissions.states import Kind
from registry.trail.queries import entries
from registry.trail.resuming import resume
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_reviewer, make_roster, send_in
from tests.factories.tokens import make_program
from tests.factories.unions import COUNTY


def fill_the_disk():
    """Have the engine itself say that there is no room."""
    with pytest.raises(Unavailable) as refused, transaction() as session:
        if db.engine.dialect.name == "postgresql":
            full = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"
            session.execute(text(full))
        else:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.execute(text("CREATE TABLE filler AS SELECT zeroblob(1000000) AS room"))
    assert refused.value.code == "storage.read_only"


def make_room():
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA max_page_count = 1000000"))
    db.session.remove()


def test_everything_can_be_read_and_nothing_written_until_it_is_resumed(
    register_with_screens, capsys, monkeypatch
):
    app = register_with_screens
    account = make_account(Role.CLERK, UNION)
    clerk, reviewer = actor_of(db.session(), account.id), make_reviewer()
    sent = send_in(make_roster(make_people(3)), clerk)
    waiting = upload(
        make_roster(make_people(2, seed=9)),
        file_name="花名册.csv",
        union_code=UNION,
        kind=Kind.INCREMENT,
        actor=clerk,
    )
    client, program = app.test_client(), make_program(app, clerk)
    sign_in(client, account)
    form = {"csrf_token": csrf_of(client)}

    fill_the_disk()

    home = client.get("/home")
    assert home.status_code == 200
    assert "系统现在只能查看，不能办理" in home.text
    assert "存储空间已满" in app.test_client().get("/sign-in").text
    assert client.get(f"/submissions/{sent}").status_code == 200
    for address in (f"/submissions/{sent}/withdraw", "/sign-out", "/sign-in"):
        answer = client.post(address, data=form)
        assert (answer.status_code, "storage.read_only" in answer.text) == (503, True)
        assert "以前保存的都在" in answer.text
    assert program.get(f"/submissions/{sent}").status_code == 200
    said = program.post(f"/submissions/{sent}/withdraw")
    assert (said.status_code, said.json["refused"]["code"]) == (503, "storage.read_only")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["writable"]) == (503, False)
    assert "tongxin_writable 0" in client.get("/metrics").text
    capsys.readouterr()
    assert main(["approve", str(sent), "--as", reviewer.name, "--json"], lambda: app) == 2
    assert '"storage.read_only"' in capsys.readouterr().out
    with pytest.raises(Unavailable):
        claim(waiting.batch_id, "worker")
    worker._one(app.app_context, waiting.batch_id, "worker")
    db.session.rollback()
    assert db.session.get(Batch, waiting.batch_id).state == BatchState.WAITING

    with monkeypatch.context() as full:
        full.setattr("registry.trail.resuming.disk_usage", lambda _: SimpleNamespace(free=0))
        assert main(["resume"], lambda: app) == 2
        assert "磁盘还是满的" in capsys.readouterr().err
    make_room()
    assert main(["resume"], lambda: app) == 0
    assert "已恢复办理" in capsys.readouterr().out
    last = entries(db.session(), COUNTY, limit=1)[0]
    assert (last.action, last.detail["kind"]) == ("storage.resume", "full")
    assert "不能办理" not in client.get("/home").text
    worker._one(app.app_context, waiting.batch_id, "worker")
    assert client.post("/sign-out", data=form).status_code == 303
    assert main(["resume"], lambda: app) == 0
    assert "本来就可以办理" in capsys.readouterr().out


def test_a_disk_that_fails_under_an_original_stops_writing_too(small_register, monkeypatch):
    def broken(_descriptor):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr("os.fsync", broken)
        with pytest.raises(Unavailable):
            originals.keep(b"roster")
        with pytest.raises(Unavailable):
            resume()
    folder = small_register.config["DATA"]
    assert storage.fault_in(folder).kind == storage.IO
    assert (folder / storage.NAME).stat().st_mode & 0o777 == 0o600
    assert resume().kind == storage.IO
    assert storage.fault_in(folder) is None


def test_a_damaged_database_is_noticed_by_reading_and_not_resumed(small_register):
    path = small_register.config["DATA"] / "registry.sqlite3"
    db.session.remove()
    db.engine.dispose()  # the last one writes the log out into the file
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))

    with pytest.raises(Exception, match="malformed"):
        db.session.execute(text("SELECT count(name) FROM trade_union")).all()
    db.session.remove()

    assert storage.fault_in(small_register.config["DATA"]).kind == storage.DAMAGED
    with pytest.raises(StateRefused) as refused:
        resume()
    assert refused.value.code == "storage.damaged"
    assert storage.fault_in(small_register.config["DATA"]) is not None
    path.write_bytes(whole)


def test_where_not_even_the_file_can_be_written_the_process_knows(tmp_path):
    gone = tmp_path / "gone"
    storage.report_fault(gone, storage.FULL)
    assert storage.fault_in(gone).kind == storage.FULL
    storage.clear_fault(gone)
    assert storage.fault_in(gone) is None
    (tmp_path / storage.NAME).touch()
    assert storage.fault_in(tmp_path).label == "存储出错"


@pytest.mark.parametrize("error", [ValueError("no"), OSError(errno.ENOENT, "no"), None])
def test_other_errors_say_nothing_of_the_storage(error):
    assert storage.fault_kind(error) is None
