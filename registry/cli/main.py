"""The commands gathered, and what every command has in common: refusals, exit codes, no
traceback.
"""

import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from config import UnsafeSettingError
from registry.cli import (
    accounts,
    answers,
    bundles,
    care,
    figures,
    files,
    incidents,
    keeping,
    periods,
    rosters,
    storage,
)
from registry.cli.answers import DONE, REFUSED
from registry.cli.usage import usage_sentence
from registry.errors import RegistryError

if TYPE_CHECKING:
    from flask import Flask

_log = logging.getLogger(__name__)


@click.group(
    name="registry",
    help="同心册：工会会员实名登记。各命令与网站使用同样的数据、规则和权限。",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def group() -> None:
    """Nothing in common is done before a command."""


for _family in (
    care,
    files,
    rosters,
    bundles,
    figures,
    periods,
    incidents,
    keeping,
    storage,
    accounts,
):
    for _command in _family.COMMANDS:
        group.add_command(_command)


def main(arguments: Sequence[str], create_app: Callable[[], "Flask"]) -> int:
    """Run one command and return its exit code: 0 done, 1 something was found, 2 refused.

    `create_app` puts the application together for the commands that need the database.
    """
    logging.basicConfig(level=os.environ.get("REGISTRY_LOG", "WARNING"))
    as_json = "--json" in arguments
    try:
        answer = group.main(
            list(arguments), prog_name="registry", standalone_mode=False, obj=create_app
        )
        return answer if isinstance(answer, int) else DONE
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        answers.say("已中断。")
        return REFUSED
    except click.ClickException as error:
        return _refuse("usage", usage_sentence(error), as_json)
    except RegistryError as error:
        return _refuse(error.code, error.message, as_json)
    except UnsafeSettingError as error:
        return _refuse("setting.unsafe", str(error), as_json)
    except BrokenPipeError:
        return DONE
    except Exception as error:
        return _refuse(*_unexpected(error), as_json)


def _refuse(code: str, message: str, as_json: bool) -> int:
    line = " ".join(message.split())
    answers.say(line)
    if as_json:
        answers.put_refusal(code, line)
    return REFUSED


def _unexpected(error: Exception) -> tuple[str, str]:
    """Say in one line what no command foresaw; the trace is for the log of who asks for it."""
    from registry.storage import LABELS, fault_kind

    _log.info("unexpected", exc_info=error)
    fault = fault_kind(error)
    if fault is not None:
        return "storage.fault", f"{LABELS[fault]}：请先排除故障，再运行一次。没有保存任何改动。"
    kind = type(error).__module__.partition(".")[0]
    if kind in {"sqlalchemy", "sqlite3", "psycopg", "alembic"}:
        return (
            "database",
            "数据库不能使用：请确认已运行 registry init 或 registry seed，且 DATABASE_URL 正确。",
        )
    return "unexpected", f"程序内部出错（{type(error).__name__}），没有保存任何改动。"
