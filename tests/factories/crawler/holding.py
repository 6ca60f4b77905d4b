"""Whose is what, by SQL of its own: what the site's guards say is not asked."""

import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from registry.vault.vault import of_person, vault

# What an address names by its number, and in which unions that is.
_NAMED = {
    r"/submissions/(\d+)": "select union_code from submission where id = ?",
    r"/(?:accounts|clerks)/(\d+)": "select place from account where id = ?",
    r"/members/(\d+)": "select union_code from membership where member_id = ?",
    r"/questions/(\d+)": "select union_code from question where id = ?",
    r"/anomalies/(\d+)": "select union_code from anomaly where id = ?",
    r"/explanations/(\d+)": "select union_code from explanation where id = ?",
    r"/requests/(\d+)": "select union_code from personal_request where id = ?",
    r"/(?:corrections|identities)/(\d+)": "select union_code from identity_case where id = ?",
    r"/bundles/(\d+)": "select place from bundle where id = ?",
    r"/imports/(\d+)": "select place from union_intake where id = ?",
    r"/tokens/(\d+)": "select place from account where id ="
    " (select account_id from api_token where id = ?)",
}
_CODE = re.compile(r"/unions/(\d+)")
# Who is known where: the union, the person's key, the name, the number and the mobile as sealed.
_KNOWN = (
    "select s.union_code, r.person_key, r.full_name, r.document_sealed, r.mobile_sealed"
    " from submission_row r join submission s on s.id = r.submission_id",
    "select x.union_code, m.person_key, m.full_name, m.document_sealed, m.mobile_sealed"
    " from member m join membership x on x.member_id = m.id",
    "select union_code, person_key, full_name, document_sealed, null from reference_person"
    " where union_code is not null",
)
# Which union is told of which other one by name: both sides of a transfer.
_ASKING = (
    "select t.from_union, u.name from transfer t join trade_union u on u.code = t.to_union union"
    " select t.to_union, u.name from transfer t join trade_union u on u.code = t.from_union"
)


def is_elsewhere(address: str, place: str, folder: Path) -> bool:
    """Tell whether an address names a union, or something of unions, outside a place."""
    path = urlsplit(address).path
    with closing(sqlite3.connect(folder / "registry.sqlite3")) as database:
        named = [[code] for code in _CODE.findall(path)]
        for pattern, query in _NAMED.items():
            for number in re.findall(pattern, path):
                codes = [code for (code,) in database.execute(query, (int(number),))]
                # Counties count their things each for themselves.
                of_county = [code for code in codes if code[:6] in path]
                named.append(of_county or codes)
    return any(codes and not any(str(code).startswith(place) for code in codes) for codes in named)


def hidden_from(place: str, folder: Path) -> set[str]:
    """Return names, numbers and mobiles of those who are known outside a place only, and the names
    of the grassroots unions there.
    """
    known, keeper = defaultdict(set), vault()
    with closing(sqlite3.connect(folder / "registry.sqlite3")) as database:
        for query in _KNOWN:
            for code, key, name, *sealed in database.execute(query):
                known[code].add(name)
                for field, value in zip(("document_number", "mobile"), sealed, strict=True):
                    if value is not None:
                        known[code].add(keeper.open(value, of_person(field, key)).decode())
        for code, name in database.execute(_ASKING):
            known[code].add(name)
        # Who stands in for a reviewer is chosen among units, so their names are known to all.
        for code, name in database.execute("select code, name from trade_union"):
            known[code if len(code) == 13 else place].add(name)
    own = "\n".join(str(one) for code in known if code.startswith(place) for one in known[code])
    others = (one for code in known if not code.startswith(place) for one in known[code])
    return {one for one in others if one and one not in own}
