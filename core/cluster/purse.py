"""The limits of a run over its shards."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.runs.budget import Spent
from core.runs.limits import Limits

# Each limit that is shared out, and what counts towards it (in the order of Spent).
_FIELDS = {"max_calls": "calls", "max_tokens": "tokens", "max_cost_usd": "cost_usd"}


class Purse:
    """Lends each shard a share of what is left, and takes back what it did not use.

    A limit is hard because each share is: a worker reserves the most that a call can take within its shard's share, and
    all shares that are out together with what is spent never exceed the limit. The most calls at once are divided by
    the number of places.
    """

    def __init__(self, limits: Callable[[], Limits], spent: Callable[[], Spent]) -> None:
        """`limits` are the run's, as they are now; `spent` is what it has spent as far as workers have told."""
        self._limits, self._told = limits, spent
        self._before, self._began = spent().seconds, time.monotonic()
        self._lent: dict[str, Spent] = {}

    def spent(self) -> Spent:
        """By the clock of this machine, as several workers' seconds are the same ones."""
        return replace(self._told(), seconds=self._before + time.monotonic() - self._began)

    def lend(self, shard: str, places: int) -> Limits | None:
        """The shard's share, of at most `places` shares that are out; None when there is nothing left to share."""
        limits, gone = self._limits(), self.spent()
        for lent in self._lent.values():
            gone = gone.plus(lent)  # what was told of a share counts twice until the shard has ended: never too little
        hands = max(1, places - len(self._lent))
        shares: dict[str, Any] = {}
        for field, used in _FIELDS.items():
            most = getattr(limits, field)
            if most is not None:
                free = most - getattr(gone, used)
                if free <= 0:
                    return None
                shares[field] = max(1, free // hands) if isinstance(most, int) else free / hands
        if limits.max_seconds is not None:
            if limits.max_seconds <= gone.seconds:
                return None
            shares["max_seconds"] = limits.max_seconds - gone.seconds  # time passes for all at once
        self._lent[shard] = Spent(*(shares.get(field, 0) for field in _FIELDS))
        rates = {rate: max(1, getattr(limits, rate) // places) for rate in ("at_once", "provider_at_once")}
        return replace(limits, **shares, **rates)

    def give_back(self, shard: str) -> None:
        """The shard has ended, and all it spent is told."""
        self._lent.pop(shard, None)
