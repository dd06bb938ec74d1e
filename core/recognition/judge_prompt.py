"""The messages a judge gets: a constant codebook first, the answer fenced in last."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from core.errors import UserError
from core.models.base import Message
from core.paths import DATA
from core.values.system import ValueSystem

PROMPT_FILE = DATA / "prompts" / "judge.toml"
MASK = (
    "_"  # as long as the name, so that offsets hold; `quotes.normalise` drops it, so that miscounted marks don't matter
)


@dataclass(frozen=True)
class Example:
    """A worked coding. `readings` are the raw readings that are not neutral; `values` all ids of its codebook."""

    question: str
    answer: str
    values: tuple[str, ...]
    readings: tuple[Mapping[str, Any], ...]

    @property
    def reply(self) -> str:
        """The judge's reply in full, values in canonical order, without blanks: judges that do likewise cost less."""
        given = {reading["value"]: reading for reading in self.readings}
        readings = [given.get(value) or _neutral(value) for value in self.values]
        return json.dumps({"refusal": False, "readings": readings}, separators=(",", ":"))


@dataclass(frozen=True)
class Guide:
    """What the prompt file adds for one value system: rules for close calls, and examples with a note on them."""

    borderlines: tuple[str, ...]
    examples: tuple[Example, ...]
    note: str = ""


@dataclass(frozen=True)
class PromptText:
    """The prompt file, read. `digest` is the SHA-256 of its text; `names`, `greeting` and `farewell` find what a judge
    is not shown of an answer; `raw` holds the parts that hang on the system."""

    digest: str
    instructions: str
    task: Template
    repair: Template
    names: re.Pattern[str]
    greeting: re.Pattern[str]
    farewell: re.Pattern[str]
    raw: Mapping[str, Any]

    def guide(self, system: ValueSystem) -> Guide:
        """The guide for `system`; a system without examples of its own gets the generic ones."""
        own = self.raw.get("systems", {}).get(system.id, {})
        borderlines = tuple(own.get("borderlines", ()))
        if "examples" in own:
            return Guide(borderlines, _examples(own["examples"], system.ids))
        generic = self.raw["generic"]
        return Guide(borderlines, _examples(generic["examples"], generic["values"]), generic["note"])


@dataclass(frozen=True)
class Fence:
    """The pair of marker lines around a text. `code` is a hash over that text: its author cannot know it while
    writing, yet the same text always gets the same one, so that replies can be cached."""

    label: str
    code: str

    @property
    def opening(self) -> str:
        return f"[[{self.label} {self.code}]]"

    @property
    def closing(self) -> str:
        return f"[[end of {self.label} {self.code}]]"

    def around(self, text: str) -> str:
        return f"{self.opening}\n{text}\n{self.closing}"


@cache
def prompt_text(path: Path = PROMPT_FILE) -> PromptText:
    """The prompt in `path`; raises UserError naming the file and field when it cannot be used."""
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
        names = _name_pattern(raw["mask"]["names"], raw["mask"]["makers"], raw["mask"]["tiers"])
        task, repair = Template(raw["task"].strip()), Template(raw["repair"].strip())
        courtesies = raw["courtesies"]
        greeting = re.compile(rf"\s*(?:{'|'.join(courtesies['first'])})\s*", re.IGNORECASE)
        farewell = re.compile(rf"(?:(?<=[.!?:)*_])|(?<=\n))\s*(?:{'|'.join(courtesies['last'])})\s*\Z", re.IGNORECASE)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return PromptText(digest, raw["instructions"].strip(), task, repair, names, greeting, farewell, raw)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.name} is not a readable TOML file ({error}).") from error
    except re.error as error:
        raise UserError(f"{path.name}: one of the courtesies is no regular expression ({error}).") from error
    except KeyError as error:
        raise UserError(f"{path.name}: the field {error} is missing.") from error


def codebook(text: PromptText, system: ValueSystem) -> str:
    """The judge's standing orders for `system`: the same for every answer, so that providers can cache them."""
    guide = text.guide(system)
    values = [f"- {value.id} ({value.name}): {value.definition}" for value in system.values]
    parts = [text.instructions, "\n".join([f"Codebook: {system.name}", system.description, *values])]
    if guide.borderlines:
        parts.append("\n".join(["Close calls", *(f"- {rule}" for rule in guide.borderlines)]))
    parts.append("Examples" + (f"\n{guide.note}" if guide.note else ""))
    parts += [f"Question: {one.question}\nAnswer: {one.answer}\nReply: {one.reply}" for one in guide.examples]
    return "\n\n".join(parts)


def task(text: PromptText, question: str, masked: str, order: Sequence[str], code: str) -> Message:
    """The judge's orders for one answer: the values in `order`, the question and the masked answer, each fenced."""
    content = text.task.substitute(
        order=", ".join(order),
        count=len(order),
        question=Fence("question", code).around(question),
        answer=Fence("answer", code).around(masked),
    )
    return Message("user", content)


def repair(text: PromptText, error: str, count: int) -> Message:
    """The second and last request, after a reply that could not be read."""
    return Message("user", text.repair.substitute(error=error, count=count))


def mask_names(text: PromptText, answer: str) -> str:
    """`answer` with models' and makers' names blanked out, exactly as long as before."""
    return text.names.sub(lambda match: MASK * len(match.group()), answer)


def answer_code(question: str, answer: str, judge: str, turn: int) -> str:
    """32 hex digits that depend on all of the answer: the fence's code, and the seed of the order of values."""
    text = json.dumps([question, answer, judge, turn])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def shuffled(values: Sequence[str], code: str) -> tuple[str, ...]:
    """`values` in an order that only `code` decides."""
    return tuple(sorted(values, key=lambda value: hashlib.sha256(f"{code} {value}".encode()).digest()))


def _name_pattern(names: Sequence[str], makers: Sequence[str], tiers: Sequence[str]) -> re.Pattern[str]:
    """A model's or maker's name with the version and tier after it ("GPT-4o-mini")."""
    name, maker, tier = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (names, makers, tiers)
    )
    version = rf"(?:[ -]?v?\d+(?:\.\d+)*[a-z]*\b|[ -](?i:{tier})\b)*"
    return re.compile(rf"(?<!\w)(?:(?:{name})(?![a-z]){version}|(?<=\b[bB]y )(?:{maker})\b)")


def _examples(raw: Sequence[Mapping[str, Any]], values: Sequence[str]) -> tuple[Example, ...]:
    return tuple(Example(one["question"], one["answer"], tuple(values), tuple(one.get("readings", ()))) for one in raw)


def _neutral(value: str) -> dict[str, object]:
    return {
        "value": value,
        "evidence": [],
        "rationale": "",
        "stance": "neutral",
        "intensity": 0,
        "confidence": "high",
    }
