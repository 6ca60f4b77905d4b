"""What the trail's entries are called on the screen."""

import re
from collections.abc import Mapping
from typing import Any

from registry.access.roles import Role
from registry.access.scopes import Scope
from registry.anomalies.kinds import AnomalyKind
from registry.codes.lists import code_list
from registry.discrepancies.flags import Flag
from registry.review.call_result import CallResult
from registry.review.identities.states import Doubt, Ruling
from registry.roster.columns import COLUMNS
from registry.submissions.bundles.states import BundleState
from registry.submissions.states import Kind
from registry.unions.particulars import LABELS
from registry.unions.states import UnionAct

# Families first, as the filter offers them; an action belongs to the family its name begins with.
FAMILIES: dict[str, str] = {
    "account.sign": "登录和退出",
    "account.": "账号和密码（全部）",
    "token.": "接口令牌",
    "deputy.": "代理审核",
    "access.": "越权被拒",
    "roster.": "花名册文件",
    "draft.": "花名册草稿",
    "submission.": "报送",
    "row.": "报送中的一行",
    "bundle.": "合并名册",
    "review.": "审核",
    "transfer.": "转会",
    "identity.": "身份核对",
    "campaign.": "登记与复核活动",
    "exchange.": "向上级报送",
    "question.": "问题上报",
    "reference.": "医疗互助基础库",
    "member.": "会员",
    "union.": "工会组织",
    "discrepancy.": "对账",
    "explanation.": "对账说明",
    "anomaly.": "异常核查",
    "totals.": "汇总",
    "period.": "月度封账",
    "keys.": "加密密钥",
    "installation.": "系统安装",
    "trail.": "留痕",
}

ACTIONS: dict[str, str] = {
    "account.sign_in": "登录",
    "account.sign_out": "退出",
    "account.confirm": "再次确认密码",
    "account.password": "修改自己的密码",
    "account.create": "新建账号",
    "account.create_clerks": "批量开通经办员",
    "account.hand_over": "经办员交接",
    "account.lock": "停用账号",
    "account.unlock": "恢复账号",
    "account.reset": "重置密码",
    "account.roles": "调整角色",
    "account.mail": "填写接收提醒的邮箱",
    "account.no_mail": "不再接收邮件提醒",
    "token.end": "停用接口令牌",
    "token.make": "新建接口令牌",
    "token.refused": "接口令牌被拒",
    "deputy.end": "结束代理",
    "deputy.name": "委托代理审核",
    "access.refused": "越权被拒",
    "draft.account": "说明不在名册中的会员的去向",
    "draft.answers": "在线复核会员",
    "draft.answer": "回答草稿中的问题",
    "draft.by_hand": "手工录入一人",
    "draft.judge": "核对手工录入的一人",
    "draft.columns": "确认列名",
    "draft.edit": "修改草稿中的一行",
    "draft.edit_alike": "批量修改相同的值",
    "draft.exclude": "排除草稿中的一行",
    "draft.include": "恢复草稿中的一行",
    "draft.keep_first": "相同的行各留第一行",
    "draft.keep_one": "重复的行只留一行",
    "draft.mark": "下载标注后的花名册",
    "draft.return": "上传改好的标注表，接着办草稿",
    "draft.open": "查看草稿中的完整信息",
    "draft.undo": "撤销草稿中的修改",
    "roster.blank": "下载预填好的花名册",
    "roster.read": "读取花名册",
    "roster.refused": "花名册无法读取",
    "roster.report": "下载校验报告",
    "roster.upload": "上传花名册",
    "submission.submit": "提交审核",
    "submission.hand_over": "名册随工会并入其他工会",
    "submission.supersede": "被新名册替代",
    "submission.withdraw": "撤回报送",
    "bundle.cancel": "放弃合并名册",
    "bundle.confirm": "确认合并名册的工会",
    "bundle.done": "合并名册拆分报送",
    "bundle.findings": "下载合并名册问题清单",
    "bundle.map": "选定合并名册的工会",
    "bundle.pause": "暂停处理合并名册",
    "bundle.read": "读取合并名册",
    "bundle.refused": "合并名册无法读取",
    "bundle.resume": "继续处理合并名册",
    "bundle.upload": "上传合并名册",
    "review.approve": "审核通过",
    "review.call": "记录回访结果",
    "review.paper_back": "撤销收到盖章汇总表",
    "review.paper_in": "收到盖章汇总表",
    "review.reject": "审核驳回",
    "review.release": "放回待办",
    "review.revoke": "撤销审核",
    "review.sample": "抽样回访",
    "review.send_back": "审核退回",
    "review.take": "认领名册",
    "identity.ask": "申请更正姓名或证件号码",
    "identity.open": "核对身份时查看完整证件号码",
    "identity.pair": "提出疑似重复登记",
    "identity.rule": "核对身份",
    "identity.undo": "撤销身份核对",
    "identity.withdraw": "撤回更正申请",
    "transfer.admit": "转会入会",
    "transfer.appeal": "请上级裁定转会",
    "transfer.grant": "裁定转会",
    "transfer.object": "不同意转出",
    "transfer.refuse": "裁定不转会",
    "transfer.release": "同意转出",
    "transfer.withdraw": "撤回转会请求",
    "campaign.begin": "开展活动",
    "campaign.change_due": "更改活动截止日期",
    "campaign.close": "结束活动",
    "campaign.pass": "通过登记阶段",
    "campaign.start": "启动登记单位",
    "campaign.stop": "停止登记单位",
    "campaign.targets": "下达登记目标",
    "exchange.cancel": "作废报送批次",
    "exchange.differences": "下载与上级的差异表",
    "exchange.download": "下载报送文件（完整信息）",
    "exchange.make": "生成报送批次",
    "exchange.receipt": "读入上级回执",
    "exchange.send": "登记已报送上级",
    "exchange.settle": "了结没有回执的人",
    "exchange.write": "写好报送文件",
    "question.answer": "答复问题",
    "question.ask": "提出问题",
    "question.close": "了结问题",
    "question.merge": "合并问题",
    "question.pass_on": "问题上报地市",
    "question.pass_up": "问题上报市级",
    "question.publish": "发布答复为帮助",
    "question.reopen": "继续追问",
    "question.separate": "取消合并问题",
    "question.unpublish": "撤下帮助中的答复",
    "reference.load": "载入医疗互助基础库",
    "reference.roster": "下载基础库预填名册",
    "member.eligibility": "核验会员资格",
    "member.look_up": "按证件号码查找会员",
    "member.open": "查看会员完整信息",
    "member.post": "生成公示名单",
    "union.export": "导出工会组织",
    "union.read": "读取工会名单",
    "union.import": "导入工会名单",
    "union.import_drop": "放弃工会名单",
    **{f"union.{act.lower()}": f"工会{act.label}" for act in UnionAct},
    "discrepancy.export": "导出对账表",
    "explanation.ask": "请工会说明",
    "explanation.answer": "工会说明",
    "explanation.accept": "认可说明",
    "explanation.return": "退回重新说明",
    "anomaly.close": "核查异常",
    "anomaly.found": "查找异常的结果",
    "anomaly.search": "开始查找异常",
    "totals.export": "导出汇总表",
    "totals.report": "生成上报材料",
    "totals.reconcile": "核对汇总数",
    "totals.repair": "改正汇总数",
    "period.close": "封账",
    "period.export": "导出封账文件",
    "period.reopen": "重新打开已封账的月份",
    "period.verify": "核验封账",
    "row.open": "查看报送行完整信息",
    "roster.original": "下载原始文件",
    "keys.rotate": "更换加密密钥",
    "keys.signing": "更换签名密钥",
    "trail.verify": "校验留痕",
    "installation.seed": "载入初始数据",
}

