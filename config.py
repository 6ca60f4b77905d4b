"""Every setting: name, environment variable, default and why it is there, one line each.

An installation keeps its things in one folder (`REGISTRY_DATA`); secrets are not settings: they
stand in that folder's key file, which `registry init` or `registry seed --demo` writes, or where
`REGISTRY_KEYS` says.
"""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent


class Setting(NamedTuple):
    """One setting: its name in the program, its environment variable, its default and its
    reason.
    """

    name: str
    variable: str
    default: str
    convert: Callable[[str], Any]
    why: str


def _switch(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


def _security(text: str) -> str:
    if text not in ("starttls", "tls", "off"):
        raise ValueError(text)
    return text


def _suite(text: str) -> str:
    if text not in ("aes", "sm"):
        raise ValueError(text)
    return text


def _keys(text: str) -> str:
    kind, _, place = text.partition(":")
    if text and not (kind in ("file", "environment", "command") and shlex.split(place)):
        raise ValueError(text)
    return text


def _weights(text: str) -> tuple[int, ...]:
    weights = _numbers(text)
    if len(weights) != 3 or not sum(weights):
        raise ValueError(text)
    return weights


def _rising(text: str) -> tuple[int, ...]:
    numbers = _numbers(text)
    if list(numbers) != sorted({*numbers} - {0}):
        raise ValueError(text)
    return numbers


def _numbers(text: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in text.split(","))
    if min(numbers) < 0:
        raise ValueError(text)
    return numbers


def _policy(text: str) -> str:
    if text not in ("asvs", "mlps"):
        raise ValueError(text)
    return text


def _roles(text: str) -> frozenset[str]:
    """Words of roles; "none" for no role."""
    words = frozenset(word.strip().upper() for word in text.split(","))
    if words == {"NONE"}:
        return frozenset()
    if not words <= {"CLERK", "REVIEWER", "AUDITOR", "ADMINISTRATOR", "LOG_KEEPER"}:
        raise ValueError(text)
    return words


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("DATA", "REGISTRY_DATA", str(ROOT / "instance"), lambda text: Path(text).resolve(), "the folder where the installation keeps keys, originals, queue and the SQLite database"),  # noqa: E501
    Setting("DATABASE_URL", "DATABASE_URL", "", str, "the database; empty means SQLite in the data folder; PostgreSQL as postgresql+psycopg://…"),  # noqa: E501
    Setting("DEMO_PASSWORD", "REGISTRY_DEMO_PASSWORD", "", str, "the password of all demo accounts; empty means a random one, printed once"),  # noqa: E501
    Setting("POOLED", "REGISTRY_POOLED", "0", _switch, "on when PostgreSQL stands behind pgbouncer in transaction mode: no prepared statements"),  # noqa: E501
    Setting("UPLOAD_BYTES", "REGISTRY_UPLOAD_BYTES", str(50 * 1024 * 1024), int, "the largest workbook taken, in bytes"),  # noqa: E501
    Setting("UPLOAD_ENTRIES", "REGISTRY_UPLOAD_ENTRIES", "2000", _positive, "parts in a workbook's zip container at most"),  # noqa: E501
    Setting("UPLOAD_RATIO", "REGISTRY_UPLOAD_RATIO", "200", _positive, "how many bytes may come out of one packed byte, in parts of more than 1 MB"),  # noqa: E501
    Setting("UPLOAD_CELLS", "REGISTRY_UPLOAD_CELLS", "30000000", _positive, "cells in a sheet at most, the empty ones between counted"),  # noqa: E501
    Setting("UPLOAD_UNPACKED_BYTES", "REGISTRY_UPLOAD_UNPACKED_BYTES", str(1 << 30), _positive, "bytes of a workbook once it is unpacked"),  # noqa: E501
    Setting("UPLOAD_MEMORY_BYTES", "REGISTRY_UPLOAD_MEMORY_BYTES", str(1 << 30), _positive, "memory for reading a workbook, in a process of its own; marking takes twice as much"),  # noqa: E501
    Setting("UPLOAD_CPU_SECONDS", "REGISTRY_UPLOAD_CPU_SECONDS", "12", _positive, "seconds of processor time for that; five times as many for a city's list that somebody waits for"),  # noqa: E501
    Setting("UPLOAD_WALL_SECONDS", "REGISTRY_UPLOAD_WALL_SECONDS", "15", _positive, "seconds to wait for it"),  # noqa: E501
    Setting("BULK_BYTES", "REGISTRY_BULK_BYTES", str(300 << 20), _positive, "the largest workbook of bulk work, which only the city begins"),  # noqa: E501
    Setting("BULK_UNPACKED_BYTES", "REGISTRY_BULK_UNPACKED_BYTES", str(4 << 30), _positive, "the same bounds for bulk work: bytes once it is unpacked"),  # noqa: E501
    Setting("BULK_MEMORY_BYTES", "REGISTRY_BULK_MEMORY_BYTES", str(3 << 30), _positive, "memory"),
    Setting("BULK_CPU_SECONDS", "REGISTRY_BULK_CPU_SECONDS", "600", _positive, "seconds of processor time"),  # noqa: E501
    Setting("BULK_WALL_SECONDS", "REGISTRY_BULK_WALL_SECONDS", "900", _positive, "seconds to wait for it"),  # noqa: E501
    Setting("UPLOADS_PER_DAY", "REGISTRY_UPLOADS_PER_DAY", "200", int, "uploads one account may make in a day, so that nobody fills the disk"),  # noqa: E501
    Setting("IDLE_MINUTES", "REGISTRY_IDLE_MINUTES", "60", int, "minutes without a request after which a session ends"),  # noqa: E501
    Setting("SESSION_HOURS", "REGISTRY_SESSION_HOURS", "12", int, "hours after which a session ends in any case"),  # noqa: E501
    Setting("SHOW_SECONDS", "REGISTRY_SHOW_SECONDS", "60", _positive, "seconds for which a page shows a number in full before it covers it by itself"),  # noqa: E501
    Setting("LOOKS_PER_HOUR", "REGISTRY_LOOKS_PER_HOUR", "60", _positive, "numbers that one account may have shown in full within an hour; near it an alarm is raised"),  # noqa: E501
    Setting("LOOKS_PER_DAY", "REGISTRY_LOOKS_PER_DAY", "200", _positive, "the same within a day"),
    Setting("LOOK_UPS_PER_HOUR", "REGISTRY_LOOK_UPS_PER_HOUR", "100", _positive, "members that one account may look up by number within an hour: guessing numbers is looking too"),  # noqa: E501
    Setting("LOOK_UPS_PER_DAY", "REGISTRY_LOOK_UPS_PER_DAY", "400", _positive, "the same within a day"),  # noqa: E501
    Setting("SECURE_COOKIE", "REGISTRY_SECURE_COOKIE", "1", _switch, "send the cookie over https only; a demo installation never does, since it is served over http"),  # noqa: E501
    Setting("PROXIES", "REGISTRY_PROXIES", "0", int, "how many reverse proxies stand in front, whose word on the caller's address and scheme is taken"),  # noqa: E501
    Setting("LEASE_SECONDS", "REGISTRY_LEASE_SECONDS", "20", int, "seconds after which another worker takes over long work whose worker is silent"),  # noqa: E501
    Setting("TRANSFER_DAYS", "REGISTRY_TRANSFER_DAYS", "15", int, "days a union has to answer a transfer before the federation above both may settle it"),  # noqa: E501
    Setting("REVIEW_DAYS", "REGISTRY_REVIEW_DAYS", "5", int, "days in which a unit is to review a roster; what waits longer counts as overdue on the dashboard"),  # noqa: E501
    Setting("SCREEN_SECONDS", "REGISTRY_SCREEN_SECONDS", "60", int, "seconds after which the large screen asks for new figures"),  # noqa: E501
    Setting("SCREEN_SMALLEST", "REGISTRY_SCREEN_SMALLEST", "20", int, "members that a union must have to be named on the large screen, so that its figures tell of nobody"),  # noqa: E501
    Setting("REVERIFY_EVERY_DAYS", "REGISTRY_REVERIFY_EVERY_DAYS", "365", int, "days for which the check of a membership holds, by entry or by a roster of verification"),  # noqa: E501
    Setting("RANKING_WEIGHTS", "REGISTRY_RANKING_WEIGHTS", "40,30,30", _weights, "what coverage, quality and timeliness weigh in the ranking, three whole numbers"),  # noqa: E501
    Setting("RANKING_PRIOR_PEOPLE", "REGISTRY_RANKING_PRIOR_PEOPLE", "20", _positive, "how many people of the county's mean are added to each union in the ranking, so that few people decide little"),  # noqa: E501
    Setting("RANKING_PRIOR_EVENTS", "REGISTRY_RANKING_PRIOR_EVENTS", "2", _positive, "the same for what is counted by events: rosters sent, quarters"),  # noqa: E501
    Setting("RANKING_BANDS", "REGISTRY_RANKING_BANDS", "25,100,300", _rising, "the sizes in people at which the next band begins, within which unions are ranked"),  # noqa: E501
    Setting("ANOMALY_SHARED_MOBILE", "REGISTRY_ANOMALY_SHARED_MOBILE", "5", int, "live members with one mobile from which on it is an anomaly: a family shares one, a whole shop floor does not"),  # noqa: E501
    Setting("ANOMALY_AGE_MAN", "REGISTRY_ANOMALY_AGE_MAN", "63", int, "age of men past which nobody should be at work: the latest age of retiring by law"),  # noqa: E501
    Setting("ANOMALY_AGE_WOMAN", "REGISTRY_ANOMALY_AGE_WOMAN", "58", int, "the same of women"),
    Setting("ANOMALY_SURNAME_ROWS", "REGISTRY_ANOMALY_SURNAME_ROWS", "20", int, "rows of a roster from which on surnames say anything"),  # noqa: E501
    Setting("ANOMALY_SURNAME_PERCENT", "REGISTRY_ANOMALY_SURNAME_PERCENT", "60", int, "share of one surname that is an anomaly; a village of one family comes to half"),  # noqa: E501
    Setting("ANOMALY_GROWTH_PERCENT", "REGISTRY_ANOMALY_GROWTH_PERCENT", "50", int, "by how many per cent a union's members may grow within a week"),  # noqa: E501
    Setting("ANOMALY_GROWTH_FROM", "REGISTRY_ANOMALY_GROWTH_FROM", "20", int, "members before the growth from which on it counts: small unions double by a few people"),  # noqa: E501
    Setting("ANOMALY_FAST_ROWS", "REGISTRY_ANOMALY_FAST_ROWS", "30", int, "rows of one approval from which on its speed counts: a few are read at a glance"),  # noqa: E501
    Setting("ANOMALY_ROWS_PER_SECOND", "REGISTRY_ANOMALY_ROWS_PER_SECOND", "2", int, "rows that somebody reads in a second at most"),  # noqa: E501
    Setting("ANOMALY_NEVER_BACK", "REGISTRY_ANOMALY_NEVER_BACK", "20", int, "rosters decided on without one row given back that are an anomaly, and again as many"),  # noqa: E501
    Setting("ANOMALY_NIGHT_FROM", "REGISTRY_ANOMALY_NIGHT_FROM", "22", int, "the hour at which the night begins"),  # noqa: E501
    Setting("ANOMALY_NIGHT_UNTIL", "REGISTRY_ANOMALY_NIGHT_UNTIL", "6", int, "the hour at which it ends"),  # noqa: E501
    Setting("ANOMALY_NIGHT_DECISIONS", "REGISTRY_ANOMALY_NIGHT_DECISIONS", "5", int, "decisions of one reviewer in the nights of a month that are an anomaly: overtime happens"),  # noqa: E501
    Setting("ANOMALY_SAME_PAIR", "REGISTRY_ANOMALY_SAME_PAIR", "5", int, "corrections of names or numbers that one clerk asked for and one reviewer granted"),  # noqa: E501
    Setting("DISCREPANCY_ROSTER_PERCENT", "REGISTRY_DISCREPANCY_ROSTER_PERCENT", "10", int, "per cent that a union's members may lie below its last full roster"),  # noqa: E501
    Setting("DISCREPANCY_DROP_PERCENT", "REGISTRY_DISCREPANCY_DROP_PERCENT", "20", int, "per cent that members or employees may drop within the days of the next setting"),  # noqa: E501
    Setting("DISCREPANCY_DROP_DAYS", "REGISTRY_DISCREPANCY_DROP_DAYS", "92", int, "days over which a drop counts as sudden: rosters come four times a year"),  # noqa: E501
    Setting("DISCREPANCY_BASE_PERCENT", "REGISTRY_DISCREPANCY_BASE_PERCENT", "50", int, "per cent that members and the reference register may lie apart: not everybody takes part in mutual aid"),  # noqa: E501
    Setting("DISCREPANCY_LEAST", "REGISTRY_DISCREPANCY_LEAST", "10", int, "people from which on per cents say anything"),  # noqa: E501
    Setting("DISCREPANCY_ANSWER_DAYS", "REGISTRY_DISCREPANCY_ANSWER_DAYS", "14", int, "days a union has to explain why its numbers do not agree"),  # noqa: E501
    Setting("ORIGINAL_DAYS", "REGISTRY_ORIGINAL_DAYS", "0", _not_negative, "days after its end for which the original workbook of a roster is kept; 0 keeps it for good"),  # noqa: E501
    Setting("FORMER_DAYS", "REGISTRY_FORMER_DAYS", "0", _not_negative, "days after the end of the last membership for which mobile and particulars of who left are kept; 0 keeps them"),  # noqa: E501
    Setting("BACKUP_HOURS", "REGISTRY_BACKUP_HOURS", "36", _not_negative, "hours after which the administrator is warned that there is no newer backup; 0 never warns"),  # noqa: E501
    Setting("PASSWORD_POLICY", "REGISTRY_PASSWORD_POLICY", "asvs", _policy, "what own passwords must be: asvs (long, kept) or mlps (kinds of characters, changed regularly)"),  # noqa: E501
    Setting("PASSWORD_LENGTH", "REGISTRY_PASSWORD_LENGTH", "15", _positive, "the shortest password under asvs"),  # noqa: E501
    Setting("PASSWORD_MLPS_LENGTH", "REGISTRY_PASSWORD_MLPS_LENGTH", "10", _positive, "the shortest password under mlps"),  # noqa: E501
    Setting("PASSWORD_DAYS", "REGISTRY_PASSWORD_DAYS", "90", _positive, "days after which mlps asks for a new password"),  # noqa: E501
    Setting("PASSWORD_HISTORY", "REGISTRY_PASSWORD_HISTORY", "5", _positive, "how many of the last passwords mlps does not take again"),  # noqa: E501
    Setting("INVITATION_DAYS", "REGISTRY_INVITATION_DAYS", "14", _positive, "days that an invitation holds, by which a person chooses the password of a new or reset account"),  # noqa: E501
    Setting("SECOND_FACTOR", "REGISTRY_SECOND_FACTOR", "REVIEWER,AUDITOR,ADMINISTRATOR,LOG_KEEPER", _roles, "roles that must have a second factor, with commas between; none for no role; a demo demands it of nobody"),  # noqa: E501
    Setting("KEYS", "REGISTRY_KEYS", "", _keys, "where the keys come from: file:PATH, environment:NAME or command:WORDS; empty means keys.json in the data folder"),  # noqa: E501
    Setting("CRYPTOGRAPHY", "REGISTRY_CRYPTOGRAPHY", "aes", _suite, "what seals and what chains the trail: aes is AES-256-GCM with SHA-256, sm is SM4-GCM with SM3; what the other made stays readable"),  # noqa: E501
    Setting("SIGNING", "REGISTRY_SIGNING", "", str, "what signs closed periods, module:factory, the first of several signs and all verify; empty means Ed25519 with the key in the data folder"),  # noqa: E501
    Setting("TRAIL_HEADS", "REGISTRY_TRAIL_HEADS", "", str, "the folder on another disk or machine to which a worker writes the signed heads of the trail; empty means nowhere"),  # noqa: E501
    Setting("TRAIL_HEADS_MINUTES", "REGISTRY_TRAIL_HEADS_MINUTES", "10", _positive, "minutes from one writing of the heads to the next, when anything was recorded"),  # noqa: E501
    Setting("TOKEN_DAYS", "REGISTRY_TOKEN_DAYS", "365", int, "days that a program's token may live at most"),  # noqa: E501
    Setting("ELIGIBILITY_PER_DAY", "REGISTRY_ELIGIBILITY_PER_DAY", "2000", int, "questions for somebody's eligibility that one token may ask in a day"),  # noqa: E501
    Setting("REQUEST_KEY_HOURS", "REGISTRY_REQUEST_KEY_HOURS", "72", _positive, "hours for which the Idempotency-Key of a program's request is remembered"),  # noqa: E501
    Setting("EXCHANGE_ROWS", "REGISTRY_EXCHANGE_ROWS", "5000", int, "rows in one file for the higher federation at most"),  # noqa: E501
    Setting("METRICS_TOKEN_FILE", "REGISTRY_METRICS_TOKEN_FILE", "", str, "the file that holds the token for /metrics from another machine; empty means from this machine only"),  # noqa: E501
    Setting("SITE", "REGISTRY_SITE", "", str, "the site's own address as people type it, https://…; stands in mail"),  # noqa: E501
    Setting("MAIL_SERVER", "REGISTRY_MAIL_SERVER", "", str, "the SMTP server for the daily digest; empty means that no mail is sent"),  # noqa: E501
    Setting("MAIL_PORT", "REGISTRY_MAIL_PORT", "587", int, "the port of the SMTP server"),
    Setting("MAIL_FROM", "REGISTRY_MAIL_FROM", "", str, "the address that mail comes from"),
    Setting("MAIL_USER", "REGISTRY_MAIL_USER", "", str, "the account at the SMTP server; empty means that it asks for none"),  # noqa: E501
    Setting("MAIL_PASSWORD_FILE", "REGISTRY_MAIL_PASSWORD_FILE", "", str, "the file that holds its password, readable by the site's user only"),  # noqa: E501
    Setting("MAIL_TLS", "REGISTRY_MAIL_TLS", "starttls", _security, "how the way to the SMTP server is encrypted: starttls, tls or off"),  # noqa: E501
)
# fmt: on


# May hold a password or be one: never shown, and on the trail as keyed hashes only.
SECRET = frozenset({"DATABASE_URL", "REGISTRY_DEMO_PASSWORD", "REGISTRY_KEYS"})


def chosen(environ: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the settings that are not at their defaults, by variable: what may be shown, and what
    may not.
    """
    said = {
        one.variable: text
        for one in SETTINGS
        if (text := environ.get(one.variable) or one.default) != one.default
    }
    shown = {name: text for name, text in said.items() if name not in SECRET}
    return shown, {name: text for name, text in said.items() if name in SECRET}


class UnsafeSettingError(Exception):
    """A setting's value cannot be used; the message says which and why."""


def load(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return all settings by name, read from `environ` or their defaults.

    Raises `UnsafeSettingError` when a value cannot be understood.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(setting.variable) or setting.default
        try:
            values[setting.name] = setting.convert(text)
        except ValueError as error:
            raise UnsafeSettingError(f"{setting.variable}: {text!r} cannot be used") from error
    if not values["DATABASE_URL"]:
        values["DATABASE_URL"] = f"sqlite:///{values['DATA'] / 'registry.sqlite3'}"
    return values
