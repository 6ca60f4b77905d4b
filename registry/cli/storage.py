"""The command that lets an installation write again after a fault of its storage."""

import click

from registry.cli import answers
from registry.cli.context import application


@click.command(help="存储故障排除后恢复办理：先检查数据库和数据目录，无误才恢复。")
def resume() -> int:
    """Check, and let the installation write again."""
    from registry.trail.resuming import resume as resume_writing

    with application():
        fault = resume_writing()
    answers.put("存储正常，本来就可以办理。" if fault is None else "检查无误，已恢复办理。")
    return answers.DONE


COMMANDS = (resume,)
