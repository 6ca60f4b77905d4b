"""What happens to a bundle before it is split: received, its names told apart, its unions chosen.

Functions that take a session run inside the transaction of the act (`registry.jobs`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, can, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, bulk_insert, setting, table_of, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.roster.findings import FileFinding
from registry.roster.sheet import SheetHead, SheetTail
from registry.submissions.bundles.models import Bundle, BundleName
from registry.submissions.bundles.splitting import Names, key_of
from registry.submissions.bundles.states import OPEN, BundleState
from registry.submissions.drafts import NewFile, over_quota
from registry.submissions.intake import skipped_rows
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries
from registry.unions.models import Level
from registry.unions.named import How
from registry.unions.names import NameBook, shown
from registry.unions.queries import Union
from registry.vault.vault import Vault

# The answer "these rows are not sent", in place of a union.
LEAVE_OUT = "-"
_EVERY_UNION = 1_000_000
_NAME_COLUMNS = (
    *("county", "bundle_id", "number", "key", "written", "row_count", "first_row"),
    *("how", "union_code", "suggestions"),
)


def demand_at(actor: Actor, place: Union) -> None:
    """Return when the actor may send one roster for the unions of a place.

    Raises `NotFound` outside the actor's subtree, `Forbidden` without the permission,
    `InputRefused` (bundle.place) for a union that has members itself.
    """
    demand(actor, Permission.SEND_FOR_UNIONS, place.path)
    if place.is_grassroots:
        raise InputRefused(
            "bundle.place", "这是一家基层工会，不用拆分；请由该工会在“花名册导入”中上传。"
        )


def is_bulk(actor: Actor, place: Union) -> bool:
    """Tell whether what this actor sends for a place is a whole register, read within the bulk
    limits.
    """
    return place.level is Level.COUNTY and can(actor, Permission.LOAD_REGISTER, place.path)


def same_file(session: Session, place: Union, sha256: str) -> Bundle | None:
    """Return the bundle that this file of this place already is, if there is one."""
    return session.scalar(
        select(Bundle).where(
            Bundle.county == place.county,
            Bundle.place == place.code,
            Bundle.file_sha256 == sha256,
            Bundle.is_current,
        )
    )


def receive(session: Session, place: Union, file: NewFile, actor: Actor) -> int:
    """Write a bundle that is to be read; returns its number."""
    _check_quota(session, actor)
    bundle_id = allocate(session, "bundle")
    session.execute(
        insert(Bundle).values(
            county=place.county,
            id=bundle_id,
            place=place.code,
            path=place.path,
            is_bulk=is_bulk(actor, place),
            state=BundleState.READING,
            is_current=True,
            file_name=file.name,
            file_sha256=file.sha256,
            file_bytes=file.size,
            original=file.original,
            created_by=actor.account_id,
            created_at=now(),
        )
    )
    record(
        session,
        "bundle.upload",
        actor=actor,
        place=place.code,
        detail={"bundle": bundle_id, "sha256": file.sha256, "bytes": file.size},
    )
    return bundle_id


def locked(session: Session, bundle_id: int, actor: Actor) -> Bundle:
    """Return a bundle, locked until the end of the transaction, if the actor may; the county's
    chain first, as everywhere.
    """
    county = session.scalar(select(Bundle.county).where(Bundle.id == bundle_id))
    if county is None:
        raise NotFound("bundle.unknown", f"没有编号为 {bundle_id} 的合并名册。")
    hold(session, county)
    found = session.scalars(select(Bundle).where(Bundle.id == bundle_id).with_for_update()).one()
    demand_at(actor, union_queries.find(session, found.place))
    return found


def may_map(actor: Actor, created_by: int) -> bool:
    """Tell whether the actor settles the unions of a bundle: only who uploaded it does. Whoever
    confirms has sent it, and neither of two could review it, where a unit has two reviewers.
    """
    return actor.account_id == created_by


def may_steer(actor: Actor, created_by: int, place: str) -> bool:
    """Tell whether the actor pauses, resumes or gives up a bundle: its uploader, or another of the
    place itself. Who is above may look.
    """
    return actor.account_id == created_by or actor.place == place


def demand_steering(bundle: Bundle, actor: Actor) -> None:
    """Return when the actor may pause, resume or give up the bundle.

    Raises `Forbidden` (bundle.other_unit) otherwise.
    """
    if not may_steer(actor, bundle.created_by, bundle.place):
        raise Forbidden(
            "bundle.other_unit",
            "这份合并名册不是您上传的，也不是您所在单位的，您只能查看。请由上传人或该单位办理。",
        )


def finish_reading(
    session: Session,
    vault: Vault,
    bundle: Bundle,
    head: SheetHead,
    tail: SheetTail,
    names: Names,
    findings: Sequence[FileFinding],
) -> None:
    """Keep the file's names, each with the union that it means or the nearest ones, and what is
    found in the file as a whole: a missing column is better known before anything is sent.
    """
    book = book_of(session, bundle.path)
    written = list(names.rows)
    meant = [book.meant(name) for name in written]
    count = len(written)
    columns: list[list[Any]] = [
        [bundle.county] * count,
        [bundle.id] * count,
        list(range(1, count + 1)),
        [key_of(vault, name) for name in written],
        [shown(name, bundle.county) for name in written],
        list(names.rows.values()),
        [names.first[name] for name in written],
        [one.how.value for one in meant],
        [one.union_code for one in meant],
        [msgspec.json.encode(one.suggestions).decode() for one in meant],
    ]
    bulk_insert(session, table_of(BundleName), _NAME_COLUMNS, columns)
    bundle.format, bundle.sheet = head.format, head.sheet[:255]
    bundle.header_row = head.header_row
    bundle.columns = msgspec.json.encode(head.columns).decode()
    bundle.total_count, bundle.row_count = tail.total, sum(names.rows.values())
    bundle.skipped_count = skipped_rows(tail)
    bundle.file_findings = msgspec.json.encode([one._asdict() for one in findings]).decode()
    bundle.state = BundleState.MAPPING
    record(
        session,
        "bundle.read",
        actor=None,
        actor_name="worker",
        county=bundle.county,
        place=bundle.place,
        detail={
            "bundle": bundle.id,
            "total": tail.total,
            "skipped": bundle.skipped_count,
            "names": count,
        },
    )
    session.flush()


def choose(bundle_id: int, choices: Mapping[int, str], *, actor: Actor) -> int:
    """Say which union names mean: by name number a union (code, name, or "code name") or
    `LEAVE_OUT`; returns how many names were changed.

    Raises `InputRefused` (bundle.union) for a union that the place does not have, naming the
    written names; nothing is changed then. `StateRefused` when the unions are settled already,
    `Forbidden` (bundle.not_uploader) for everybody but its uploader.
    """
    with transaction() as session:
        bundle = locked(session, bundle_id, actor)
        _demand_uploader(bundle, actor)
        _demand_mapping(bundle)
        book = book_of(session, bundle.path)
        names = {
            one.number: one
            for one in session.scalars(
                select(BundleName).where(
                    BundleName.county == bundle.county,
                    BundleName.bundle_id == bundle.id,
                    BundleName.number.in_(list(choices)),
                )
            )
        }
        meant = {
            number: None if text == LEAVE_OUT else book.chosen(text)
            for number, text in choices.items()
            if number in names
        }
        unknown = [n for n, code in meant.items() if code is None and choices[n] != LEAVE_OUT]
        if unknown:
            told = "、".join(f"“{choices[number][:40]}”" for number in unknown[:3])
            raise InputRefused(
                "bundle.union", f"本单位没有这些工会：{told}。请从列表中选，或填工会代码。"
            )
        changed = 0
        for number, code in meant.items():
            name, how = names[number], How.LEFT_OUT if code is None else How.CHOSEN
            if (name.union_code, name.how == How.LEFT_OUT) != (code, code is None):
                name.union_code, name.how = code, how
                changed += 1
        session.flush()
        if changed:
            detail = {"bundle": bundle.id, "names": changed}
            record(session, "bundle.map", actor=actor, place=bundle.place, detail=detail)
    return changed


def confirm(session: Session, bundle: Bundle, actor: Actor) -> None:
    """Settle the unions; from here on the bundle is split.

    Raises `StateRefused` while a name waits (bundle.open_names) or nothing would be sent,
    `Forbidden` (bundle.not_uploader) for everybody but its uploader.
    """
    _demand_uploader(bundle, actor)
    _demand_mapping(bundle)
    counted = dict(
        session.execute(
            select(BundleName.how, func.count())
            .where(BundleName.county == bundle.county, BundleName.bundle_id == bundle.id)
            .group_by(BundleName.how)
        )
        .tuples()
        .all()
    )
    waiting = counted.get(How.OPEN, 0)
    if waiting:
        raise StateRefused(
            "bundle.open_names", f"还有 {waiting} 个工会名称没有确认，请先选定或选“不报这些行”。"
        )
    if set(counted) <= {How.LEFT_OUT}:
        raise StateRefused("bundle.nothing", "没有要报送的行：所有名称都选了“不报这些行”。")
    bundle.state = BundleState.SPLITTING
    bundle.confirmed_by, bundle.confirmed_at = actor.account_id, now()
    record(
        session,
        "bundle.confirm",
        actor=actor,
        place=bundle.place,
        detail={"bundle": bundle.id, "names": sum(counted.values())},
    )
    session.flush()


def refuse(session: Session, bundle: Bundle, code: str) -> None:
    """End a bundle whose file cannot be taken."""
    bundle.state, bundle.is_current, bundle.ended_at = BundleState.REFUSED, False, now()
    record(
        session,
        "bundle.refused",
        actor=None,
        actor_name="worker",
        county=bundle.county,
        place=bundle.place,
        result=code,
        detail={"bundle": bundle.id},
    )
    session.flush()


def cancel(session: Session, bundle: Bundle, actor: Actor) -> None:
    """End a bundle of which nothing is to be seen yet.

    Raises `StateRefused` (bundle.state) when it is at its end already, `Forbidden` for who may not.
    """
    demand_steering(bundle, actor)
    if BundleState(bundle.state) not in OPEN:
        label = BundleState(bundle.state).label
        raise StateRefused("bundle.state", f"这份合并名册{label}，不能放弃。")
    bundle.state, bundle.is_current, bundle.ended_at = BundleState.CANCELLED, False, now()
    detail = {"bundle": bundle.id}
    record(session, "bundle.cancel", actor=actor, place=bundle.place, detail=detail)
    session.flush()


def book_of(session: Session, path: str) -> NameBook:
    """Return the names of a place's unions; of others nothing is in it."""
    above = union_queries.ancestors(session, path)
    unions = union_queries.grassroots(session, path, limit=_EVERY_UNION)
    return NameBook(unions, above[0].name if above else "")


def _demand_uploader(bundle: Bundle, actor: Actor) -> None:
    if not may_map(actor, bundle.created_by):
        raise Forbidden(
            "bundle.not_uploader",
            "只有上传人能核对和确认这份合并名册，这样本单位其他审核员才能审核。"
            "上传人不在的，请放弃这一份，由您重新上传，再由另一位审核员审核。",
        )


def _demand_mapping(bundle: Bundle) -> None:
    if bundle.state != BundleState.MAPPING:
        label = BundleState(bundle.state).label
        raise StateRefused("bundle.state", f"这份合并名册{label}，不能再改对应的工会。")


def _check_quota(session: Session, actor: Actor) -> None:
    since = now().replace(hour=0, minute=0, second=0, microsecond=0)
    count = session.scalar(
        select(func.count())
        .select_from(Bundle)
        .where(Bundle.created_by == actor.account_id, Bundle.created_at >= since)
    )
    if (count or 0) >= setting("UPLOADS_PER_DAY"):
        raise over_quota()
