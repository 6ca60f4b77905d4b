"""A small site that shows every component with invented data, under the product's own policy.

`python -m tests.web.gallery.site` serves it on 127.0.0.1:8765 for somebody who works on the look.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, render_template, request
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from registry.web import drawing, filters, once, security
from registry.web.forms.base import Form
from registry.web.navigation import Place

ROOT = Path(__file__).parents[3]


class UnionForm(Form):
    """One field of each kind."""

    name = StringField("工会名称", validators=[InputRequired()])
    employees = IntegerField(
        "职工人数",
        description="截至填报日的全部职工，含劳务派遣。",
        validators=[InputRequired(), NumberRange(min=1, message="职工人数应为 1 以上的整数。")],
    )
    kind = SelectField(
        "工会类型", choices=[SelectChoice("1", "企业工会"), SelectChoice("2", "联合工会")]
    )
    scope = RadioField(
        "名册类型",
        choices=[SelectChoice("FULL", "全量"), SelectChoice("INCREMENT", "增量")],
        default="FULL",
    )
    note = TextAreaField("说明", description="给审核员看的话，可以不填。")
    hold = BooleanField("有问题的行先留下，其余先提交")
    password = PasswordField("密码")


ROWS = [
    (
        "12",
        "叶长青",
        "3310**********123X",
        "身份证校验码不正确，至少有一位写错了（照前 17 位算，末位应为 5）。",
        ["331021199001011235"],
        "138****0021",
    ),
    (
        "47",
        "林小满",
        "3310**********1234",
        "这个号码在第 47、103 行重复出现，请核对。",
        [],
        "139****0146",
    ),
    ("88", "", "3310**********5678", "", [], "137****2290"),
    (
        "103",
        "欧阳若水",
        "3310**********0112",
        "身份证号应为 18 位，实际 16 位。",
        [],
        "136****7781",
    ),
    (
        "156",
        "买买提·江河",
        "3.31021E+17",
        "Excel 把号码存成了数字，尾数已丢失，请重新填写。",
        [],
        "135****4410",
    ),
]

MEMBERS = [
    (2 + n, name, sex, number, state, row, match)
    for n, (name, sex, number, state, row, match) in enumerate(
        [
            ("叶长青", "男", "3310**********", "ACTIVE", "PENDING", "NEW"),
            ("林小满", "女", "3326**********", "ACTIVE", "APPROVED", "UNCHANGED"),
            ("欧阳若水", "女", "3310**********", "TRANSFERRING", "PENDING", "TRANSFER"),
            ("买买提·江河", "男", "6501**********", "ACTIVE", "SENT_BACK", "CONFLICT"),
            ("苏北望", "男", "3201**********", "RETAINED", "REJECTED", "RETAIN"),
            ("陈一帆", "男", "3310**********", "ENDED", "APPROVED", "LEAVE"),
            ("郑海生", "男", "3310**********", "ACTIVE", "PENDING", "MISSING"),
            ("方见山", "女", "3310**********", "ACTIVE", "PENDING", "CHANGED"),
        ]
        * 4
    )
]

EVENTS = [
    {
        "at": "2018-07-31 14:05",
        "ago": "3 分钟前",
        "title": "退回 5 行",
        "who": "楚门镇 · 审核员甲",
        "note": "身份证号与姓名不符，请核对后重新上传。",
        "tone": "red",
        "icon": "arrow-return-left",
    },
    {
        "at": "2018-07-31 09:20",
        "title": "通过 590 行，已入库",
        "who": "楚门镇 · 审核员甲",
        "tone": "green",
        "icon": "check-circle",
    },
    {
        "at": "2018-07-30 16:42",
        "title": "提交审核（595 人）",
        "who": "某机械公司工会 · 经办员",
        "tone": "blue",
        "icon": "send",
    },
    {
        "at": "2018-07-30 16:01",
        "title": "上传 2018 年会员花名册.xlsx",
        "who": "某机械公司工会 · 经办员",
    },
]

PLACES = [
    ("工作台", "house", True, 0),
    ("花名册导入", "upload", False, 5),
    ("会员名册", "people", False, 0),
    ("工会组织", "building", False, 0),
    ("审核待办", "clipboard-check", False, 1240),
    ("统计分析", "bar-chart", False, 0),
    ("系统设置", "gear", False, 0),
]


def _frame() -> dict[str, Any]:
    return {
        "actor": SimpleNamespace(
            display_name="王会计", role_label="基层经办员", place_name="楚门镇某机械公司工会"
        ),
        "navigation": [
            Place(label, icon, f"#{n}", active, badge)
            for n, (label, icon, active, badge) in enumerate(PLACES)
        ],
        "federation_name": "玉环市总工会",
        "can": lambda *_: True,
        "storage_fault": "",
    }


def make_gallery() -> Flask:
    """Build the site. Undefined names in templates are errors here."""
    app = Flask(
        "gallery",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="registry/web/static",
        static_url_path="/static",
    )
    app.config.update(
        SECRET_KEY="gallery", SECURE=False, WTF_I18N_ENABLED=False, UPLOAD_BYTES=50 << 20
    )
    app.jinja_env.undefined = StrictUndefined
    own = FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_loader = ChoiceLoader([own, app.jinja_loader])  # type: ignore[list-item,assignment]
    CSRFProtect(app)
    security.install(app)
    drawing.install(app)
    filters.install(app)
    once.install(app)
    app.context_processor(_frame)
    polls = {"done": 0}

    @app.get("/")
    def home() -> str:
        flash("已保存。楚门镇某机械公司工会的职工人数是 612 人。", "success")
        flash("有 3 行在其他工会登记过，提交后由对方工会确认。", "warning")
        return render_template("gallery/home.html")

    @app.get("/tables")
    def tables() -> str:
        return render_template("gallery/tables.html", rows=ROWS, members=MEMBERS)

    @app.route("/forms", methods=["GET", "POST"])
    def forms() -> str:
        form = UnionForm()
        form.validate_on_submit()
        return render_template("gallery/forms.html", form=form, sent=request.form)

    @app.get("/job")
    def job() -> str:
        polls["done"] += 194
        return render_template("gallery/job.html", done=min(polls["done"], 600))

    @app.post("/cell")
    def cell() -> str:
        return render_template("gallery/cell.html", value=request.form["document"])

    @app.get("/record")
    def record() -> str:
        return render_template("gallery/record.html", events=EVENTS)

    @app.get("/bare")
    def bare() -> str:
        return render_template("gallery/bare.html", form=UnionForm())

    @app.get("/print")
    def slips() -> str:
        return render_template("gallery/print.html")

    return app


if __name__ == "__main__":
    make_gallery().run(port=8765)
