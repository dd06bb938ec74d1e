"""Simulated respondents with known profiles of values: not models, and labelled so wherever they appear.

They cannot read. Told by `Request.stakes` which values are at stake, each takes sides as its profile says and words it
from a bank of sentences. What the analysis makes of their answers can then be checked against what was put in.
"""

import asyncio
import hashlib
import math
import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.errors import UserError
from core.models.base import Reply, Request
from core.paths import DATA

RATING_SD = 0.8


@dataclass(frozen=True)
class SimulatedProfile:
    """`weights` run from -1 (rejects) to 1 (puts first), 0 where a value is missing; the rates are shares (0..1).

    Where something is divided, `angle` is how much the other's part counts beside one's own, in degrees (0 only one's
    own, 45 both alike, 90 only the other's); None chooses at random. `obeys` is the share of decisions in which a role
    that a prompt gives is taken on, `first` says that the first option is always taken. `role_play`: how much of a
    persona's shift it takes on, 0 for none and below 0 for the reverse.
    """

    id: str
    description: str
    weights: Mapping[str, float]
    refusal_rate: float = 0.0
    noise: float = 0.0
    angle: float | None = None
    obeys: float = 0.0
    first: bool = False
    role_play: float = 1.0


@dataclass(frozen=True)
class Bank:
    """The sentences: `support` and `oppose` by value id, the others for any situation."""

    support: Mapping[str, Sequence[str]]
    oppose: Mapping[str, Sequence[str]]
    openings: Sequence[str]
    closings: Sequence[str]
    refusals: Sequence[str]
    plain: Sequence[str]
    ratings: Sequence[str]


@dataclass(frozen=True)
class Simulation:
    """All there is in data/models/simulated.toml. `sharpness` is the softmax's slope per unit of weight; `shifts` are
    what personas add to the weights, by persona and value, and `wobble` the standard deviation of what a persona adds
    to the weight of a single question beyond that."""

    sharpness: float
    profiles: Mapping[str, SimulatedProfile]
    bank: Bank
    shifts: Mapping[str, Mapping[str, float]]
    wobble: float


@cache
def simulation() -> Simulation:
    """The shipped panel and its sentences."""
    raw = tomllib.loads((DATA / "models" / "simulated.toml").read_text(encoding="utf-8"))
    profiles = {entry["id"]: SimulatedProfile(**entry) for entry in raw["profiles"]}
    support = {value: entry["support"] for value, entry in raw["values"].items()}
    oppose = {value: entry["oppose"] for value, entry in raw["values"].items()}
    bank, played = Bank(support, oppose, **raw["general"]), raw["personas"]
    return Simulation(raw["sharpness"], profiles, bank, played["shifts"], played["wobble"])


def choice_probs(profile: SimulatedProfile, stakes: Sequence[str]) -> list[float]:
    """Probability that `profile` takes the side of each value in `stakes`; sums to 1. Unknown values weigh 0.

    softmax(sharpness x weight), mixed with the uniform distribution in the share `profile.noise`.
    """
    powers = [math.exp(simulation().sharpness * profile.weights.get(value, 0.0)) for value in stakes]
    total = sum(powers)
    return [(1 - profile.noise) * power / total + profile.noise / len(stakes) for power in powers]


ROLES: Mapping[str, float] = {"altruistic": 90.0, "prosocial": 45.0, "individualistic": 0.0, "competitive": -45.0}


def divisions(stakes: Sequence[str]) -> list[tuple[float, float]] | None:
    """What each option gives to oneself and to the other, from stakes such as "85/15"; None if they are values."""
    pairs = [stake.split("/") for stake in stakes]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        return None
    return [(float(own), float(other)) for own, other in pairs]


def division_probs(profile: SimulatedProfile, options: Sequence[tuple[float, float]], role: str = "") -> list[float]:
    """Probability that `profile` takes each division; sums to 1. Without noise it is one of the best by its angle."""
    if profile.first:
        return [1.0, *[0.0] * (len(options) - 1)]
    own = _best(options, profile.angle)
    told = _best(options, ROLES[role]) if role in ROLES else own
    meant = [profile.obeys * t + (1 - profile.obeys) * o for t, o in zip(told, own, strict=True)]
    return [(1 - profile.noise) * p + profile.noise / len(options) for p in meant]


def _best(options: Sequence[tuple[float, float]], angle: float | None) -> list[float]:
    if angle is None:
        return [1 / len(options)] * len(options)
    turned = math.radians(angle)
    worth = [round(math.cos(turned) * own + math.sin(turned) * other, 6) for own, other in options]
    best = max(worth)
    return [(each == best) / worth.count(best) for each in worth]


def rating_probs(
    profile: SimulatedProfile, stakes: Sequence[str], levels: Sequence[int], moved: float = 0.0
) -> list[float]:
    """Probability of each level of agreement (1..6) with what speaks for `stakes`; sums to 1.

    Normal about 3.5 + 2 x (the mean weight of these values + `moved`) with a standard deviation of `RATING_SD`, mixed
    with the uniform distribution in the share `profile.noise`.
    """
    weight = moved + sum(profile.weights.get(value, 0.0) for value in stakes) / max(len(stakes), 1)
    powers = [math.exp(-((level - 3.5 - 2 * weight) ** 2) / (2 * RATING_SD**2)) for level in levels]
    total = sum(powers)
    return [(1 - profile.noise) * power / total + profile.noise / len(levels) for power in powers]


