"""`polycompass models`, `test-model`, `suites` and `app`: what there is to work with."""

import argparse
import asyncio
import os
import sys

from core.cli.opening import store_path, stored
from core.cli.output import UNKNOWN, complain, say, say_table
from core.errors import UserError
from core.items.shipped import shipped_suites, starter
from core.models.base import ModelSpec
from core.models.catalogue import key_status, provider_of, search
from core.models.probe import test_model as probe
from core.models.registry import check_spec
from core.paths import ROOT
from core.store import queries
from core.store.faults import ENVIRONMENT


def models(args: argparse.Namespace) -> int:
    """The catalogue's models that hold every word of the query."""
    query = " ".join(args.query)
    rows = [(entry.name, entry.label, key_words(entry.name), entry.note) for entry in search(query)]
    if rows:
        say_table(("name", "model", "key", ""), rows)
    else:
        say(f"Nothing in the list holds {query!r}. Any LiteLLM name works too: polycompass test-model NAME")
    return 0


def key_words(name: str) -> str:
    """Whether the key that a model needs is set; never the key."""
    provider, status = provider_of(name), key_status(name)
    if status.variable is None or provider is None:
        return "no key needed"
    if status.present:
        return "key set"
    return f"key {'optional' if provider.key_optional else 'missing'}: {status.variable}"


def test_model(args: argparse.Namespace) -> int:
    """One call, with what it took or why it failed."""
    spec = ModelSpec(args.name, args.api_base)
    check_spec(spec)
    found = asyncio.run(probe(spec))
    if not found.ok:
        complain(f"{spec.name} failed after {found.latency_s:.2f} s ({found.kind}): {found.error}")
        return 1
    tokens_in, tokens_out = (UNKNOWN if n is None else n for n in (found.tokens_in, found.tokens_out))
    say(f"{spec.name} answered in {found.latency_s:.2f} s, tokens: {tokens_in} in, {tokens_out} out")
    say(f"It said: {found.text.strip() or '(nothing)'}")
    return 0


def suites(args: argparse.Namespace) -> int:
    """Shipped suites by name, stored ones by hash: what --suite takes."""
    rows: list[tuple[object, ...]] = []
    for suite in shipped_suites().values():
        kinds = [suite, starter(suite)] if any(item.starter for item in suite.items) else [suite]
        rows += [(each.id, each.name, each.system, len(each.items), "shipped") for each in kinds]
    if store_path(args).exists():
        with stored(args) as store:
            known = {each.suite_hash: each.system for each in queries.runs(store)}
            rows += [(key, name, known.get(key, UNKNOWN), n, "stored") for key, _, name, n in queries.own_suites(store)]
    say_table(("suite", "name", "value system", "items", "from"), rows)
    return 0


def app(args: argparse.Namespace) -> int:
    """The dashboard in this process's place."""
    if not (ROOT / "app.py").is_file():
        raise UserError(f"There is no app.py in {ROOT}: start the dashboard from a full copy of the project.")
    os.environ[ENVIRONMENT] = str(store_path(args).resolve())
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execvp(sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py"])
