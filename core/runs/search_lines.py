"""The lines to the models that a search, or a sitting of its pool, asks; with its budget, and why it must end."""

import threading

from core.methods.adaem.panel import Member
from core.methods.adaem.prompts import prompts
from core.models.base import ModelSpec
from core.models.registry import open_model
from core.recognition.base import Recogniser
from core.recognition.judge import JudgeRecogniser
from core.recognition.minilm import offline_reader
from core.runs.budget import Budget, Spent
from core.runs.limits import Limits
from core.runs.lines import LOCAL, Line, Setting
from core.runs.manager import RunManager
from core.runs.pacing import Brake, Gate
from core.runs.plan import JUDGE
from core.runs.search_plan import MemberSpec
from core.store import ledger
from core.values.system import system


class SearchLines:
    """One line a model and role, opened when it is first needed."""

    def __init__(self, manager: RunManager, name: str, limits: Limits, session: int, stop: threading.Event) -> None:
        self._manager, self._store, self._limits, self._stop = manager, manager.store, limits, stop
        self.budget = Budget(limits, Spent(*ledger.spent(self._store, name)))
        self.brake = Brake(self._halted)
        self._setting = Setting(name, session, self.budget, self.brake, self._store.writer)
        self._lines: dict[tuple[ModelSpec, str], Line] = {}

    def line(self, spec: ModelSpec, role: str) -> Line:
        """The line to a model in a role of the ledger: "model", "judge", "author"."""
        if (spec, role) not in self._lines:
            model = open_model(spec, concurrency=self._limits.at_once, timeout_s=self._limits.timeout_s)
            provider = self._manager.providers.of(spec, self._limits)
            cache = self._manager.cache if self._limits.cache or spec.name.startswith(LOCAL) else None
            gate = Gate(model.concurrency)
            self._lines[spec, role] = Line(model, spec, role, provider, gate, self._setting, cache)
        return self._lines[spec, role]

    def member(self, spec: MemberSpec) -> Member:
        """Somebody who gives opinions."""
        role = prompts().personas[spec.role]
        return Member(spec.name, self.line(spec.model, "model"), role, spec.temperature, spec.max_tokens)

    def recogniser(self, name: str, judge_base: str | None, values: str) -> Recogniser:
        """Who reads values in them; `name` as in core.runs.plan."""
        if not name.startswith(JUDGE):
            return offline_reader(name)
        spec = ModelSpec(name.removeprefix(JUDGE).strip(), judge_base)
        return JudgeRecogniser(self.line(spec, "judge"), system(values))

    def left(self) -> str:
        """Why a model is asked no more; "" while all are."""
        return " ".join(dict.fromkeys(line.left for line in self._lines.values() if line.left))

    def ending(self) -> tuple[str, str]:
        """The state in which what was carried out has ended, and the sentence that says why."""
        if self._store.writer.failure:
            return "failed", self._store.writer.failure
        if left := self.left():
            return "incomplete", left
        if self.budget.reached:
            return "stopped", self.budget.reached
        return ("stopped", "") if self._stop.is_set() else ("done", "")

    def _halted(self) -> bool:
        failed = bool(self._store.writer.failure or self.budget.reached or self.left())
        return self._stop.is_set() or failed or self.budget.over_time()
