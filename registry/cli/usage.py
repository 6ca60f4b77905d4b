"""What is wrong with a command as it was written, in one Chinese sentence."""

import click


def usage_sentence(error: click.ClickException) -> str:
    """Return what the command line lacks or has too much of, and where its use is told."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "registry"
    return f"{_fault(error)}。用法见 {command} --help。"


def _fault(error: click.ClickException) -> str:
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_name(error)}"
    if isinstance(error, click.BadParameter):
        return f"{_name(error)} 的值不对{_choices(error.param)}"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 缺少值或不该有值"
    return "命令的写法不对，请核对命令名和参数"


def _name(error: click.BadParameter) -> str:
    if isinstance(error.param, click.Option):
        return error.param.opts[-1]
    return error.param.human_readable_name if error.param else "参数"


def _choices(parameter: click.Parameter | None) -> str:
    kind = parameter.type if parameter else None
    return f"，只能是 {'、'.join(map(str, kind.choices))}" if isinstance(kind, click.Choice) else ""
