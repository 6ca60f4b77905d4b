"""The table act → entry of the trail: whatever changes something stands in it, and leads there.

Told from the source alone (`call_graph`): a view or a command leads to `record`, and names the
entry on the way. That it is written, in the transaction of the act, is watched while all other
tests run (`tests/factories/watch.py`).
"""

import ast
import re

from registry.cli.main import group
from registry.web import trail_labels
from tests.factories.app import make_app
from tests.factories.call_graph import graph

LEAVING = {"registry.web.downloads.attachment", "registry.web.downloads.streamed"}
RECORD = "registry.trail.operations.record"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# Each route that may change something, and its entry; there are others beside it now and then.
ACTS = {
    "absent.say": "draft.account",
    "accounts.close": "account.close",
    "accounts.create": "account.create",
    "accounts.end_sessions": "account.sessions_end",
    "accounts.lock": "account.lock",
    "accounts.reset": "account.reset",
    "accounts.reset_factors": "account.factor_reset",
    "accounts.set_roles": "account.roles",
    "accounts.unlock": "account.unlock",
    "anomalies.close": "anomaly.close",
    "anomalies.search": "anomaly.search",
    "api_figures.eligible": "member.eligibility",
    "api_rosters.receive": "roster.upload",
    "api_rosters.submit": "submission.submit",
    "api_rosters.withdraw": "submission.withdraw",
    "bundles.cancel": "bundle.cancel",
    "bundles.choose": "bundle.map",
    "bundles.confirm": "bundle.confirm",
    "bundles.findings": "bundle.findings",
    "bundles.pause": "bundle.pause",
    "bundles.receive": "bundle.upload",
    "bundles.resume": "bundle.resume",
    "campaigns.begin": "campaign.begin",
    "campaigns.change_due": "campaign.change_due",
    "campaigns.close": "campaign.close",
    "clerks.close": "account.close",
    "clerks.create": "account.create_clerks",
    "clerks.hand_over": "account.hand_over",
    "clerks.lock": "account.lock",
    "clerks.reset": "account.reset",
    "clerks.unlock": "account.unlock",
    "columns.confirm": "draft.columns",
    "confirming.say": "draft.answers",
    "correcting.edit": "draft.edit",
    "correcting.exclude": "draft.exclude",
    "correcting_many.alike": "draft.edit_alike",
    "correcting_many.answer": "draft.answer",
    "correcting_many.keep": "draft.keep_one",
    "correcting_many.keep_first": "draft.keep_first",
    "correcting_many.undo": "draft.undo",
    "corrections.ask": "identity.ask",
    "corrections.withdraw": "identity.withdraw",
    "decisions.take_back": "review.revoke",
    "deputies.end": "deputy.end",
    "deputies.name": "deputy.name",
    "discrepancies.ask": "explanation.ask",
    "discrepancies.export": "discrepancy.export",
    "exchange.cancel": "exchange.cancel",
    "exchange.differences": "exchange.differences",
    "exchange.make": "exchange.make",
    "exchange.receive": "exchange.receipt",
    "exchange.send": "exchange.send",
    "exchange.settle": "exchange.settle",
    "explanations.accept": "explanation.accept",
    "explanations.answer": "explanation.answer",
    "explanations.ask_again": "explanation.return",
    "factors.app": "account.factor_add",
    "factors.codes": "account.recovery_codes",
    "factors.passkey": "account.factor_add",
    "factors.remove": "account.factor_remove",
    "identities.doubted": "identity.rule",
    "identities.open_numbers": "identity.open",
    "identities.pair": "identity.pair",
    "identities.rule": "identity.rule",
    "identities.undo": "identity.undo",
    "invitation.invitation": "account.invitation",
    "mail.mail": "account.mail",
    "members.look_up": "member.look_up",
    "members.open_member": "member.open",
    "notices.publish": "notice.publish",
    "originals.download": "roster.original",
    "papers.receive": "review.paper_in",
    "papers.take_back": "review.paper_back",
    "passing.pass_sure": "review.approve",
    "periods.close": "period.close",
    "periods.export": "period.export",
    "periods.reopen": "period.reopen",
    "periods.verify": "period.verify",
    "periods.verify_all": "period.verify",
    "person.join": "draft.by_hand",
    "person.membership": "draft.by_hand",
    "person.particulars": "draft.by_hand",
    "posting.post_of_members": "member.post",
    "posting.post_of_roster": "member.post",
    "published.publish": "question.publish",
    "published.unpublish": "question.unpublish",
    "question.answer": "question.answer",
    "question.close": "question.close",
    "question.merge": "question.merge",
    "question.pass_on": "question.pass_on",
    "question.pass_up": "question.pass_up",
    "question.reopen": "question.reopen",
    "question.separate": "question.separate",
    "questions.ask": "question.ask",
    "reference.receive": "reference.load",
    "registrations.begin": "campaign.begin",
    "registrations.passing": "campaign.pass",
    "registrations.start": "campaign.start",
    "registrations.stop": "campaign.stop",
    "report.export": "totals.report",
    "requests.ask": "request.ask",
    "requests.decide": "request.grant",
    "requests.document": "request.document",
    "requests.withdraw": "request.withdraw",
    "review.approve": "review.approve",
    "review.open_row": "row.open",
    "review.reject": "review.reject",
    "review.release": "review.release",
    "review.send_back": "review.send_back",
    "review.take": "review.take",
    "roster.receive": "roster.upload",
    "safety.end": "account.sessions_end",
    "safety.end_others": "account.sessions_end",
    "sampling.draw": "review.sample",
    "sampling.keep_call": "review.call",
    "sending.discard": "submission.withdraw",
    "sending.marked_for_a_reason": "draft.mark",
    "sending.submit": "submission.submit",
    "signin.confirm": "account.confirm",
    "signin.password": "account.password",
    "signin.second": "account.sign_in",
    "signin.sign_in": "account.sign_in",
    "signin.sign_out": "account.sign_out",
    "submissions.withdraw": "submission.withdraw",
    "targets.save": "campaign.targets",
    "tokens.end": "token.end",
    "tokens.make": "token.make",
    "totals.export": "totals.export",
    "totals.reconcile": "totals.reconcile",
    "totals.repair": "totals.repair",
    "trail.person": "trail.search",
    "trail.verify": "trail.verify",
    "transfers.appeal": "transfer.appeal",
    "transfers.grant": "transfer.grant",
    "transfers.object_to": "transfer.object",
    "transfers.refuse": "transfer.refuse",
    "transfers.release": "transfer.release",
    "transfers.withdraw": "transfer.withdraw",
    "union.add_employer": "union.cover",
    "union.remove_employer": "union.uncover",
    "union_acts.do": "union.dissolve",
    "union_intake.apply": "union.import",
    "union_intake.drop": "union.import_drop",
    "union_intake.receive": "union.read",
    "union_split.split": "union.split",
    "unions.enter": "union.register",
}
# Those without an entry, and why.
NO_ACTS = {
    "deputies.act": "changes the desk one works at; every act there says for whom it was done",
    "deputies.stop": "the same, back to one's own",
    "factors.ask_for_new": "a question put to a passkey; its answer is the act",
    "factors.ask_for_one": "the same",
    "sending.employees": "a draft's own number, typed and not yet sent: sending it is the act",
    "targets.paste": "shows a table in the form; nothing is kept before it is saved",
}
# Files that leave by a page, and their entries; "" for those that hold nothing of anybody.
FILES = {
    "bundles.findings": "bundle.findings",
    "discrepancies.export": "discrepancy.export",
    "exchange.differences": "exchange.differences",
    "exchange.download": "exchange.download",
    "originals.download": "roster.original",
    "periods.export": "period.export",
    "reference.prefilled": "reference.roster",
    "report.export": "totals.report",
    "requests.document": "request.document",
    "roster.blank": "",
    "roster.prefilled": "roster.blank",
    "sending.marked": "draft.mark",
    "sending.marked_for_a_reason": "draft.mark",
    "totals.export": "totals.export",
    "union_intake.held_back": "",
    "unions.file": "union.export",
}
# The commands that change or show something, and their entries.
COMMANDS = {
    "approve": "review.approve",
    "backup": "backup.make",
    "close-period": "period.close",
    "init": "account.create",
    "load": "bundle.upload",
    "member": "member.look_up",
    "restore": "backup.restore",
    "reset-factors": "account.factor_reset",
    "resume": "storage.resume",
    "retain": "original.remove",
    "rotate-keys": "keys.rotate",
    "send-back": "review.send_back",
    "signing-key": "keys.signing",
    "submit": "submission.submit",
    "work": "installation.settings",
}
NO_COMMANDS = {
    "blank": "writes an empty workbook; one with members is the page's",
    "check": "reads a file, keeps nothing",
    "mark": "the same",
    "incident-report": "counts what the trail says; who runs it has the machine anyway",
    "mail-digest": "sends counts; to whom and when stands in the account",
    "new-keys": "prints random numbers; taking them into use is `rotate-keys`",
    "reconcile": "counts and compares, keeps nothing",
    "seed": "writes installation.seed, from outside of `registry`",
    "totals": "shows sums",
    "trail-heads": "shows the end of the trail itself",
    "verify-period": "judges; who runs it has the machine anyway",
    "verify-trail": "the same",
}
# Writing transactions that no entry stands in, and why.
SILENT = {
    "registry.accounts.mailing.claim": "which day's mail is being sent",
    "registry.accounts.mailing.give_back": "that it was not",
    "registry.accounts.once.keep_answer": "where the answer to a form led",
    "registry.accounts.passkeys.ask_for_new": "a question put to a passkey, kept until its answer",
    "registry.accounts.passkeys.ask_for_one": "the same",
    "registry.accounts.second_step._forgive": "a count of wrong codes, after a right one",
    "registry.accounts.signing.touch": "that a session is alive",
    "registry.accounts.tokens.touch": "when a token was last used",
    "registry.backups.restoring._fill": "fills an empty database, before there is a trail",
    "registry.jobs.deliveries._end": "what became of a program's order, whose acts have entries",
    "registry.jobs.hold.Hold": "a worker's lease",
    "registry.jobs.housekeeping.sweep": "what ran out by itself: sessions, failed sign-ins, keys",
    "registry.jobs.leases.beat": "a worker's sign of life",
    "registry.jobs.leases.claim": "a worker's lease",
    "registry.jobs.operations.ask_no_more": "a clerk's answer taken over into the work",
    "registry.jobs.resealing._reseal_table": "one chunk; the whole has its entry",
    "registry.jobs.resealing._reseal_originals": "the same",
    "registry.jobs.retention._delete_marked": "the deletion that `original.remove` announced",
    "registry.submissions.operations.keep_employees": "a draft's own number before it is sent",
    "registry.trail.copies._note": "how far the heads of the trail were copied",
}


