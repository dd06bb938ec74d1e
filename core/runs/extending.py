"""A run's plan can grow: more items, epochs, wordings, probes or models, and never change otherwise."""

from core.errors import UserError
from core.runs.plan import Plan


def check_extension(old: Plan, new: Plan) -> None:
    """Raises UserError naming the first thing in which `new` is not `old` with more of it. What stays the same keeps
    its trials' ids, so nothing is asked again."""
    same = {
        "the method": (old.method, new.method),
        "the prompts": (old.prompt_hash, new.prompt_hash),
        "the parameters of the calls": (old.asking, new.asking),
        "the recogniser": ((old.recogniser, old.judge_base), (new.recogniser, new.judge_base)),
        "the value system": (old.suite.system, new.suite.system),
    }
    for what, (before, after) in same.items():
        if before != after:
            raise UserError(f"A run that is extended keeps {what}: it was {before!r}, not {after!r}. {_FORK}")
    known = {item.id: item for item in new.suite.items}
    for item in old.suite.items:
        if known.get(item.id) != item:
            said = "is missing from" if item.id not in known else "has other words or options in"
            raise UserError(f"The item {item.id!r} {said} the larger suite. {_FORK}")
    specs = {spec.name: spec for spec in new.models}
    for spec in old.models:
        if specs.get(spec.name) != spec:
            raise UserError(f"The model {spec.name} is missing from the larger plan, or has another address. {_FORK}")
    if gone := set(old.variations) - set(new.variations):
        raise UserError(f"The wording {min(gone)} is missing from the larger plan. {_FORK}")
    if new.epochs < old.epochs:
        raise UserError(f"The run has {old.epochs} epochs; an extension cannot have {new.epochs}. {_FORK}")
    if lost := {item.id for item in old.probe_items} - {item.id for item in new.probe_items}:
        raise UserError(f"The closed question about {min(lost)!r} is missing from the larger plan. {_FORK}")


_FORK = "Fork the run instead: what the two plans share comes from stored replies."
