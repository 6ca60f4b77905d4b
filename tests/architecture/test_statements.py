"""No page asks the database row by row: with ten times the rows it asks as often; and no page
changes what it shows.
"""

from typing import NamedTuple

from registry.access.doors import doors_of
from registry.access.roles import GRANTS
from registry.clock import today
from registry.periods.months import Month
from tests.factories.accounts import sign_in
from tests.factories.app import make_app, running
from tests.factories.busy_site import PLACES, make_busy_site
from tests.factories.dump import dump
from tests.factories.rosters import UNION
from tests.factories.statements import counted_statements
from tests.factories.unions import COUNTY, TOWNSHIP

FEW, MANY = 10, 100
DRAFT_TABS = ("?tab=error", "?tab=warning", "?tab=fixed", "?tab=all")
LAST_MONTH = Month.of(today()).previous
# What each page that lists rows is asked for, by endpoint; in braces the numbers of `BusySite`.
# `{place}` is the own place of whoever asks.
LISTS = {
    "anomalies.anomalies": ["/unions/{place}/anomalies", "/unions/{place}/anomalies?state=CLOSED"],
    "anomalies.anomaly": ["/unions/{place}/anomalies/{anomaly}"],
    "absent.missing": ["/submissions/{full}/missing"],
    "accounts.accounts": ["/unions/{place}/accounts"],
    "accounts.create": ["/unions/{place}/accounts/new"],
    "tokens.all_of": ["/unions/{place}/tokens"],
    "tokens.own": ["/tokens"],
    "bundles.bundle": [
        f"/unions/{TOWNSHIP}/bundles/{{mapping}}",
        f"/unions/{TOWNSHIP}/bundles/{{mapping}}?show=known",
        f"/unions/{TOWNSHIP}/bundles/{{done}}",
    ],
    "bundles.bundles": ["/unions/{place}/bundles"],
    "bulletins.bulletin": [f"/unions/{COUNTY}/bulletins/2024-06"],
    "clerks.clerks": ["/unions/{place}/clerks"],
    "campaigns.campaign": [
        "/unions/{place}/campaigns/{campaign}",
        f"/unions/{COUNTY}/campaigns/{{registration}}",
        f"/unions/{TOWNSHIP}/campaigns/{{registration}}",
    ],
    "campaigns.campaigns": ["/unions/{place}/campaigns"],
    "confirming.members": [
        f"/unions/{UNION}/campaigns/{{campaign}}/members{tab}" for tab in ("", "?tab=said")
    ],
    "columns.show": ["/submissions/{unsure}/columns"],
    "comparing.compare": [
        f"/submissions/{{{number}}}/compare?part={part}"
        for number, parts in {
            "full": ("TRANSFER", "NEW"),
            "again": ("CONFLICT", "CHANGED", "LEAVE", "UNCHANGED"),
        }.items()
        for part in parts
    ],
    "dashboard.dashboard": ["/unions/{place}/dashboard", f"/unions/{TOWNSHIP}/dashboard"],
    "deputies.deputies": ["/unions/{place}/deputies"],
    "exchange.batch": [
        f"/unions/{COUNTY}/exchange/{{exchange}}?show={show}" for show in ("REFUSED", "ACCEPTED")
    ],
    "exchange.batches": [f"/unions/{COUNTY}/exchange"],
    "exchange.download": [f"/unions/{COUNTY}/exchange/{{exchange}}/files/1.xlsx"],
    "exchange.refused": [f"/unions/{COUNTY}/exchange/refused"],
    "explanations.explanations": ["/unions/{place}/explanations"],
    "discrepancies.discrepancies": ["/unions/{place}/discrepancies?flag=ALL"],
    "help.index": ["/help"],
    "help.page": ["/help/document.checksum"],
    "decisions.decision": ["/submissions/{admitted}/decisions/{admission}"],
    "home.home": ["/home"],
    "corrections.corrections": [f"/unions/{UNION}/corrections"],
    "identities.desk": [
        f"/unions/{TOWNSHIP}/identities?tab={tab}" for tab in ("waiting", "rows", "ended")
    ],
    "members.looked_at": [f"/unions/{UNION}/looks"],
    "members.member": [f"/unions/{UNION}/members/{{member}}"],
    "members.members": ["/unions/{place}/members", f"/unions/{UNION}/members"],
    "incidents.file": [f"/unions/{UNION}/looks/files/{{file}}"],
    "incidents.incident": ["/unions/{place}/trail/incident"],
    "notices.notices": ["/notices"],
    "period.moves": [f"/unions/{{place}}/periods/{LAST_MONTH}/moves/ENTER"],
    "period.period": [f"/unions/{{place}}/periods/{LAST_MONTH}"],
    "periods.periods": ["/unions/{place}/periods"],
    "reminders.reminding": ["/unions/{place}/reminders"],
    "passing.sure": ["/unions/{place}/queue/sure"],
    "published.asked": ["/help/questions"],
    "question.thread": ["/unions/{place}/questions/{asked}"],
    "questions.questions": [
        f"/unions/{{place}}/questions?tab={tab}" for tab in ("waiting", "merged", "units")
    ],
    "ranking.ranking": [
        f"/unions/{COUNTY}/ranking?show=absent",
        f"/unions/{TOWNSHIP}/ranking?show=absent",
    ],
    "returns.returns": [f"/unions/{UNION}/returns"],
    "reference.load": [f"/unions/{COUNTY}/reference/loads/{{faulty_load}}"],
    "reference.loads": [f"/unions/{COUNTY}/reference/loads"],
    "reference.prefilled": [f"/unions/{UNION}/reference/prefilled.xlsx"],
    "reference.reference": [
        "/unions/{place}/reference",
        f"/unions/{UNION}/reference",
        f"/unions/{UNION}/reference?side=register",
    ],
    "report.report": ["/unions/{place}/report", f"/unions/{TOWNSHIP}/report"],
    "requests.requests_list": ["/unions/{place}/requests", f"/unions/{UNION}/requests"],
    "review.closed_list": ["/unions/{place}/queue/closed"],
    "review.review": [
        f"/submissions/{{sent}}/review?part={part}"
        for part in ("ALL", "CONFLICT", "TRANSFER", "LEAVE", "CHANGED", "NEW", "UNCHANGED")
    ],
    "review.waiting_list": ["/unions/{place}/queue"],
    "targets.grid": [f"/unions/{COUNTY}/campaigns/{{registration}}/targets"],
    "roster.prefilled": [f"/unions/{UNION}/roster/prefilled.xlsx"],
    "roster.submission": [
        "/submissions/{admitted}",
        "/submissions/{sent}",
        "/submissions/{returned}",
        *(f"/submissions/{{faulty}}{tab}" for tab in DRAFT_TABS),
    ],
    "roster.upload": [f"/unions/{UNION}/roster"],
    "sampling.sample": ["/submissions/{sent}/sample"],
    "screen.figures": ["/unions/{place}/screen.json"],
    "screen.screen": ["/unions/{place}/screen"],
    "sending.confirm": ["/submissions/{full}/submit"],
    "sending.marked": ["/submissions/{faulty}/marked.xlsx", "/submissions/{returned}/marked.xlsx"],
    "submissions.sent": ["/unions/{place}/submissions"],
    "totals.reconciled": ["/unions/{place}/reconcile"],
    "structure.listed": ["/unions/{place}/people", f"/unions/{TOWNSHIP}/people?approvers=1"],
    "structure.table": [
        f"/unions/{{place}}/structure?by={by}&across=sex" for by in ("union", "age")
    ],
    "totals.totals": ["/unions/{place}/totals", f"/unions/{TOWNSHIP}/totals"],
    "transfers.transfers": ["/unions/{place}/transfers?desk=ASKING"],
    "trail.entries": ["/unions/{place}/trail?action=member.open"],
    "union.page": [f"/unions/{UNION}/profile"],
    "union_split.choosing": [f"/unions/{UNION}/profile/split"],
    "union_changes.lists": [
        f"/unions/{code}/unions/changes?from=2000-01-01&to=2026-01-01&list={which}"
        for code in (COUNTY, TOWNSHIP)
        for which in ("NEW", "ELECTED", "CHANGED")
    ],
    "union_clear.lists": [f"/unions/{code}/clear" for code in (COUNTY, TOWNSHIP)],
    "union_intake.sending": ["/unions/{place}/unions/imports"],
    "union_intake.preview": [f"/unions/{TOWNSHIP}/unions/imports/1"],
    "union_intake.held_back": [f"/unions/{TOWNSHIP}/unions/imports/1/held.xlsx"],
    "unions.file": [f"/unions/{TOWNSHIP}/unions/file"],
    "unions.directory": ["/unions/{place}/unions", f"/unions/{TOWNSHIP}/unions"],
}
# What cannot list rows of the database, and why.
SINGLE = {
    "accounts.account": "one account",
    "anomalies.progress": "one search under way",
    "backups.backups": "the newest few, in one statement",
    "bundles.progress": "one bundle's work under way",
    "campaigns.beginning": "a form",
    "registrations.beginning": "a form",
    "clerks.clerk": "one account",
    "correcting.around": "the two neighbours of a row",
    "correcting.whole_row": "one row",
    "corrections.ask": "a form for one person",
    "exchange.progress": "one batch being filled",
    "explanations.explanation": "one explanation",
    "health.healthz": "asks nothing",
    "health.readyz": "one statement",
    "home.start": "leads elsewhere",
    "identities.case": "two records",
    "identities.doubted": "one row and those of its name and mobile",
    "mail.mail": "a form",
    "metrics.metrics": "counts",
    "originals.asking": "a form",
    "papers.sheet": "sums of one roster",
    "posting.members": "a form",
    "posting.roster": "a form",
    "person.join": "a form for one person",
    "person.membership": "a form for one person",
    "person.particulars": "a form for one person",
    "published.publish": "a form for one question",
    "questions.asking": "a form",
    "review.one_row": "one row",
    "union_acts.asking": "a form",
    "unions.entering": "a form",
    "requests.ask": "a form for one person",
    "requests.one_request": "one request",
    "watermark.picture": "asks nothing",
    "roster.blank": "the same blank sheet for all",
    "roster.progress": "one draft being read",
    "invitation.invitation": "a form",
    "safety.safety": "one's own factors and sessions",
    "factors.app": "a form",
    "factors.passkey": "a form",
    "signin.confirm": "a form",
    "signin.second": "a form",
    "signin.password": "a form",
    "signin.sign_in": "a form",
    "static": "files",
    "trail.person": "a form",
}


