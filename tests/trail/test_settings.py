"""A start with other settings than before is on the trail, without what may be a secret."""

import time

from flask import current_app
from sqlalchemy.exc import OperationalError

import config
from registry.db import db, transaction
from registry.trail import operations, settings
from registry.trail.queries import entries, verify
from tests.factories.unions import COUNTY

SECRET = "postgresql+psycopg://tongxin:geheim@db/tongxin"


def noted(process="site", **environ):
    return settings.note(process, *config.chosen(environ))


def said():
    return entries(db.session(), COUNTY, action=settings.ACTION)[0].detail


def test_what_differs_is_recorded_once_for_each_kind_of_process():
    assert not noted(REGISTRY_IDLE_MINUTES="600")  # no county yet, no chain
    with transaction() as session:
        operations.record(session, "a.b", actor=None, county=COUNTY, place=COUNTY)

    assert noted(REGISTRY_IDLE_MINUTES="600", DATABASE_URL=SECRET, PATH="/bin")
    detail = said()
    assert detail["process"] == "site"
    assert detail["changed"] == ["DATABASE_URL", "REGISTRY_IDLE_MINUTES"]
    assert detail["settings"]["REGISTRY_IDLE_MINUTES"] == "600"
    assert detail["settings"]["DATABASE_URL"].startswith("hmac:")
    assert "geheim" not in str(detail)

    assert not noted(REGISTRY_IDLE_MINUTES="600", DATABASE_URL=SECRET)
    assert noted("worker", REGISTRY_IDLE_MINUTES="600", DATABASE_URL=SECRET)
    assert not noted(REGISTRY_IDLE_MINUTES="600", DATABASE_URL=SECRET)
    assert noted(DATABASE_URL=SECRET.replace("geheim", "anders"))
    assert said()["changed"] == ["DATABASE_URL", "REGISTRY_IDLE_MINUTES"]
    assert noted()
    assert said() == {"process": "site", "changed": ["DATABASE_URL"], "settings": {}}
    assert verify(db.session())[1] == []


def test_a_start_without_the_database_is_entered_when_it_is_back(monkeypatch):
    app, away = current_app._get_current_object(), [True]
    with transaction() as session:
        operations.record(session, "a.b", actor=None, county=COUNTY, place=COUNTY)
    real = settings.record

    def record(*said, **more):
        if away:
            raise OperationalError("", {}, Exception("away"))
        return real(*said, **more)

    monkeypatch.setattr(settings, "record", record)
    monkeypatch.setattr(settings, "AGAIN_SECONDS", 0.02)
    started_with = config.chosen({"REGISTRY_IDLE_MINUTES": "600"})
    settings.note_when_possible(app.app_context, "site", *started_with)
    time.sleep(0.1)
    assert entries(db.session(), COUNTY, action=settings.ACTION) == []
    away.clear()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        db.session.rollback()
        if entries(db.session(), COUNTY, action=settings.ACTION):
            break
        time.sleep(0.02)
    assert said()["changed"] == ["REGISTRY_IDLE_MINUTES"]