def test_every_route_that_may_change_something_is_in_the_table(tmp_path):
    app = make_app(tmp_path)
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods & UNSAFE}
    assert ACTS.keys() & NO_ACTS.keys() == set()
    assert routes == ACTS.keys() | NO_ACTS.keys()
    wrong = {
        endpoint: action
        for endpoint, action in ACTS.items()
        if not leads_to(_source(app.view_functions[endpoint]), action)
    }
    assert wrong == {}


def test_every_file_that_leaves_is_in_the_table(tmp_path):
    app = make_app(tmp_path)
    given = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if graph().reached(_source(view)) & LEAVING
    }
    assert given == FILES.keys()
    wrong = {
        endpoint: action
        for endpoint, action in FILES.items()
        if action and not leads_to(_source(app.view_functions[endpoint]), action)
    }
    assert wrong == {}


def test_every_command_is_in_the_table():
    assert group.commands.keys() == COMMANDS.keys() | NO_COMMANDS.keys()
    wrong = {
        name: action
        for name, action in COMMANDS.items()
        if not leads_to(_source(group.commands[name].callback), action)
    }
    assert wrong == {}


def test_every_transaction_has_an_entry():
    found = graph()
    writing = {name for name, node in found.nodes.items() if _begins_a_transaction(node)}
    assert len(writing) > 100
    assert {name for name in writing if RECORD not in found.reached(name)} == SILENT.keys()


def test_every_entry_of_the_table_has_a_name():
    assert {*ACTS.values(), *COMMANDS.values()} <= trail_labels.ACTIONS.keys()


def leads_to(name: str, action: str) -> bool:
    """Tell whether a function leads to the recording of an action, by its words or by parts put
    together: `f"union.{act}"`.
    """
    found = graph()
    assert name in found.nodes, name
    reached = found.reached(name)
    said = {
        text
        for one in reached
        if not one.startswith("registry.web.trail_labels")
        for text in found.texts.get(one, ())
    }
    family = action.partition(".")[0] + "."
    return RECORD in reached and (action in said or family in said)


def test_what_is_not_recorded_would_be_noticed():
    assert leads_to("registry.accounts.operations.lock", "account.lock")
    assert not leads_to("registry.accounts.operations.lock", "totals.export")
    assert not leads_to("registry.accounts.signing.touch", "account.lock")


def _source(function) -> str:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return f"{function.__module__}.{function.__name__}"


def _begins_a_transaction(node: ast.AST) -> bool:
    return any(
        re.search(r"\btransaction\(", ast.unparse(item.context_expr))
        for one in ast.walk(node)
        if isinstance(one, ast.With)
        for item in one.items
    )
