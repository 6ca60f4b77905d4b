"""Whether what was restored is what was backed up, and holds in itself."""

import hashlib
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from registry.backups import tables
from registry.backups.manifest import Manifest
from registry.db import db
from registry.errors import RegistryError
from registry.jobs import files
from registry.jobs.resealing import sealed_sample
from registry.periods.verification import verify as verify_periods
from registry.submissions import originals
from registry.submissions.models import Submission
from registry.totals.operations import recount
from registry.trail.models import TrailHead
from registry.trail.queries import verify as verify_trail
from registry.unions.queries import counties
from registry.vault.vault import vault

Faults = list[str]
SAMPLE = 200  # values of each sealed column
WORKBOOKS = 20


def verify(manifest: Manifest, say: Callable[[str], None]) -> Faults:
    """Return what is wrong, in sentences: rows, originals, trail, closed months, totals, and
    whether sealed values open.
    """
    faults: Faults = []
    looks = {
        "行数": _rows(manifest),
        "原始文件": _originals(manifest),
        "留痕": _trail(manifest),
        "封账": _periods(),
        "汇总": _totals(),
        "加密数据": _sealed(),
    }
    for what, look in looks.items():
        found = list(look)
        say(f"{what}：{'、'.join(found) if found else '无误'}")
        faults += found
    db.session().rollback()
    return faults


def _rows(manifest: Manifest) -> Iterator[str]:
    with tables.snapshot() as connection:
        found = tables.counted(connection, tables.described(connection))
    for name, count in manifest.tables.items():
        if name in found and found[name] != count:
            yield f"表 {name} 应有 {count:,} 行，实有 {found[name]:,} 行"


def _originals(manifest: Manifest) -> Iterator[str]:
    lacking = []
    for name in files.named(db.session()):
        try:
            originals.open_sealed(name).close()
        except FileNotFoundError:
            lacking.append(name)
    if lacking:
        already = len(set(lacking) & set(manifest.missing))
        yield f"缺少原始文件 {len(lacking):,} 个，其中备份时就已缺少 {already:,} 个"


def _trail(manifest: Manifest) -> Iterator[str]:
    for fault in verify_trail(db.session())[1]:
        yield f"{fault.county} 第 {fault.number} 条留痕：{fault.what}"
    heads = {head.county: head for head in db.session().scalars(sa.select(TrailHead))}
    for county, number, digest in manifest.heads:
        head = heads.get(county)
        if head is None or (head.number, head.hash.hex()) != (number, digest):
            yield f"{county} 的留痕链尾与备份清单不符"


def _periods() -> Iterator[str]:
    for county in counties(db.session()):
        for fault in verify_periods(county).faults:
            yield f"{fault.month} 第 {fault.revision} 版封账：{fault.text}"


def _totals() -> Iterator[str]:
    for county in counties(db.session()):
        _, differences = recount(county)
        if differences:
            yield f"{county} 汇总与清点有 {len(differences):,} 处差异"


def _sealed() -> Iterator[str]:
    """Open some values of each sealed column, and some workbooks, held against their hash."""
    opened = vault().open
    for table, sealed, context in sealed_sample(db.session(), SAMPLE):
        try:
            opened(sealed, context)
        except RegistryError as error:
            yield f"{table} 有加密数据打不开：{error.message}"
            break
    query = (
        sa.select(Submission.id, Submission.original, Submission.file_sha256)
        .where(Submission.original.is_not(None))
        .order_by(Submission.id.desc())
        .limit(WORKBOOKS)
    )
    for number, name, digest in db.session().execute(query):
        try:
            content = originals.fetch(name)
        except RegistryError as error:
            yield f"报送 {number} 的原始文件打不开：{error.message}"
            continue
        if hashlib.sha256(content).hexdigest() != digest:
            yield f"报送 {number} 的原始文件与登记的摘要不符"