_RESULTS: dict[str, str] = {
    "done": "成功",
    "refused:wrong": "密码或账号不正确",
    "refused:throttled": "尝试次数过多",
    "refused:locked": "账号已停用",
    "refused:ended": "令牌已停用",
    "refused:expired": "令牌已到期",
    "refused:scope.missing": "令牌没有这项用途",
    "refused:permission.missing": "没有权限",
    "refused:place.unknown": "不在管理范围",
    "faulty": "发现问题",
    "member.unknown": "没有查到",
}

_DETAILS: dict[str, str] = {
    "anomaly": "异常编号",
    "new": "新发现",
    "gone": "已消失",
    "account": "账号",
    "accounts": "账号",
    "address": "来源地址",
    "after": "调整后",
    "before": "调整前",
    "campaign": "活动编号",
    "checked": "校验条数",
    "claimed": "所填账号的摘要",
    "count": "数量",
    "exchange": "报送批次",
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
    "reached": "答复到的问题数",
    "rule": "规则",
    "wait_seconds": "需等待（秒）",
    "what": "操作",
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
    "closings": "核验的封账次数",
    "later": "封账后补登记的",
    "bundle": "合并名册编号",
    "left_out": "没有报送的行数",
    "moved_on": "已有变动、没有撤销的行号",
    "names": "名称数",
    "by": "由哪次报送替代",
    "bytes": "文件大小（字节）",
    "code": "原因代码",
    "correction": "第几步修改",
    "error": "需改正",
    "held": "留在草稿的行数",
    "member": "会员编号",
    "ok": "校验通过",
    "person": "人员摘要",
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
    **{one.value: one.label for one in (*Doubt, *Ruling, *AnomalyKind, *Flag)},
}
_SHOWN = 5
# A digest is there to be compared; its beginning tells two apart and leaves room for the words.
_DIGEST = re.compile("[0-9a-f]{64}")
_DIGEST_SHOWN = 12


def action_label(action: str) -> str:
    """Return the name of an action; the action itself when it has none."""
    return ACTIONS.get(action, action)


def result_label(result: str) -> str:
    """Return the name of a result."""
    if result in _RESULTS:
        return _RESULTS[result]
    return f"已拒绝（{result.removeprefix('refused:')}）" if is_refusal(result) else result


def is_refusal(result: str) -> bool:
    """Tell whether the act was refused."""
    return result.startswith("refused")


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
