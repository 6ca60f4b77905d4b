"""Many tokens of every account of a busy site."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import insert

from registry.accounts.models import ApiToken
from registry.clock import now
from registry.db import allocate, table_of, transaction
from tests.factories.accounts import MadeAccount
from tests.factories.unions import COUNTY


def make_tokens(accounts: Iterable[MadeAccount], count: int) -> None:
    """Give each account `count` live tokens, straight into the table."""
    owners = [account.id for account in accounts for _ in range(count)]
    with transaction() as session:
        first, at = allocate(session, f"api_token:{COUNTY}", len(owners)), now()
        session.execute(
            insert(table_of(ApiToken)),
            [
                {
                    "county": COUNTY,
                    "id": number,
                    "account_id": owner,
                    "name": "人事系统",
                    "scopes": "totals.read",
                    "token_hash": number.to_bytes(32),
                    "created_at": at,
                    "expires_at": at + timedelta(days=90),
                    "asked_count": 0,
                }
                for number, owner in enumerate(owners, start=first)
            ],
        )
