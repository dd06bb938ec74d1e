"""The words of data/prompts/adaem.toml, filled in."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from core.models.base import Message, Request
from core.paths import DATA

POINTS = 3  # opinions an answer gives
WORDS = 250  # an answer's most words
QUESTION_WORDS = 25


@dataclass(frozen=True)
class Prompts:
    """All templates by name, and the first 12 hex digits of their file's SHA-256."""

    templates: Mapping[str, Any]
    hash: str

    @property
    def personas(self) -> Mapping[str, str]:
        """The roles in which one model can be asked, by name."""
        return dict(self.templates["personas"])

    def request(
        self, name: str, max_tokens: int, temperature: float = 0.0, seed: int = 0, role: str = "", **filled: object
    ) -> Request:
        """The call of one template; a `role` stands before its instructions."""
        template = self.templates[name]
        system = " ".join(part for part in (role, template["system"]) if part)
        question = template["question"].strip().format(**filled)
        return Request((Message("system", system), Message("user", question)), max_tokens, temperature, seed)

    def opinion(
        self, question: str, max_tokens: int, temperature: float = 0.0, seed: int = 0, role: str = ""
    ) -> Request:
        """The call that asks for a stance on a question and its key points."""
        asked = self.request(
            *("opinion", max_tokens, temperature, seed, role), question=question, points=POINTS, words=WORDS
        )
        return replace(asked, points=POINTS)


@cache
def prompts() -> Prompts:
    """The shipped ones."""
    raw = (DATA / "prompts" / "adaem.toml").read_bytes()
    return Prompts(tomllib.loads(raw.decode()), hashlib.sha256(raw).hexdigest()[:12])
