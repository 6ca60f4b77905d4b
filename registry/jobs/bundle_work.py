"""Doing a bundle: its names read, then every row split, chunk by chunk, then all shown at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import queries as accounts
from registry.clock import today
from registry.db import db, setting, transaction
from registry.errors import RosterRefused
from registry.jobs.hold import Between, Hold
from registry.jobs.models import BUNDLE, IMPORT, Batch, BatchState
from registry.roster.check import Checker
from registry.roster.limits import bulk, ordinary
from registry.roster.sandbox import SheetReader, open_sheet
from registry.roster.sheet import SheetHead, SheetTail
from registry.submissions import originals
from registry.submissions.bundles import operations, release, staging
from registry.submissions.bundles.models import Bundle
from registry.submissions.bundles.splitting import FIELD, Names, Splitter
from registry.submissions.bundles.states import BundleState
from registry.submissions.intake import skipped_rows
from registry.vault.vault import vault

# No place has so many unions; a column with more names is another column.
MOST_NAMES = 5000
_SETTLED_AT_ONCE = 2000
# A bundle lets another pass whose file is so many times smaller: each turn within turns is a
# smaller one, so there are few.
MUCH_SMALLER = 4
NO_COLUMN = (
    "这份文件里没有“所属工会”列，没法按工会拆分。请增加这一列、写上每个人所在的工会后重新上传；"
    "只有一家工会的名册，请由该工会在“花名册导入”中上传。"
)
TOO_MANY = (
    f"“所属工会”列里有超过 {MOST_NAMES:,} 个不同的名称，这一列多半放错了内容。请改好后重新上传。"
)


class BundleWork(Hold):
    """Reading or splitting one bundle, whichever its state asks for."""

    def __init__(self, batch_id: int, fence: int, worker: str, *, between: Between) -> None:
        super().__init__(batch_id, fence, worker)
        self._between = between

    def do(self) -> None:
        """Read the names, split the rows, or take away what a cancelled bundle has staged."""
        batch = db.session.get(Batch, self.batch_id)
        if batch is None or self.is_hopeless(batch):
            return
        bundle = db.session.get(Bundle, (batch.county, batch.subject_id))
        if bundle is None:
            self.end(BatchState.DONE)
        elif bundle.state == BundleState.READING:
            self._read(bundle)
        elif bundle.state == BundleState.SPLITTING:
            self._split(bundle, batch.cursor)
        elif bundle.state == BundleState.CANCELLED:
            self._clear(bundle)
        else:
            self.end(BatchState.DONE)

    def refused(self, refusal: RosterRefused) -> None:
        """End the bundle with its batch: nothing of it was to be seen yet."""
        with self._bundle() as (session, bundle):
            self._hold(
                session,
                state=BatchState.REFUSED,
                error_code=refusal.code,
                error_message=refusal.message,
                lease_until=None,
            )
            operations.refuse(session, bundle, refusal.code)

    def _read(self, bundle: Bundle) -> None:
        names = Names(MOST_NAMES)
        done = 0
        with self._open(bundle) as sheet:
            if FIELD not in {column.field for column in sheet.head.columns}:
                raise RosterRefused("bundle.no_column", NO_COLUMN)
            for rows in sheet:
                if not names.take(rows):
                    raise RosterRefused("bundle.too_many_names", TOO_MANY)
                done += len(rows.rows)
                self.report("read", done, 0)
                self._let_pass("read", done, 0)
            head, tail = sheet.head, sheet.tail
        missing = Checker(head.columns, today()).file_findings
        findings = [*head.file_findings, *tail.file_findings, *missing]
        with self._bundle() as (session, found):
            self._hold(session, state=BatchState.DONE, lease_until=None)
            operations.finish_reading(session, vault(), found, head, tail, names, findings)

    def _split(self, bundle: Bundle, cursor: int) -> None:
        county, bundle_id, total = bundle.county, bundle.id, bundle.row_count
        with self._open(bundle) as sheet:
            splitter = self._splitter(sheet.head)
            done = 0
            for rows in sheet:
                found = splitter.sort(rows)
                checked = splitter.judge(found)
                before, done = done, done + found.count
                if done <= cursor:
                    self.report("check", done, total)
                    self._let_pass("check", done, total)
                    continue
                staged = splitter.stage(db.session(), found, checked)
                with self._bundle() as (session, mine):
                    self._hold(session, stage="store", cursor=done, done=done, total=total)
                    if before < cursor:
                        staging.forget(session, mine, rows.rows[0], rows.rows[-1])
                    staging.write(session, county, bundle_id, staged)
                self._let_pass("store", done, total)
            tail = sheet.tail
            findings = [*sheet.head.file_findings, *tail.file_findings, *splitter.file_findings]
        self._settle(splitter, county)
        self._count()
        self._release(_file(tail, findings))

    def _splitter(self, head: SheetHead) -> Splitter:
        with self._bundle() as (session, bundle):
            self._hold(session, stage="check", done=0)
            staging.open_parts(session, bundle, head)
            targets = staging.targets_of(session, bundle)
            return Splitter(vault(), bundle.county, targets, head.columns, today())

    def _settle(self, splitter: Splitter, county: str) -> None:
        """Add what only the whole file shows to the rows that are stored; how much of that there
        is shows as it is done.
        """
        for part, findings in splitter.late_findings():
            for start in range(0, len(findings), _SETTLED_AT_ONCE):
                some = findings[start : start + _SETTLED_AT_ONCE]
                with transaction() as session:
                    self._hold(session, stage="settle", done=0, total=0)
                    staging.settle(session, vault(), county, part, some)
            self._let_pass("settle", 0, 0)

    def _count(self) -> None:
        """Count the parts; the progress is in unions, those counted by a worker before too."""
        session = db.session()
        session.rollback()
        bundle = self._find(session)
        left, total = release.uncounted(session, bundle), release.part_count(session, bundle)
        for done, code in enumerate(left, start=total - len(left) + 1):
            counted = release.count(db.session(), self._find(db.session()), code)
            with self._bundle() as (writing, mine):
                self._hold(writing, stage="finish", done=done, total=total)
                release.keep_count(writing, mine, code, counted)
            self._let_pass("finish", done, total)

    def _release(self, file: dict[str, Any]) -> None:
        with self._bundle() as (session, bundle):
            self._hold(session, state=BatchState.DONE, lease_until=None)
            account = accounts.find(session, bundle.confirmed_by or bundle.created_by)
            sender = release.Sender(account.id, account.name, bundle.county, bundle.place)
            release.release(session, bundle, sender, file)

    def _clear(self, bundle: Bundle) -> None:
        original = bundle.original
        more = True
        while more:
            with self._bundle() as (session, found):
                self._hold(session, stage="clear")
                more = staging.clear(session, found)
        if original:
            originals.drop(original)
        with self._bundle() as (session, found):
            found.original = None
            self._hold(session, state=BatchState.DONE, lease_until=None)

    def _let_pass(self, stage: str, done: int, total: int) -> None:
        """Do what came meanwhile: every roster, and one much smaller bundle. A clerk does not wait
        for a million rows, nor do those for ever: they go on by a chunk after each bundle.
        """
        session = db.session()
        session.rollback()
        waiting = select(Batch.id).where(Batch.state == BatchState.WAITING).order_by(Batch.id)
        rosters = list(session.scalars(waiting.where(Batch.kind == IMPORT)))
        smaller = waiting.join(
            Bundle, (Bundle.county == Batch.county) & (Bundle.id == Batch.subject_id)
        ).where(
            Batch.kind == BUNDLE,
            Bundle.file_bytes * MUCH_SMALLER <= self._find(session).file_bytes,
        )
        found = [*rosters, *session.scalars(smaller.limit(1))]
        self.do_between(self._between, found, stage, done, total)
        db.session.rollback()

    @contextmanager
    def _open(self, bundle: Bundle) -> Iterator[SheetReader]:
        content = originals.fetch(bundle.original or "")
        db.session.rollback()
        with open_sheet(content, (bulk if bundle.is_bulk else ordinary)(setting)) as sheet:
            del content
            yield sheet

    @contextmanager
    def _bundle(self) -> Iterator[tuple[Session, Bundle]]:
        with transaction() as session:
            yield session, self._find(session)

    def _find(self, session: Session) -> Bundle:
        batch = session.get_one(Batch, self.batch_id)
        return session.get_one(Bundle, (batch.county, batch.subject_id))


def _file(tail: SheetTail, findings: list[Any]) -> dict[str, Any]:
    encode = msgspec.json.encode
    return {
        "total_count": tail.total,
        "skipped_count": skipped_rows(tail),
        "skipped": encode([one._asdict() for one in tail.skipped]).decode(),
        "file_findings": encode([one._asdict() for one in findings]).decode(),
    }
