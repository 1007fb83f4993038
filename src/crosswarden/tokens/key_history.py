"""Which keys were served when, kept in a SQLite file so that a responder can ask it years later.

Every observation of an authority's key set adds to the file: a sighting per key (first and last seen) and an event per
change. Nothing is ever removed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from crosswarden.errors import InputError
from crosswarden.tokens.key_events import KeyEvent, compare, shared_keys
from crosswarden.tokens.rfc7517 import KeySet, read_key_set

__all__ = ["KeyHistory"]

_SCHEMA = """
create table if not exists observation (authority text not null, at real not null, metadata text not null, keys text not null);
create index if not exists observation_by_time on observation (authority, at);
create table if not exists sighting (
    authority text not null, kid text not null, fingerprint text not null, issuer text not null, entry text not null,
    first_seen real not null, last_seen real not null, gone real,
    primary key (authority, kid, fingerprint, issuer, first_seen)
);
create table if not exists event (
    at real not null, authority text not null, kind text not null, kid text not null, before text not null, after text not null
);
"""


class KeyHistory:
    """The history in one file. Each call opens and closes it, so several processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as connection:
            connection.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise InputError("key-history", f"{self.path} cannot be used as a key history: {error}") from None

    def observe(self, authority: str, metadata: bytes, keys: bytes, at: float) -> tuple[KeyEvent, ...]:
        """Records what an authority served at a moment; gives the changes since the last observation."""
        after = read_key_set(keys, authority)
        entries = _entries(keys)
        with self._open() as connection:
            connection.execute("begin immediate")
            row = connection.execute(
                "select keys from observation where authority = ? order by at desc, rowid desc limit 1",
                (authority,),
            ).fetchone()
            before = read_key_set(row[0].encode(), authority) if row else KeySet()
            events = compare(before, after, authority, at)
            if row is None or events or row[0].encode() != keys:
                connection.execute(
                    "insert into observation values (?, ?, ?, ?)",
                    (authority, at, metadata.decode("utf-8", "replace"), keys.decode("utf-8", "replace")),
                )
            events += self._across(connection, authority, after, at)
            self._sight(connection, authority, after, entries, at)
            connection.executemany(
                "insert into event values (?, ?, ?, ?, ?, ?)",
                [(one.at, one.authority, one.kind, one.kid, one.before, one.after) for one in events],
            )
            connection.execute("commit")
        return events

    def _across(
        self, connection: sqlite3.Connection, authority: str, after: KeySet, at: float
    ) -> tuple[KeyEvent, ...]:
        """Keys that this authority shares with another under a different issuer, unless already known."""
        others = connection.execute(
            "select authority, keys, max(at) from observation where authority <> ? group by authority",
            (authority,),
        ).fetchall()
        sets = [(authority, after), *((name, read_key_set(text.encode(), name)) for name, text, _ in others)]
        known = set(
            connection.execute("select kid, before, after from event where kind = 'key-under-two-issuers'")
        )
        inside = {one.kid for one in shared_keys([(authority, after)], at)}
        return tuple(
            one
            for one in shared_keys(sets, at)
            if (one.kid, one.before, one.after) not in known and one.kid not in inside
        )

    @staticmethod
    def _sight(
        connection: sqlite3.Connection, authority: str, after: KeySet, entries: Mapping[str, str], at: float
    ) -> None:
        present = [(key.kid, key.fingerprint, key.issuer) for key in after]
        for kid, fingerprint, issuer in present:
            changed = connection.execute(
                "update sighting set last_seen = max(last_seen, ?) where authority = ? and kid = ? and fingerprint = ?"
                " and issuer = ? and gone is null",
                (at, authority, kid, fingerprint, issuer),
            ).rowcount
            if not changed:
                connection.execute(
                    "insert or ignore into sighting values (?, ?, ?, ?, ?, ?, ?, null)",
                    (authority, kid, fingerprint, issuer, entries.get(kid, "{}"), at, at),
                )
        rows = connection.execute(
            "select rowid, kid, fingerprint, issuer from sighting where authority = ? and gone is null",
            (authority,),
        ).fetchall()
        gone = [(at, rowid) for rowid, *rest in rows if tuple(rest) not in present]
        connection.executemany("update sighting set gone = ? where rowid = ?", gone)

    def served(
        self, at: float | None = None, authority: str | None = None, kid: str | None = None
    ) -> list[dict[str, Any]]:
        """Keys served at a moment (or ever), each as its key-set entry with authority, first_seen, last_seen and gone.

        A key counts as served from its first sighting until the observation that no longer had it.
        """
        query = "select authority, entry, first_seen, last_seen, gone from sighting where 1 = 1"
        values: list[Any] = []
        if at is not None:
            query += " and first_seen <= ? and (gone is null or gone > ?)"
            values += [at, at]
        for column, value in (("authority", authority), ("kid", kid)):
            if value is not None:
                query += f" and {column} = ?"
                values.append(value)
        with self._open() as connection:
            rows = connection.execute(query + " order by authority, first_seen, kid", values).fetchall()
        return [
            {
                **json.loads(entry), "authority": name, "first_seen": first, "last_seen": last,
                **({} if gone is None else {"gone": gone}),
            }
            for name, entry, first, last, gone in rows
        ]  # fmt: skip

    def events(self, since: float = 0.0) -> list[KeyEvent]:
        """Every recorded change since a moment."""
        with self._open() as connection:
            rows = connection.execute(
                "select * from event where at >= ? order by at, rowid", (since,)
            ).fetchall()
        return [KeyEvent(*row) for row in rows]

    def latest(self, authority: str) -> tuple[bytes, bytes, float] | None:
        """An authority's last metadata and key set, and when they were last seen to be served; or None."""
        with self._open() as connection:
            row = connection.execute(
                "select metadata, keys, at from observation where authority = ? order by at desc, rowid desc limit 1",
                (authority,),
            ).fetchone()
            seen = connection.execute(
                "select max(last_seen) from sighting where authority = ?", (authority,)
            ).fetchone()
        return None if row is None else (row[0].encode(), row[1].encode(), max(row[2], seen[0] or 0.0))


def _entries(keys: bytes) -> dict[str, str]:
    """Key id → its entry as compact JSON, for giving it back later."""
    document = json.loads(keys.removeprefix(b"\xef\xbb\xbf"))
    listed = document.get("keys", [document]) if isinstance(document, Mapping) else document
    assert isinstance(listed, Sequence)
    return {
        entry["kid"]: json.dumps(entry, separators=(",", ":"))
        for entry in listed
        if isinstance(entry, Mapping) and isinstance(entry.get("kid"), str)
    }
