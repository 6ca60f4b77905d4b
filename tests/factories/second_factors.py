"""Second factors of test accounts: an app's codes, and a passkey in software."""

import base64
import hashlib
import json
import struct
from datetime import datetime

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from registry.accounts import queries, totp
from registry.clock import now
from registry.db import db

SITE = "https://tongxin.test"


class App:
    """An authenticator app that took a secret over."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret.replace(" ", ""))

    def code(self, steps: int = 0, at: datetime | None = None) -> str:
        """Return the code now, or at an instant, or so many steps from it."""
        return self._totp.at(at or now(), counter_offset=steps)


def with_app(account_id: int) -> tuple[App, list[str]]:
    """Give an account an app whose codes of before are all taken; return it and recovery codes."""
    session = db.session()
    actor = queries.actor_of(session, account_id)
    offer = totp.offer(session, b"of-the-test", actor)
    app = App(offer.secret)
    codes = totp.take(offer.sealed, app.code(-1), token_hash=b"of-the-test", actor=actor)
    return app, codes


class Passkey:
    """An authenticator with one key of P-256 (WebAuthn level 2, attestation "none")."""

    def __init__(self, host: str = "tongxin.test", origin: str = SITE) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._host, self._origin = host, origin
        self.id = hashlib.sha256(repr(self._key.private_numbers()).encode()).digest()[:16]
        self.count = 1

    def made(self, options: str) -> str:
        """Return the browser's answer to a wish for a new passkey."""
        point = self._key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(0x45) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(client, attestationObject=_text(statement))

    def shown(self, options: str) -> str:
        """Return the browser's answer to a challenge."""
        self.count += 1
        data, client = self._data(0x05), self._client("webauthn.get", options)
        signed = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(client, authenticatorData=_text(data), signature=_text(signed))

    def _data(self, flags: int) -> bytes:
        host = hashlib.sha256(self._host.encode()).digest()
        return host + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self._origin}).encode()

    def _answer(self, client: bytes, **response: str) -> str:
        key = _text(self.id)
        said = {"clientDataJSON": _text(client), **response}
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": said})


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
