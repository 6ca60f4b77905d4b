"""Every act on the trail has a name in Chinese."""

import ast

from config import ROOT
from registry.web import trail_labels
from registry.web.trail_details import _DETAILS, detail_text


def recorded_actions():
    """Return the literal actions given to functions that record, wherever in the product."""
    for path in (ROOT / "registry").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and "record" in ast.unparse(node.func):
                for argument in ast.walk(ast.Tuple(node.args)):
                    if isinstance(argument, ast.Constant) and _is_action(argument.value):
                        yield argument.value


def _is_action(value):
    family, dot, act = str(value).partition(".")
    return bool(dot) and family.isidentifier() and act.isidentifier()


def test_every_recorded_action_has_a_name_and_a_family():
    actions = set(recorded_actions())
    assert {"account.sign_in", "submission.submit"} <= actions
    assert actions - trail_labels.ACTIONS.keys() == set()
    for action in trail_labels.ACTIONS:
        assert any(action.startswith(family) for family in trail_labels.FAMILIES), action


def recorded_details():
    """Return the literal names in details given to functions that record."""
    for path in (ROOT / "registry").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                given = [one.value for one in node.keywords if one.arg == "detail"]
                for one in ast.walk(ast.Tuple(given)):
                    if isinstance(one, ast.Dict):
                        yield from (key.value for key in one.keys if isinstance(key, ast.Constant))


def test_every_recorded_detail_has_a_name():
    names = set(recorded_details())
    assert {"account", "submission"} <= names
    assert names - _DETAILS.keys() == set()


def test_details_are_one_readable_line():
    detail = {"account": "a", "after": ["CLERK"], "accounts": list("abcdefg"), "odd": True}
    text = detail_text(detail)
    assert detail_text({"factor": "PASSKEY", "number": 1}) == "第二步验证：通行密钥；编号：1"
    assert text == "账号：a；调整后：基层经办员；账号：a、b、c、d、e 等 7 项；odd：是"


def test_digests_are_shown_by_their_beginning():
    assert detail_text({"digest": "0a" * 32}) == "摘要：0a0a0a0a0a0a…"


def test_results():
    assert trail_labels.result_label("done") == "成功"
    assert trail_labels.result_label("refused:wrong") == "密码或账号不正确"
    assert trail_labels.result_label("refused:other.code") == "已拒绝（other.code）"
    assert trail_labels.is_refusal("refused:wrong")
    assert not trail_labels.is_refusal("faulty")
