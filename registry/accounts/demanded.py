"""Whether an account must have a second factor, and whether it has one."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, SQLColumnExpression, exists

from registry.access.roles import Role
from registry.accounts.models import SecondFactor
from registry.db import setting, table_of

_factor = table_of(SecondFactor).c


def is_demanded(roles: Collection[Role]) -> bool:
    """Tell whether an account with these roles must have a second factor; never in a demo."""
    return not setting("DEMO") and any(role in setting("SECOND_FACTOR") for role in roles)


def has_factor(
    county: SQLColumnExpression[str] | str, account_id: SQLColumnExpression[int] | int
) -> ColumnElement[bool]:
    """Return the condition that an account has a second factor."""
    return exists().where(_factor.county == county, _factor.account_id == account_id)
