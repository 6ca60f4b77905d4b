"""The same import by django-import-export, with its resource and its own reader of .xlsx.

Fields have widgets for code lists, days and numbers; a row is known by its document number. Modes:
`best` is bulk with the cached instance loader and no differences kept, `default` is a resource as
its documentation begins it. Numbers stand in clear.

Run in the peers' environment as a file: `python django_import.py ADDRESS WORKBOOK MODE`; prints how
many rows went in.
"""

import csv
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bench.roster import CHECKS, CODED, DAYS, FIELDS, SEEDS, WEIGHTS, header  # noqa: E402


def _database(address):
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path[1:]}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": "postgres",
        "HOST": parse_qs(parts.query)["host"][0],
    }


settings.configure(
    DATABASES={"default": _database(sys.argv[1])},
    INSTALLED_APPS=["import_export"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402
from import_export import fields, resources, widgets  # noqa: E402
from import_export.formats.base_formats import XLSX  # noqa: E402
from import_export.instance_loaders import CachedInstanceLoader  # noqa: E402


class Member(models.Model):
    """A member as such an application keeps one."""

    class Meta:
        """The same look-ups as ours."""

        app_label = "import_export"  # an installed one
        indexes = (
            models.Index(fields=["mobile"], name="peer_mobile"),
            models.Index(fields=["union_code", "id"], name="peer_union"),
        )


for _name in ("union_code", *FIELDS):
    _kind = (
        models.DateField(null=True)
        if _name in DAYS
        else models.CharField(max_length=200, blank=True, unique=_name == "document_number")
    )
    Member.add_to_class(_name, _kind)


class Coded(widgets.CharWidget):
    """A cell whose text stands in a code list."""

    def __init__(self, name):
        super().__init__()
        with (SEEDS / "codes" / f"{name}.csv").open(encoding="utf-8") as file:
            self.codes = {row["label"]: row["code"] for row in csv.DictReader(file)}

    def clean(self, value, row=None, **kwargs):
        """Return the code."""
        if value not in self.codes:
            raise ValueError(f"unknown: {value}")
        return self.codes[value]


class Number(widgets.CharWidget):
    """A resident's number with its check character and its day of birth."""

    def clean(self, value, row=None, **kwargs):
        """Return the number."""
        total = sum(int(digit) * weight for digit, weight in zip(value, WEIGHTS, strict=False))
        if len(value) != 18 or CHECKS[total % 11] != value[17]:
            raise ValueError("not a number")
        if str(row[LABELS["born_on"]]).replace("-", "") != value[6:14]:
            raise ValueError("another day of birth")
        if (row[LABELS["sex"]] == "男") != (value[16] in "13579"):
            raise ValueError("another sex")
        return value


class Mobile(widgets.CharWidget):
    """A mobile number."""

    def clean(self, value, row=None, **kwargs):
        """Return the number."""
        if not re.fullmatch(r"1[3-9]\d{9}", value):
            raise ValueError("not a mobile number")
        return value


LABELS = dict(zip(FIELDS, header(), strict=True))


def _widget(name):
    if name in CODED:
        return Coded(CODED[name])
    if name in DAYS:
        return widgets.DateWidget("%Y-%m-%d")
    return {"document_number": Number, "mobile": Mobile}.get(name, widgets.CharWidget)()


def _resource(mode):
    class Meta:
        model = Member
        fields = FIELDS
        import_id_fields = ("document_number",)
        if mode == "best":
            use_bulk = True
            batch_size = 1000
            skip_diff = True
            instance_loader_class = CachedInstanceLoader

    columns = {
        name: fields.Field(attribute=name, column_name=LABELS[name], widget=_widget(name))
        for name in FIELDS
    }
    return type("MemberResource", (resources.ModelResource,), {**columns, "Meta": Meta})()


def main(workbook, mode):
    """Import a workbook."""
    with connection.schema_editor() as editor:
        editor.create_model(Member)
    dataset = XLSX().create_dataset(Path(workbook).read_bytes())
    result = _resource(mode).import_data(dataset, dry_run=False, use_transactions=True)
    refused = [error.error for row in result.rows for error in row.errors]
    if refused or result.invalid_rows:
        sys.exit(f"refused: {(refused or [row.error for row in result.invalid_rows])[0]!r}")
    sys.stdout.write(str(Member.objects.count()))


main(sys.argv[2], sys.argv[3])
