"""What the figures of a document are called on the screen. Pure."""

from registry.periods.movements import Move
from registry.totals.dimensions import LABELS, label_of
from registry.totals.metrics import METRIC_LABELS

FIGURES: dict[str, str] = {
    "unions": "已建工会",
    "unions_preparing": "筹备中的工会",
    "unions_listed": "列入应建、还没有筹备的工会",
    "unions_covered": "已有名册的工会",
    "members": "在会会员",
    "retained": "保留会籍",
    "employees": "职工人数",
    "pending_rows": "待审行数",
    "unions_over": "会员多于职工的工会",
    "unions_undeclared": "未报职工人数的工会",
    "reference_people": "基础库人数",
    "reference_matched": "基础库里的会员",
    "reference_known": "会员中基础库有的",
}
_WHOLE: dict[str, str] = {
    "place": "工会本身",
    "name": "名称",
    "level": "级别",
    "parent": "上级工会",
    "before": "上期会员",
    "adjusted": "其他调整",
    "roll.count": "会员名单人数",
    "roll.sha256": "会员名单",
}


def figure_label(what: str) -> str:
    """Return the name of a figure by its way in the document."""
    family, _, rest = what.partition(".")
    if family == "figures":
        return FIGURES.get(rest, rest)
    if family == "metrics":
        return METRIC_LABELS.get(rest, rest)
    if family == "moves":
        return f"本期{Move(rest).label}" if rest in list(Move) else rest
    if family == "composition":
        by, _, value = rest.partition(".")
        return f"{LABELS[by]}：{label_of(by, value)}" if by in LABELS else rest
    return _WHOLE.get(what, what)
