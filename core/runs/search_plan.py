"""A plan for a search: seeds, settings, who writes, who answers, who reads. Once stored it never changes."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import UserError
from core.methods.adaem.parts import Seed
from core.methods.adaem.prompts import prompts
from core.methods.adaem.search import Settings, answers_at_most, written_at_most
from core.models.base import ModelSpec
from core.models.embedded import NAMES
from core.models.registry import check_spec
from core.runs.plan import JUDGE, LEXICON, OFFLINE
from core.values.system import SCHWARTZ, systems

MOST_MEMBERS = 32
EMBEDDED_TOKENS = 90


@dataclass(frozen=True)
class MemberSpec:
    """A model of the panel, in one of the roles of data/prompts/adaem.toml, or as it is ("plain")."""

    model: ModelSpec
    role: str = "plain"
    temperature: float = 1.0
    max_tokens: int = 400

    @property
    def name(self) -> str:
        """How it is told from the others; another role of the same model is no other model, so the role is named."""
        return self.model.name if self.role == "plain" else f"{self.model.name} as {self.role}"


@dataclass(frozen=True)
class SearchPlan:
    """`author` writes the questions, the grammar if None. `panel` scores them; `panel` and `further` together confirm
    the best. `recogniser` as in core.runs.plan."""

    name: str
    seeds: tuple[Seed, ...]
    panel: tuple[MemberSpec, ...]
    further: tuple[MemberSpec, ...] = ()
    settings: Settings = field(default_factory=Settings)
    author: ModelSpec | None = None
    recogniser: str = LEXICON
    judge_base: str | None = None
    system: str = SCHWARTZ
    prompt_hash: str = ""

    @property
    def jury(self) -> tuple[MemberSpec, ...]:
        """Who confirms."""
        return (*self.panel, *self.further)

    @property
    def personas(self) -> bool:
        """Whether all answers come from one model in several roles, which are no different models."""
        return len({member.model for member in self.jury}) == 1

    @property
    def answers_at_most(self) -> int:
        """The most answers that are asked for."""
        values = len(systems()[self.system].ids)
        return answers_at_most(self.settings, len(self.seeds), len(self.panel), len(self.jury), values)

    @property
    def calls_at_most(self) -> int:
        """The most calls, judges' and the author's included: two to refine a question, one to explore or reword."""
        settings = self.settings
        answers = self.answers_at_most
        written = written_at_most(settings, len(systems()[self.system].ids))
        authored = written * (1 + 2 * settings.refinements) + settings.shortlist if self.author else 0
        judged = answers + len(self.seeds) + written * (1 + settings.refinements)
        return answers + authored + (judged if self.recogniser.startswith(JUDGE) else 0)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def search_plan_from_json(text: str) -> SearchPlan:
    """The plan that `to_json` wrote."""
    raw: dict[str, Any] = json.loads(text)
    author = raw["author"]
    return SearchPlan(
        **raw
        | {
            "seeds": tuple(Seed(**seed | {"values": tuple(seed["values"])}) for seed in raw["seeds"]),
            "panel": _members(raw["panel"]),
            "further": _members(raw["further"]),
            "settings": Settings(**raw["settings"]),
            "author": ModelSpec(**author) if author else None,
        }
    )


def _members(raw: Sequence[dict[str, Any]]) -> tuple[MemberSpec, ...]:
    return tuple(MemberSpec(**one | {"model": ModelSpec(**one["model"])}) for one in raw)


def check_search(plan: SearchPlan) -> SearchPlan:
    """The plan, stamped with the prompts' hash; raises UserError when it cannot be carried out."""
    names = [member.name for member in plan.jury]
    if len(plan.panel) < 2:
        raise UserError("A panel needs two members or more, for it is their differences that are looked for.")
    if len(names) > MOST_MEMBERS:
        raise UserError(f"The panels have {len(names)} members; {MOST_MEMBERS} are the most.")
    if twice := {name for name in names if names.count(name) > 1}:
        raise UserError(f"{min(twice)} sits on the panels twice.")
    if unknown := {member.role for member in plan.jury} - set(prompts().personas):
        raise UserError(f"There is no role {min(unknown)!r}; there are {', '.join(prompts().personas)}.")
    if len(plan.seeds) < 2:
        raise UserError("A search needs two questions or more to start from.")
    if plan.system not in systems():
        raise UserError(f"There is no value system {plan.system!r}; there are {', '.join(systems())}.")
    if plan.recogniser not in OFFLINE and not plan.recogniser.removeprefix(JUDGE).strip():
        raise UserError("Somebody must read values in the answers: name an offline recogniser or a judge.")
    if plan.system != SCHWARTZ and (plan.recogniser in OFFLINE or plan.author is None):
        raise UserError("Offline only Schwartz's ten values are read and written about: name a judge and an author.")
    _check_settings(plan.settings)
    for spec in (*(member.model for member in plan.jury), *((plan.author,) if plan.author else ())):
        check_spec(spec)
        if spec.name.startswith("simulated/"):
            raise UserError(f"{spec.name} cannot read, so it has no opinion on a question. Choose a model.")
    return SearchPlan(**{**vars(plan), "prompt_hash": prompts().hash})


def _check_settings(settings: Settings) -> None:
    ranges = {
        "arms": (2, 500), "pulls": (1, 5000), "width": (1, 20), "refinements": (0, 10), "shortlist": (1, 1000),
        "wordings": (2, 10), "permutations": (19, 9999), "pull_cap": (1, 1000), "topic_cap": (1, 1000),
        "per_pair": (0, 50),
    }  # fmt: skip
    for name, (low, high) in ranges.items():
        if not low <= getattr(settings, name) <= high:
            raise UserError(f"{name} must lie between {low} and {high}, got {getattr(settings, name)}.")
    if not 0 <= settings.quota <= 0.2:
        raise UserError(f"A value's share of the shortlist must lie between 0 and 0.2, got {settings.quota}.")
    if not 0 < settings.level < 1:
        raise UserError(f"The level of confirmation must lie between 0 and 1, got {settings.level}.")


def quick_plan(seeds: Sequence[Seed], name: str = "Quick search with the embedded model") -> SearchPlan:
    """A search that needs no key and no network: one embedded model in several roles, the grammar, the token table."""
    spec = ModelSpec(next(iter(NAMES)))
    roles = [role for role in prompts().personas if role != "plain"]
    members = [MemberSpec(spec, role, 0.7, EMBEDDED_TOKENS) for role in roles]
    settings = Settings(arms=8, pulls=8, width=2, refinements=1, shortlist=6, permutations=199)
    return SearchPlan(name, tuple(seeds), tuple(members[:3]), tuple(members[3:4]), settings)
