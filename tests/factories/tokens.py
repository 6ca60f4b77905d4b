"""Tokens, and a program that shows one."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from registry.access.actor import Actor
from registry.access.scopes import Scope, offered_to
from registry.accounts import tokens

ROOT = "/api/v1"


def make_token(actor: Actor, *scopes: Scope, days: int = 90) -> str:
    """Make a token of an account for these scopes (all that it may give where none are named)."""
    return tokens.make("人事系统", scopes or offered_to(actor), days, actor=actor).text


class Program:
    """Calls the interface with a token."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, address: str, **more: Any) -> TestResponse:
        """Send a request to an address below `/api/v1`."""
        headers = {**self._headers, **more.pop("headers", {})}
        return self._client.open(ROOT + address, method=method, headers=headers, **more)

    def get(self, address: str, **more: Any) -> TestResponse:
        """Send a GET."""
        return self.call("GET", address, **more)

    def post(self, address: str, **more: Any) -> TestResponse:
        """Send a POST."""
        return self.call("POST", address, **more)


def make_program(app: Flask, actor: Actor, *scopes: Scope) -> Program:
    """Make a program with a token of an account."""
    return Program(app, make_token(actor, *scopes))
