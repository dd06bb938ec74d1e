"""What is known of a run that is written for another tool, and the small things its files need."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from core.items.item import Suite
from core.methods.base import Asking, Method
from core.methods.registry import method_of, methods
from core.store import queries, records
from core.store.database import Store
from core.store.queries import RunHead


@dataclass(frozen=True)
class Source:
    """A run with what its logs are made of. `asked` says whether the words put to the models are known: they are not
    for imported answers, nor when the prompts have changed since."""

    head: RunHead
    suite: Suite
    plan: Mapping[str, Any]

    @cached_property
    def asking(self) -> Asking:
        return Asking(**self.plan.get("asking", {}))

    @cached_property
    def asked(self) -> bool:
        known = self.head.kind != "import" and self.plan.get("method") in methods()
        return known and self.plan.get("prompt_hash") == self.method.prompt_hash

    @property
    def method(self) -> Method:
        return method_of(self.plan["method"])

    @property
    def config(self) -> dict[str, object]:
        """Inspect's GenerateConfig."""
        if not self.asked:
            return {}
        return {"max_tokens": self.asking.max_tokens, "temperature": self.asking.temperature, "seed": self.asking.seed}


def source(store: Store, run_id: str) -> Source:
    """What the store knows of a run; raises UserError when it has none of that id."""
    head = queries.run(store, run_id)
    return Source(head, records.load_suite(store, head.suite_hash), json.loads(head.plan))


def stamp(time: datetime | None) -> str:
    """A time of the store, which is UTC without zone, as Inspect writes it; "" for none."""
    return "" if time is None else time.isoformat(timespec="seconds") + "+00:00"


def short_id(*parts: str) -> str:
    """22 letters that always stand for the same parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:22]


def problem(message: str) -> dict[str, str]:
    """Inspect's EvalError."""
    return {"message": message, "traceback": "", "traceback_ansi": ""}


def own_version() -> str:
    try:
        return version("polycompass")
    except PackageNotFoundError:
        return "not installed"
