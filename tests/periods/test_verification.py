"""What was tampered with is named; a bundle verifies without the program; devices can sign."""

import hashlib
import hmac
import io
import json
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import delete, func, select, update

from registry.cli.main import main
from registry.db import db, setting, transaction
from registry.errors import StateRefused
from registry.members.models import Composition, Standing, Tally
from registry.periods import queries
from registry.periods.bundle import export
from registry.periods.checks import check
from registry.periods.models import Period, PeriodClosing, PeriodRoll
from registry.periods.operations import change_key, close
from registry.periods.verification import last_verified, run_verify, verify
from registry.vault import signing
from tests.factories.app import make_app, running
from tests.factories.people import make_people
from tests.factories.periods import APRIL, MARCH, at, make_city, two_months
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY, make_union_tree


def forged():
    """Return a document of March with one member more, and a signature over it by another key."""
    closing = queries.closing_of(db.session(), COUNTY, MARCH)
    document = json.loads(closing.document)
    document["places"][UNION]["figures"]["members"] = 5
    content = json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "document": content,
        "digest": hashlib.sha256(content).hexdigest(),
        "signature": key.sign(content),
        "public_key": public.decode(),
    }


def of_march(values):
    return update(PeriodClosing).where(PeriodClosing.month == str(MARCH)).values(values)


def one_roll_less():
    packed = db.session.scalars(select(PeriodRoll.content)).first()
    lines = zlib.decompress(packed).splitlines(keepends=True)
    return update(PeriodRoll).values(content=zlib.compress(b"".join(lines[1:])))


AT = datetime(2030, 4, 3, tzinfo=UTC)
FIRST = select(func.min(Standing.member_id)).scalar_subquery()
# What somebody does to the database, and how the findings name it.
TAMPERED = {
    "document": (
        lambda: of_march({"document": forged()["document"]}),
        {"period.digest", "period.signature", "period.chain", "period.register"},
    ),
    "signed by another": (
        lambda: of_march(forged()),
        {"period.key", "period.chain", "period.register", "period.trail"},
    ),
    "signature": (lambda: of_march({"signature": bytes(64)}), {"period.signature"}),
    "no document": (
        lambda: of_march({"document": b"{"}),
        {"period.digest", "period.signature", "period.document", "period.chain"},
    ),
    "algorithm": (lambda: of_march({"algorithm": "SM2"}), {"period.algorithm"}),
    "columns": (
        lambda: of_march({"closed_at": AT}),
        {"period.columns"},
    ),
    "roll": (one_roll_less, {"period.roll"}),
    "roll gone": (lambda: delete(PeriodRoll), {"period.roll"}),
    "state": (lambda: update(Period).values(state="OPEN"), {"period.state"}),
    "tally": (lambda: update(Tally).values(active=Tally.active + 1), {"period.register"}),
    "composition": (
        lambda: update(Composition).values(by_year='{"ACTIVE,1,1,,1980":4}'),
        {"period.register"},
    ),
    "standing": (
        lambda: update(Standing).where(Standing.member_id == FIRST).values(union_code="331083"),
        {"period.register"},
    ),
    "newest closing gone": (
        lambda: delete(PeriodClosing).where(PeriodClosing.month == str(APRIL)),
        {"period.state", "period.trail"},
    ),
}


def test_what_was_tampered_with_is_named(register, monkeypatch):
    two_months(monkeypatch, make_city())
    assert verify(COUNTY).faults == []
    for name, (tampering, codes) in TAMPERED.items():
        session = db.session()
        session.rollback()
        if name == "newest closing gone":
            session.execute(delete(PeriodRoll).where(PeriodRoll.month == str(APRIL)))
        session.execute(tampering())
        session.flush()
        session.expire_all()
        found = check(session, COUNTY)
        assert {one.code for one in found.faults} == codes, name
        if name in ("document", "tally"):
            (members,) = (
                one
                for one in found.faults
                if (one.month, one.place, one.what) == (str(MARCH), UNION, "figures.members")
            )
            sides = ("5", "4") if name == "document" else ("4", "5")
            assert (members.signed, members.found) == sides
            assert f"（{UNION}）在会会员：封账文件" in members.text
        session.rollback()
    assert verify(COUNTY).faults == []


