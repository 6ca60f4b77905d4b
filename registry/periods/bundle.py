"""A closing as files that anybody can verify without this program: document, signature, key, rolls.

The bundle is the same, byte for byte, whenever it is taken out.
"""

import io
import zipfile
from collections.abc import Iterable
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.periods import queries
from registry.periods.canonical import digest
from registry.periods.models import PeriodClosing, PeriodRoll
from registry.periods.months import Month
from registry.periods.rolls import unpacked
from registry.trail.operations import record
from registry.unions import queries as unions
from registry.vault.signing import key_id

_README = """\
{name} {month} 封账文件（第 {revision} 版）

这里的文件不靠同心册也能核验。需要 OpenSSL 3 和 sha256sum（Linux、macOS 自带或可安装）。

  document.json     封账文件：市、各单位、各工会的全部指标，与上个月封账的衔接。
                    RFC 8785 规范形式的 JSON，UTF-8。签名就是对这个文件的字节做的。
  signature.bin     签名，算法 {algorithm}。
  public-key.pem    公钥，编号 {key}（它的 SHA-256 的前 16 位）。
                    请与另外保存的公钥比对：签名只能证明文件是持有这把私钥的人签的。
  rolls/            各工会当月最后一天的在册名单：会籍编号、会员编号、状态，每人一行。
                    没有姓名和证件号码；编号是谁，由市总工会在系统里查。
  SHA256SUMS        以上各文件的摘要。

一、核验签名（Ed25519）：

  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin \\
    -in document.json -sigfile signature.bin

  显示 Signature Verified Successfully 即为真。其他算法请用签名设备厂家的工具。

二、核验各文件的摘要：

  sha256sum -c SHA256SUMS

  document.json 的摘要应是
  {digest}
  这个数也在系统的操作留痕里，并写在下一个月的封账文件里（previous.sha256）。

三、核验名单：document.json 里 places.<工会代码>.roll.sha256 应等于 rolls/<工会代码>.txt 的摘要，
  roll.count 应等于它的行数。
"""


def export(county: str, month: Month, revision: int, *, actor: Actor) -> bytes:
    """Return a closing as a ZIP file; the export is on the trail.

    Raises `NotFound` / `Forbidden` without the permission at the county, `NotFound` for a closing
    that there is none of.
    """
    with transaction() as session:
        place = unions.find(session, county)
        demand(actor, Permission.CLOSE_PERIODS, place.path)
        closing = queries.closing_of(session, county, month, revision)
        content = _packed(chain(_files(closing, place.name), _rolls(session, closing)))
        detail = {"month": str(month), "revision": revision, "digest": closing.digest}
        record(session, "period.export", actor=actor, place=county, detail=detail)
    return content


def _files(closing: PeriodClosing, name: str) -> Iterable[tuple[str, bytes]]:
    public_key = closing.public_key.encode()
    readme = _README.format(
        name=name,
        month=closing.month,
        revision=closing.revision,
        algorithm=closing.algorithm,
        key=key_id(public_key),
        digest=closing.digest,
    )
    yield "document.json", closing.document
    yield "signature.bin", closing.signature
    yield "public-key.pem", public_key
    yield "说明.txt", readme.encode()


def _rolls(session: Session, closing: PeriodClosing) -> Iterable[tuple[str, bytes]]:
    query = (
        select(PeriodRoll.union_code, PeriodRoll.content)
        .where(
            PeriodRoll.county == closing.county,
            PeriodRoll.month == closing.month,
            PeriodRoll.revision == closing.revision,
        )
        .order_by(PeriodRoll.union_code)
        .execution_options(yield_per=100)
    )
    for code, content in session.execute(query):
        yield f"rolls/{code}.txt", unpacked(content)


def _packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    sums = []
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files:
            # A fixed day: the same closing gives the same file.
            bundle.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            sums.append(f"{digest(content)}  {name}\n")
        bundle.writestr(zipfile.ZipInfo("SHA256SUMS"), "".join(sums), zipfile.ZIP_DEFLATED)
    return into.getvalue()
