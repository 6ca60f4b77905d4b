"""The metrics: numerator and denominator as stored, the percentage always rounded down."""

from typing import NamedTuple

from registry.roster.columns import COLUMNS

# The cells of a member that should be filled.
CELLS = sum(column.requirement in {"required", "recommended"} for column in COLUMNS)


class Ratio(NamedTuple):
    """A share as two whole numbers."""

    numerator: int
    denominator: int

    @property
    def hundredths(self) -> int:
        """Hundredths of a per cent, rounded down; 0 where there is nothing to share."""
        return self.numerator * 10000 // self.denominator if self.denominator > 0 else 0

    @property
    def percent(self) -> str:
        """Two decimals, rounded down: 99.995 % is not 100 %. A denominator of 0 gives 0.00."""
        return f"{self.hundredths // 100}.{self.hundredths % 100:02d}"

    @property
    def shown(self) -> str:
        """The percentage as a page writes it: 98.50%, or — where there is nothing to share."""
        return f"{self.percent}%" if self.denominator else "—"


METRIC_LABELS: dict[str, str] = {
    "membership_rate": "入会率",
    "founding_rate": "建会率",
    "coverage_rate": "覆盖率",
    "completeness_rate": "信息完整率",
    "duplicate_rate": "重复率",
    "first_pass_rate": "一次通过率",
    "reverified_rate": "复核率",
    "reference_match_rate": "基础数据匹配率",
    "target_rate": "目标完成度",
}

# What each share counts, for the reader of a page.
METRIC_FORMULAS: dict[str, str] = {
    "membership_rate": "在会会员 ÷ 职工人数",
    "founding_rate": "已建工会 ÷ 应建工会（已建＋未建）",
    "coverage_rate": "已有名册入库的工会 ÷ 工会总数",
    "completeness_rate": "必填和建议填写项中已填的 ÷ 全部应填",
    "duplicate_rate": "报送时在其他工会在册的行 ÷ 报送的行",
    "first_pass_rate": "未经退回即办结的报送 ÷ 全部报送",
    "reverified_rate": "最近 {days} 天内复核过的会员 ÷ 在会会员",
    "reference_match_rate": "基础库里已经是会员的人 ÷ 基础库人数",
    "target_rate": "实名登记范围内的在会会员 ÷ 当前的目标人数",
}