# Lists whose length is not the rows': sums, single cards, the newest few.
SUMS = {
    "bulletins.bulletin",
    "help.index",
    "home.home",
    "screen.figures",
    "screen.screen",
    "sending.confirm",
}


def test_every_page_is_either_counted_or_cannot_list_rows(tmp_path):
    with running(make_app(tmp_path)) as app:
        pages = {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            # What programs get is counted in `tests/api/test_statements.py`.
            if "GET" in rule.methods and not rule.rule.startswith("/api/")
        }
    assert LISTS.keys() & SINGLE.keys() == set()
    assert pages == LISTS.keys() | SINGLE.keys()


def test_no_page_asks_more_often_for_more_rows(tmp_path):
    few, many = (walked(tmp_path / str(count), count) for count in (FEW, MANY))
    assert few.keys() == many.keys()
    assert {endpoint for _, endpoint, _ in few} == LISTS.keys()
    differing = {
        page: (one.statements, many[page].statements)
        for page, one in few.items()
        if one.statements != many[page].statements
    }
    assert differing == {}
    as_long = [page for page, one in few.items() if one.length >= many[page].length]
    assert [page for page in as_long if page[1] not in SUMS] == [], "they list no more rows"


class Walked(NamedTuple):
    """What one page cost and how long it is."""

    statements: int
    length: int


def walked(folder, count):
    """Return what every page that opens costs, by role, endpoint and address asked for."""
    pages = {}
    with running(make_app(folder)) as app:
        site = make_busy_site(count)
        before = dump()
        for role, account in site.accounts.items():
            client = app.test_client()
            sign_in(client, account)
            for endpoint, address in addresses(app, role):
                here = address.format(place=PLACES[role], **site.numbers)
                with counted_statements() as asked:
                    answer = client.get(here)
                if answer.status_code == 200:
                    found = Walked(asked.count, len(answer.data))
                    pages[role, endpoint, address] = found
        after = dump()
        assert [name for name in before if before[name] != after[name]] == [], "changed by GET"
    return pages


def addresses(app, role):
    """Return (endpoint, address) of what a role has the permission for."""
    for endpoint, listed in LISTS.items():
        (door,) = doors_of(app.view_functions[endpoint])
        if door in GRANTS[role] or door == "signed in":
            yield from ((endpoint, address) for address in listed)
