"""Commands written wrongly: the sentence is Chinese and says what is wrong."""

import pytest

from registry.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check"], "缺少 FILE。用法见 registry check --help。"),
        (["approve", "1"], "缺少 --as。用法见 registry approve --help。"),
        (["approve", "x", "--as", "a"], "SUBMISSION 的值不对。用法见 registry approve --help。"),
        (
            ["approve", "9" * 20, "--as", "a"],
            "SUBMISSION 的值不对。用法见 registry approve --help。",
        ),
        (["check", "--jsn", "a"], "没有选项 --jsn。用法见 registry check --help。"),
        (
            ["submit", "a", "--union", "1", "--as", "a", "--kind", "some"],
            "--kind 的值不对，只能是 full、increment、reverify。用法见 registry submit --help。",
        ),
        (["check", "a", "b"], "命令的写法不对，请核对命令名和参数。用法见 registry check --help。"),
        (["nothing"], "命令的写法不对，请核对命令名和参数。用法见 registry --help。"),
        (["send-back", "1", "--as"], "选项 --as 缺少值或不该有值。用法见 registry --help。"),
    ],
)
def test_what_is_wrong_with_a_command_is_said_in_chinese(capsys, arguments, sentence):
    assert main(arguments, lambda: None) == 2
    assert capsys.readouterr().err == sentence + "\n"