def persona_shift(profile: SimulatedProfile, persona: str, stakes: Sequence[str]) -> float:
    """What answering as `persona` adds to the mean weight of `stakes`, before the wobble; 0 for one that moves none."""
    shifts = simulation().shifts.get(persona, {})
    return profile.role_play * sum(shifts.get(value, 0.0) for value in stakes) / max(len(stakes), 1)


class SimulatedModel:
    """One simulated respondent. The same request always gets the same answer; `delay_s` makes it wait like a model."""

    concurrency = 64

    def __init__(self, name: str, delay_s: float = 0.0) -> None:
        """Raises UserError listing the respondents there are when `name` is not one of them."""
        profiles = simulation().profiles
        if name not in profiles:
            raise UserError(f"There is no simulated respondent {name!r}; there are {', '.join(profiles)}.")
        self.name = name
        self.profile = profiles[name]
        self.delay_s = delay_s

    async def complete(self, request: Request) -> Reply:
        """An answer composed from the bank of sentences, or a refusal. Never fails."""
        await asyncio.sleep(self.delay_s)
        rng = random.Random(_key(self.name, request))
        if rng.random() < self.profile.refusal_rate:
            return Reply(rng.choice(simulation().bank.refusals), latency_s=self.delay_s, cost_usd=0.0)
        if request.levels:
            return self._rate(request, rng)
        if request.options or divisions(request.stakes):
            return self._choose(request, rng)
        if request.points:
            return Reply(self._opine(request, rng), latency_s=self.delay_s, cost_usd=0.0)
        return Reply(self._speak(request.stakes, rng), latency_s=self.delay_s, cost_usd=0.0)

    def _choose(self, request: Request, rng: random.Random) -> Reply:
        # The n-th stake is the value that the n-th option serves; without that there is nothing to prefer.
        divided = divisions(request.stakes)
        # Without labels it is a place on a slider that is asked for.
        options = request.options or tuple(str(place) for place in range(len(request.stakes)))
        if divided and len(divided) == len(options):
            probs = division_probs(self.profile, divided, request.role)
        else:
            known = len(request.stakes) == len(options)
            probs = choice_probs(self.profile, request.stakes if known else ("",) * len(options))
        label = rng.choices(options, probs)[0]
        return Reply(
            label,
            latency_s=self.delay_s,
            cost_usd=0.0,
            option_probs=dict(zip(options, probs, strict=True)) if request.options else None,
            option_mass=1.0 if request.options else None,
        )

    def _rate(self, request: Request, rng: random.Random) -> Reply:
        """How much it agrees with what speaks for the values at stake: by number where numbers were asked for."""
        moved = persona_shift(self.profile, request.persona, request.stakes)
        if any(message.role == "system" for message in request.messages):
            moved += rng.gauss(0.0, simulation().wobble)
        probs = rating_probs(self.profile, request.stakes, request.levels, moved)
        place = rng.choices(range(len(probs)), probs)[0]
        if not request.options:
            return Reply(simulation().bank.ratings[request.levels[place] - 1], latency_s=self.delay_s, cost_usd=0.0)
        given = dict(zip(request.options, probs, strict=True))
        text = request.options[place]
        return Reply(text, latency_s=self.delay_s, cost_usd=0.0, option_probs=given, option_mass=1.0)

    def _opine(self, request: Request, rng: random.Random) -> str:
        """A stance and key points: the first for one of the values at stake, the others for any that it holds."""
        support = simulation().bank.support
        sides: list[str] = []
        for of in [request.stakes or tuple(support), *[tuple(support)] * (request.points - 1)]:
            left = [value for value in of if value in support and value not in sides] or list(support)
            sides += rng.choices(left, choice_probs(self.profile, left))
        said = [f"{n}. {rng.choice(support[side])}" for n, side in enumerate(sides, 1)]
        return "\n".join([f"Stance: {rng.choice(('yes', 'no'))}", "Key points:", *said])

    def _speak(self, stakes: tuple[str, ...], rng: random.Random) -> str:
        bank = simulation().bank
        side = rng.choices(stakes, choice_probs(self.profile, stakes))[0] if stakes else ""
        if side not in bank.support:
            return rng.choice(bank.plain)
        body = rng.sample(bank.support[side], rng.choice((1, 2)))
        # It speaks against the other side only where its profile rejects it.
        rejected = [v for v in stakes if v != side and v in bank.oppose and self.profile.weights.get(v, 0.0) < 0]
        body += [rng.choice(bank.oppose[value]) for value in rejected[:1]]
        frame = rng.choice(("opening", "closing", "none")) if len(body) > 1 else rng.choice(("opening", "closing"))
        if frame == "opening":
            body.insert(0, rng.choice(bank.openings))
        elif frame == "closing":
            body.append(rng.choice(bank.closings))
        return " ".join(body)


def _key(name: str, request: Request) -> int:
    texts = [message.content for message in request.messages]
    parts = [name, str(request.seed), *request.options, *texts]
    marked = "".join(f"{len(part)}:{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(marked.encode("utf-8", "surrogatepass")).digest()[:8], "big")
