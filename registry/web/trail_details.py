"""What stands in the detail of an entry of the trail, in words."""

import re
from collections.abc import Mapping
from typing import Any

from registry.access.roles import Role
from registry.access.scopes import Scope
from registry.accounts.factors import Kind as FactorKind
from registry.anomalies.kinds import AnomalyKind
from registry.codes.lists import code_list
from registry.discrepancies.flags import Flag
from registry.privacy.states import RequestKind
from registry.review.call_result import CallResult
from registry.review.identities.states import Doubt, Ruling
from registry.roster.columns import COLUMNS
from registry.storage import LABELS as STORAGE_FAULTS
from registry.submissions.bundles.states import BundleState
from registry.submissions.states import Kind
from registry.unions.particulars import LABELS

_DETAILS: dict[str, str] = {
    "anomaly": "异常编号",
    "new": "新发现",
    "gone": "已消失",
    "account": "账号",
    "accounts": "账号",
    "address": "来源地址",
    "after": "调整后",
    "before": "调整前",
    "ended_before": "会籍终止早于",
    "campaign": "活动编号",
    "checked": "校验条数",
    "claimed": "所填账号的摘要",
    "count": "数量",
    "exchange": "报送批次",
    "file": "第几个文件",
    "files": "文件摘要",
    "sheets": "工作表数",
    "findings": "问题数",
    "absences": "去向说明的编号",
    "instead_of": "代替的报送编号",
    "roster": "名册的报送编号",
    "from": "来自的报送编号",
    "number": "编号",
    "deputies": "代理编号",
    "factor": "第二步验证",
    "explanation": "说明编号",
    "again": "新的编号",
    "flag": "问题",
    "faults": "问题",
    "roles": "角色",
    "result": "回访结果",
    "rows": "行数",
    "opened": "打开的行号",
    "submission": "报送编号",
    "submissions": "报送编号",
    "to": "新账号",
    "transfers": "转会编号",
    "title": "名称",
    "opens": "开始日期",
    "due": "截止日期",
    "ends_when_due": "到期自动结束",
    "units": "范围",
    "kinds": "工会类型",
    "pilot": "试点单位",
    "phases": "阶段",
    "phase": "阶段",
    "overridden": "条件没有满足",
    "gates": "条件",
    "targets": "目标",
    "into": "并入的问题编号",
    "published": "帮助条目编号",
    "question": "问题编号",
    "request": "请求编号",
    "reached": "答复到的问题数",
    "rule": "规则",
    "wait_seconds": "需等待（秒）",
    "what": "操作",
    "times": "次数",
    "limit": "上限",
    "within": "多久以内",
    "reason": "理由",
    "kind": "类型",
    "state": "状态",
    "fields": "栏目",
    "field": "栏目",
    "row": "行号",
    "decision": "审核决定编号",
    "differences": "差异",
    "left": "改正后剩下的差异",
    "digest": "摘要",
    "drawn_from": "待审人数",
    "first": "前几处差异",
    "on": "截止日期",
    "note": "说明",
    "month": "月份",
    "key": "密钥编号",
    "revision": "版本",
    "version": "版本",
    "closings": "核验的封账次数",
    "later": "封账后补登记的",
    "bundle": "合并名册编号",
    "left_out": "没有报送的行数",
    "moved_on": "已有变动、没有撤销的行号",
    "names": "名称数",
    "by": "由哪次报送替代",
    "bytes": "文件大小（字节）",
    "made_at": "备份时间",
    "missing": "找不到的原始文件",
    "originals": "原始文件",
    "code": "原因代码",
    "correction": "第几步修改",
    "error": "需改正",
    "held": "留在草稿的行数",
    "member": "会员编号",
    "ok": "校验通过",
    "person": "人员摘要",
    "persons": "人员摘要",
    "case": "身份核对",
    "doubt": "疑点",
    "ruling": "核对结果",
    "other": "另一条登记",
    "reasons": "原因",
    "members": "人数",
    "deputy_for": "代",
    "principal": "谁不在",
    "deputy": "代理人",
    "first_day": "从",
    "last_day": "到",
    "seed": "随机种子",
    "sha256": "文件摘要",
    "size": "抽取人数",
    "skipped": "已忽略",
    "stayed": "没有撤销的人数",
    "token": "令牌编号",
    "tokens": "令牌编号",
    "scopes": "用途",
    "days": "有效天数",
    "total": "总行数",
    "unions": "工会数",
    "load": "载入编号",
    "people": "人数",
    "rows_new": "新增人数",
    "intake": "导入编号",
    "unions_new": "新登记",
    "unions_changed": "有变更",
    "unions_same": "没有变化",
    "warning": "提醒",
    "process": "进程",
    "settings": "现在的设置",
    "changed": "变更的设置",
    "values": "重新加密的项数",
    "suite": "算法",
    "since": "开始于",
}
# Codes that stand in details: roles, kinds of rosters, fields, reasons.
_WORDS = {
    **{state.value: state.label for state in BundleState},
    **{role.value: role.label for role in Role},
    **{scope.value: scope.label for scope in Scope},
    **{kind.value: kind.label for kind in Kind},
    **LABELS,
    **{column.field: column.label for column in COLUMNS},
    **{result.value: result.label for result in CallResult},
    **{reason.code: reason.label for reason in code_list("send_back_reason")},
    **{reason.code: reason.label for reason in code_list("transfer_objection")},
    **STORAGE_FAULTS,
    **{one.value: one.label for one in FactorKind},
    **{one.value.lower(): one.label for one in FactorKind},
    "recovery": "恢复码",
    **{one.value: one.label for one in (*Doubt, *Ruling, *AnomalyKind, *Flag, *RequestKind)},
}
_SHOWN = 5
# A digest is there to be compared; its beginning tells two apart and leaves room for the words.
_DIGEST = re.compile("[0-9a-f]{64}")
_DIGEST_SHOWN = 12


def detail_text(detail: Mapping[str, Any]) -> str:
    """Return an entry's detail as one line."""
    return "；".join(f"{_DETAILS.get(key, key)}：{_text(value)}" for key, value in detail.items())


def _text(value: Any) -> str:
    if isinstance(value, list):
        shown = "、".join(_text(item) for item in value[:_SHOWN])
        return f"{shown} 等 {len(value)} 项" if len(value) > _SHOWN else shown or "无"
    if isinstance(value, Mapping):
        return "、".join(f"{_text(name)} {number}" for name, number in value.items())
    if isinstance(value, bool):
        return "是" if value else "否"
    text = _WORDS.get(str(value), str(value))
    return f"{text[:_DIGEST_SHOWN]}…" if _DIGEST.fullmatch(text) else text