def test_a_verification_is_on_the_trail_and_the_command_exits_with_1(
    small_register, monkeypatch, capsys
):
    city = make_city()
    two_months(monkeypatch, city)
    assert last_verified(db.session(), COUNTY) is None
    assert run_verify(COUNTY, None, actor=city).faults == []
    assert last_verified(db.session(), COUNTY, APRIL).fault_count == 0

    def command(*arguments):
        capsys.readouterr()
        code = main([*arguments], lambda: small_register)
        out = capsys.readouterr().out
        return code, json.loads(out) if "--json" in arguments else out

    assert command("verify-period", "--json") == (
        0,
        {"closings": 2, "faults": [], "later": []},
    )
    at(monkeypatch, 6, 3)
    code, closed = command("close-period", "2030-05", "--as", city.name, "--json")
    assert (code, closed["month"], closed["members"]) == (0, "2030-05", 3)
    with transaction() as session:
        session.execute(of_march({"signature": bytes(64)}))
    code, found = command("verify-period", "2030-03", "--json")
    assert (code, found["closings"]) == (1, 1)
    assert [(one["month"], one["code"]) for one in found["faults"]] == [
        ("2030-03", "period.signature")
    ]
    code, words = command("verify-period")
    assert (code, "2030-03 第 1 版：签名与封账文件不符" in words) == (1, True)
    assert command("verify-period", "2030-04")[0] == 0
    code, words = command("verify-period", "2030-11")
    assert (code, "2030-11：没有封账的记录" in words) == (1, True)
    assert command("verify-period", "2030", "--json")[0] == 2
    run_verify(COUNTY, MARCH, actor=city)
    with transaction() as session:
        session.execute(update(PeriodClosing).values(signature=bytes(64)))
    at(monkeypatch, 7, 3)
    with pytest.raises(StateRefused) as refused:
        close(COUNTY, APRIL.next.next, actor=city)
    assert refused.value.code == "period.tampered"
    assert last_verified(db.session(), COUNTY, MARCH).faults[0].code == "period.signature"
    assert last_verified(db.session(), COUNTY, APRIL).fault_count == 0


def test_a_bundle_verifies_without_the_program(small_register, monkeypatch, tmp_path):
    city = make_city()
    march, april = two_months(monkeypatch, city)
    content = export(COUNTY, APRIL, 1, actor=city)
    assert export(COUNTY, APRIL, 1, actor=city) == content
    folder = tmp_path / "bundle"
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)

    def ran(*command):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        return done.returncode

    key = ("-pubin", "-inkey", "public-key.pem", "-rawin")
    signed = (*key, "-in", "document.json", "-sigfile", "signature.bin")
    assert ran("openssl", "pkeyutl", "-verify", *signed) == 0
    assert ran("sha256sum", "-c", "SHA256SUMS") == 0
    document = json.loads((folder / "document.json").read_bytes())
    assert document["previous"]["sha256"] == march.digest
    for code, place in document["places"].items():
        if "roll" in place:
            roll = (folder / "rolls" / f"{code}.txt").read_bytes()
            assert hashlib.sha256(roll).hexdigest() == place["roll"]["sha256"]
            assert roll.count(b"\n") == place["roll"]["count"]
    readme = (folder / "说明.txt").read_text("utf-8")
    assert april.digest in readme
    assert "openssl pkeyutl -verify" in readme
    everything = b"".join(path.read_bytes() for path in folder.rglob("*.*") if path.is_file())
    for person in make_people(5):
        assert person.number.encode() not in everything
        assert person.full_name.encode() not in everything
    (folder / "document.json").write_bytes(b"{}")
    assert ran("openssl", "pkeyutl", "-verify", *signed) != 0


class Device:
    """A provider as a device's would be, in another algorithm."""

    algorithm = "TEST-HMAC"

    def __init__(self, folder):
        self.secret = b"kept in the device"

    def public_key(self):
        return b"-----BEGIN TEST KEY-----\n"

    def sign(self, document):
        return hmac.digest(self.secret, document, "sha256")

    def verify(self, public_key, document, signature):
        return public_key == self.public_key() and hmac.compare_digest(
            self.sign(document), signature
        )


def test_keys_change_and_devices_sign_and_old_months_still_verify(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "a_device", SimpleNamespace(open=Device))
    with running(make_app(tmp_path, screens=False)):
        make_union_tree()
        two_months(monkeypatch, make_city())
        first = signing.key_id(signing.signer().public_key())
        assert change_key() != first
        at(monkeypatch, 6, 2)
        city = make_city()
        close(COUNTY, APRIL.next, actor=city)
        assert verify(COUNTY).faults == []
    with running(make_app(tmp_path, screens=False, REGISTRY_SIGNING="a_device:open")):
        at(monkeypatch, 7, 2)
        close(COUNTY, APRIL.next.next, actor=city)
        algorithms = [one.algorithm for one in queries.closings(db.session(), COUNTY)]
        assert algorithms == ["TEST-HMAC", "Ed25519", "Ed25519", "Ed25519"]
        assert verify(COUNTY).faults == []
        assert len(signing.trusted(setting("DATA"))) == 3
    with running(make_app(tmp_path, screens=False)):
        assert [one.code for one in verify(COUNTY).faults] == ["period.algorithm"]
    with (
        running(make_app(tmp_path, screens=False, REGISTRY_SIGNING="no_device:open")),
        pytest.raises(signing.SigningError, match="REGISTRY_SIGNING"),
    ):
        signing.signer()
