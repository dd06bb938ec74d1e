"""In what two runs differ: everything that was set, not what came out."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from core.items.item import Item, Suite
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.manager import load_plan, stored_limits
from core.runs.plan import Plan
from core.store import queries
from core.store.database import Store
from core.store.queries import RunHead


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same, in words; "" where a run has nothing of the kind. `answers` says whether it
    bears on what is asked or how it is read: limits, names and versions need not."""

    field: str
    left: str
    right: str
    answers: bool = True


def differences(store: Store, left: str, right: str) -> list[Difference]:
    """How the settings of two runs differ, those that bear on the answers first: plan, prompts, suite items, then
    versions, limits and names. Empty where all is the same. Raises UserError when the store lacks a run."""
    (head_a, plan_a, limits_a), (head_b, plan_b, limits_b) = _read(store, left), _read(store, right)
    return [
        *_unequal(_asked(plan_a, head_a.recogniser), _asked(plan_b, head_b.recogniser)),
        *_unequal(_models(plan_a), _models(plan_b)),
        *_items(plan_a.suite, plan_b.suite),
        *_unequal(_beside(plan_a, limits_a, head_a.kind), _beside(plan_b, limits_b, head_b.kind), answers=False),
    ]


def _read(store: Store, run_id: str) -> tuple[RunHead, Plan, Limits]:
    return queries.run(store, run_id), load_plan(store, run_id), stored_limits(store, run_id)


def _asked(plan: Plan, recogniser: str) -> dict[str, str]:
    """The settings that bear on the answers, but for the models and the items."""
    return {
        "method": plan.method,
        "prompts": plan.prompt_hash,
        "value system": plan.suite.system,
        "wordings": ", ".join(plan.variations),
        "epochs": str(plan.epochs),
        "order probes": str(len(plan.probe_items)),
        "recogniser": recogniser,
        "judge's address": plan.judge_base or "",
        "longest answer": f"{plan.asking.max_tokens} tokens",
        "temperature": f"{plan.asking.temperature:g}",
        "seed": str(plan.asking.seed),
    }


def _beside(plan: Plan, limits: Limits, kind: str) -> dict[str, str]:
    """The settings that need not bear on the answers."""
    return {
        "name": plan.name,
        "kind": kind,
        "suite's name": plan.suite.name,
        **{f"version of {package}": number for package, number in sorted(plan.versions.items())},
        **{f"limit {name}": "none" if most is None else str(most) for name, most in asdict(limits).items()},
    }


def _unequal(left: Mapping[str, str], right: Mapping[str, str], answers: bool = True) -> Iterator[Difference]:
    for field in dict.fromkeys([*left, *right]):
        if left.get(field) != right.get(field):
            yield Difference(field, left.get(field, ""), right.get(field, ""), answers)


def _models(plan: Plan) -> dict[str, str]:
    return {f"model {spec.name}": _reached(spec) for spec in plan.models}


def _reached(spec: ModelSpec) -> str:
    where = f"at {spec.api_base}" if spec.api_base else "at its usual address"
    return f"{where}, through {spec.via}" if spec.via else where


def _items(left: Suite, right: Suite) -> Iterator[Difference]:
    """Scenarios that only one run has, then each field in which those of the same id differ."""
    if left.hash == right.hash:
        return
    (alone_a, shared_a), (alone_b, shared_b) = _split(left, right), _split(right, left)
    if alone_a or alone_b:
        yield Difference("scenarios of one only", ", ".join(alone_a), ", ".join(alone_b))
    if shared_a != shared_b:
        yield Difference("order of the scenarios", ", ".join(shared_a), ", ".join(shared_b))
    for name in shared_a:
        yield from _unequal(_cells(left.by_id[name]), _cells(right.by_id[name]))


def _split(suite: Suite, other: Suite) -> tuple[list[str], list[str]]:
    """The ids of the items that `other` lacks, and of those it has too."""
    names = [item.id for item in suite.items]
    return [name for name in names if name not in other.by_id], [name for name in names if name in other.by_id]


def _cells(item: Item) -> dict[str, str]:
    options = " / ".join(f"{option.text} ({option.value})" for option in item.options)
    cells = {
        "text": item.text,
        "values": ", ".join(item.values),
        "domain": item.domain,
        "region": item.region,
        "options": options,
        "starter": "yes" if item.starter else "no",
    }
    return {f"scenario {item.id}: {name}": cell for name, cell in cells.items()}
