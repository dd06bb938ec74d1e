"""Stored replies by what was asked: the same call is not paid for twice."""

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from core.models.base import ModelSpec, Reply, Request
from core.models.catalogue import named_base
from core.store.database import Store
from core.store.records import now
from core.store.writer import Row

MOST_NEW = 10_000


@dataclass(frozen=True)
class Key:
    """What names a call: `number` finds the row, `digest` (128 bits) makes sure of it."""

    number: int
    digest: str


def key_of(spec: ModelSpec, request: Request) -> Key:
    """The key of a call: model, endpoint, messages and parameters. The endpoint is "" for the provider's own, so that
    replies outlive its change of address. An epoch is another draw because its seed is another (Plan.asking_in)."""
    body = (
        spec.name,
        named_base(spec),
        [(message.role, message.content) for message in request.messages],
        (request.max_tokens, request.temperature, request.seed, request.options),
        request.schema,
    )
    raw = json.dumps(body, ensure_ascii=True, sort_keys=True).encode()
    digest = hashlib.blake2b(raw, digest_size=16).digest()
    return Key(int.from_bytes(digest[:8], "big") >> 1, digest.hex())


class ReplyCache:
    """The replies of one store. Whether there is one is told from memory (8 bytes a reply); only hits read the file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: npt.NDArray[np.int64] | None = None
        self._new: set[int] = set()

    def holds(self, key: Key) -> bool:
        """Whether there may be a reply, told from memory."""
        return self._has(key.number)

    def find(self, keys: Sequence[Key]) -> dict[str, Reply]:
        """Stored replies by digest. Those not yet durable count as not there."""
        wanted = {key.number: key for key in keys if self._has(key.number)}
        if not wanted:
            return {}
        sql = """
            SELECT digest, text, finish, tokens_in, tokens_out, latency_s, option_probs::VARCHAR, option_mass
            FROM replies WHERE key IN (SELECT unnest(?::BIGINT[]))
        """
        rows = self._store.rows(sql, [list(wanted)])
        asked = {key.digest for key in wanted.values()}
        return {row[0]: _reply(*row[1:]) for row in rows if row[0] in asked}

    def row(self, key: Key, model: str, reply: Reply) -> tuple[str, Row] | None:
        """The row that keeps a reply; None for one that should be asked for again: blocked, or empty."""
        if reply.finish == "filtered" or not (reply.text.strip() or reply.option_probs):
            return None
        self._add(key.number)
        probs = json.dumps(dict(reply.option_probs)) if reply.option_probs else None
        return "replies", {
            "key": key.number,
            "digest": key.digest,
            "model": model,
            "text": reply.text,
            "finish": reply.finish,
            "tokens_in": reply.tokens_in,
            "tokens_out": reply.tokens_out,
            "latency_s": reply.latency_s,
            "option_probs": probs,
            "option_mass": reply.option_mass,
            "stored_at": now(),
        }

    def learn(self, numbers: Iterable[int]) -> None:
        """Replies with these keys were stored by another way."""
        for number in numbers:
            self._add(number)

    def clear(self) -> int:
        """Forget all replies; returns how many there were."""

        def work(con: duckdb.DuckDBPyConnection) -> int:
            found = con.execute("SELECT count(*) FROM replies").fetchone()
            con.execute("DELETE FROM replies")
            return int(found[0]) if found else 0

        with self._lock:
            gone: int = self._store.writer.run(work)
            self._known, self._new = np.empty(0, np.int64), set()
        return gone

    def size(self) -> int:
        """How many replies are stored."""
        return int(self._store.rows("SELECT count(*) FROM replies")[0][0])

    def _add(self, number: int) -> None:
        """A set takes ten times the memory of the sorted array, so it is kept small."""
        self._new.add(number)
        if self._known is not None and len(self._new) > MOST_NEW:
            self._known = np.union1d(self._known, np.fromiter(self._new, np.int64, len(self._new)))
            self._new = set()

    def _has(self, number: int) -> bool:
        if self._known is None:
            with self._lock:
                if self._known is None:
                    with self._store.cursor() as cursor:
                        self._known = cursor.execute("SELECT key FROM replies ORDER BY key").fetchnumpy()["key"]
        known = self._known
        place = int(np.searchsorted(known, number))
        return number in self._new or (place < len(known) and int(known[place]) == number)


def _reply(
    text: str,
    finish: str,
    tokens_in: int | None,
    tokens_out: int | None,
    latency_s: float,
    option_probs: str | None,
    option_mass: float | None,
) -> Reply:
    probs = json.loads(option_probs) if option_probs else None
    return Reply(
        text, "length" if finish == "length" else "stop", tokens_in, tokens_out, latency_s, 0.0, probs, option_mass
    )
