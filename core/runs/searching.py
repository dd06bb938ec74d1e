"""Searches for questions in the background of one process: start, stop, resume, and what is going on.

To resume is to search again from the start with the same seed: what was asked is among the stored replies, so the
search comes to where it was without a call, and goes on. Its rows replace themselves.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from core.errors import UserError
from core.methods.adaem.author import ModelAuthor
from core.methods.adaem.grammar import GrammarAuthor
from core.methods.adaem.panel import Answer, ModelPanel
from core.methods.adaem.parts import Author, Question
from core.methods.adaem.prompts import prompts
from core.methods.adaem.search import Search
from core.methods.adaem.similarity import Known
from core.models.base import ModelSpec
from core.runs.budget import check_priced
from core.runs.limits import Limits, check_limits
from core.runs.manager import RunManager, new_run_id
from core.runs.pacing import Halt
from core.runs.plan import JUDGE
from core.runs.search_lines import SearchLines
from core.runs.search_plan import SearchPlan, check_search, search_plan_from_json
from core.store import searches, sittings
from core.values.system import system

log = logging.getLogger(__name__)


class Searches:
    """The searches of one store. They run on the loop of its run manager, and share its providers and its replies."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._stops: dict[str, threading.Event] = {}
        self._futures: dict[str, Future[None]] = {}
        searches.SESSIONS.interrupt_stale(manager.store)
        sittings.SESSIONS.interrupt_stale(manager.store)

    def start(self, plan: SearchPlan, limits: Limits | None = None) -> str:
        """Store the plan as a new search and start it; returns its id. Raises UserError, with nothing stored, when the
        plan or a limit is wrong."""
        plan, limits = check_search(plan), check_limits(limits or Limits())
        check_priced(limits, specs_of(plan))
        search_id = new_run_id()
        searches.create(self._manager.store, search_id, plan.name, plan.to_json(), limits.to_json())
        self._launch(search_id, plan, limits, 1)
        return search_id

    def resume(self, search_id: str, limits: Limits) -> None:
        """Go on with a search that is not going on, under these limits. Raises UserError when the prompts have changed
        since, for then its answers would be others."""
        if self.running(search_id):
            return
        plan = search_plan_from_json(searches.head(self._manager.store, search_id).plan)
        if plan.prompt_hash != prompts().hash:
            raise UserError(f"The prompts have changed since the search {search_id} was planned. Start a new one.")
        check_priced(check_limits(limits), specs_of(plan))
        session = searches.SESSIONS.begin_again(self._manager.store, search_id, limits.to_json())
        self._launch(search_id, plan, limits, session)

    def stop(self, search_id: str) -> None:
        """Ask a search to end after the calls that are under way."""
        if search_id in self._stops:
            self._stops[search_id].set()

    def running(self, search_id: str) -> bool:
        """Whether this process is carrying out the search."""
        return search_id in self._futures and not self._futures[search_id].done()

    def wait(self, search_id: str, timeout_s: float) -> bool:
        """Wait for a search's end; False when the time ran out first."""
        with suppress(TimeoutError):
            self._futures[search_id].result(timeout_s)
        return not self.running(search_id)

    def delete(self, search_id: str) -> None:
        """Forget a search. Raises UserError while it is going on."""
        if self.running(search_id):
            raise UserError(f"The search {search_id} is going on. Stop it before it is deleted.")
        searches.delete(self._manager.store, search_id)

    def _launch(self, search_id: str, plan: SearchPlan, limits: Limits, session: int) -> None:
        self._stops[search_id] = stop = threading.Event()
        work = self._carry_out(search_id, plan, limits, session, stop)
        self._futures[search_id] = self._manager.submit(work)

    async def _carry_out(
        self, search_id: str, plan: SearchPlan, limits: Limits, session: int, stop: threading.Event
    ) -> None:
        work = Work(self._manager, search_id, plan, limits, session, stop)
        try:
            state, message = await work.run()
        except Exception as error:  # a fault of ours must not leave the search "running" for ever
            log.exception("search %s", search_id)
            state, message = "failed", f"An unexpected fault ended the search ({type(error).__name__}); see the log."
        try:
            await asyncio.to_thread(searches.SESSIONS.end, self._manager.store, search_id, state, message)
        except UserError as error:
            log.warning("search %s: %s", search_id, error)


class Work:
    """One search while it is carried out: its lines to the models, and where its rows go."""

    def __init__(
        self,
        manager: RunManager,
        search_id: str,
        plan: SearchPlan,
        limits: Limits,
        session: int,
        stop: threading.Event,
    ) -> None:
        self._store = manager.store
        self._id = search_id
        self._lines = lines = SearchLines(manager, search_id, limits, session, stop)
        recogniser = lines.recogniser(plan.recogniser, plan.judge_base, plan.system)
        self._pulled: dict[str, int] = {}
        told = self._keep_answer
        self.panel = ModelPanel([lines.member(one) for one in plan.panel], recogniser, told)
        self.jury = ModelPanel([lines.member(one) for one in plan.jury], recogniser, told)
        author: Author = GrammarAuthor()
        if plan.author:
            author = ModelAuthor(lines.line(plan.author, "author"), system(plan.system), self.panel.models)
        values = system(plan.system).ids
        self.search = Search(
            plan.settings, plan.seeds, author, self.panel, self.panel, self.jury, Known(), values=values
        )

    async def run(self) -> tuple[str, str]:
        """Carry it out; returns the state it ended in and the sentence that says why."""
        watch = asyncio.create_task(self._lines.brake.watch())
        try:
            async for event in self.search.run():
                if isinstance(event, Question):
                    self._store.writer.put([searches.question_row(self._id, self._pull_of(event), event)])
                else:
                    self._pulled |= {question.id: event.number for question in event.questions}
                    self._store.writer.put(searches.pull_rows(self._id, event))
                if left := self._lines.left():
                    return "incomplete", left
        except* Halt:
            pass
        finally:
            watch.cancel()
        await asyncio.to_thread(self._store.writer.flush)
        return self._lines.ending()

    def _pull_of(self, question: Question) -> int:
        return self._pulled.get(question.id, 0)

    def _keep_answer(self, answer: Answer) -> None:
        self._store.writer.put([searches.answer_row(self._id, answer)])


def specs_of(plan: SearchPlan) -> Sequence[ModelSpec]:
    """Every model that the plan calls."""
    found = [member.model for member in plan.jury]
    if plan.author:
        found.append(plan.author)
    if plan.recogniser.startswith(JUDGE):
        found.append(ModelSpec(plan.recogniser.removeprefix(JUDGE).strip(), plan.judge_base))
    return list(dict.fromkeys(found))
