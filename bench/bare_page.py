"""What the product's pages are compared with: fifty rows through a template, and nothing else.

`python -m waitress … bench.bare_page:application`
"""

from flask import Flask, render_template
from jinja2 import DictLoader

ROWS = [
    {
        "name": f"虚构*{number}",
        "number": f"2101******{number:04d}",
        "mobile": f"138****{number:04d}",
        "state": "在会",
        "day": "2017-05-04",
        "post": "装配工",
        "href": f"/members/{number}",
    }
    for number in range(50)
]
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<table><thead><tr><th>姓名</th><th>证件号码</th><th>手机号</th><th>状态</th><th>入会日期</th>
<th>岗位</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="{{ row.href }}">{{ row.name }}</a></td>
<td>{{ row.number }}</td><td>{{ row.mobile }}</td>
<td>{{ row.state }}</td><td>{{ row.day }}</td><td>{{ row.post }}</td></tr>
{% endfor %}</tbody></table></body></html>
"""

application = Flask(__name__)
# Not `render_template_string`, which compiles the page each time.
application.jinja_loader = DictLoader({"page.html": PAGE})


@application.get("/")
def page() -> str:
    """Return the page."""
    return render_template("page.html", title="会员", rows=ROWS)
