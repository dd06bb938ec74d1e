"""Judges measured beside the runs, in the background: on labelled texts, or by the exam."""

import asyncio
from collections.abc import Callable

from core.recognition.exam import exam, marks
from core.recognition.labelled import Labelled
from core.runs.bench import Read, Reader, judge_all, measure, new_bench_id, reader_of
from core.runs.execute import Ending
from core.runs.limits import Limits, check_limits
from core.runs.manager import RunManager, Work, new_run_id
from core.runs.plan import JUDGE
from core.store import exams, records
from core.store.database import Store

BENCH, EXAM = "bench", "exam"


def examinee(judge: str, judge_base: str | None, passes: int, limits: Limits) -> Reader:
    """The judge that a model of this name is, ready to take the exam; raises UserError when it cannot be asked or these
    limits cannot be kept."""
    return reader_of(f"{JUDGE}{judge}", judge_base, exam().labelled, limits, passes)


def examine(manager: RunManager, reader: Reader, limits: Limits) -> Work:
    """Let a judge take the exam. What is stored when it has ended is found under the work's id; an exam that was cut
    short leaves its replies only, so that the next try goes on there."""

    def keep(read: Read, exam_id: str) -> None:
        paper = exam()
        head = exams.ExamHead(
            *(exam_id, reader.recogniser.id, paper.digest, paper.system.id, len(paper.tasks)),
            *(read.spent.calls, read.spent.cost_usd, records.now()),
        )
        exams.save(manager.store, head, paper, marks(paper, read.verdicts))

    return _begin(manager, EXAM, reader, exam().labelled, limits, keep)


def measure_judge(manager: RunManager, reader: Reader, labelled: Labelled, limits: Limits) -> Work:
    """Measure a judge on labelled texts; the bench has the work's id."""

    def keep(read: Read, bench_id: str) -> None:
        measure(manager.store, labelled, reader.recogniser, read, bench_id)

    return _begin(manager, BENCH, reader, labelled, limits, keep)


def _begin(
    manager: RunManager,
    kind: str,
    reader: Reader,
    labelled: Labelled,
    limits: Limits,
    keep: Callable[[Read, str], None],
) -> Work:
    check_limits(limits)
    work_id = new_bench_id() if kind == BENCH else f"{kind}-{new_run_id()}"
    work = Work(work_id, kind, reader.recogniser.id, len(labelled.texts))
    store: Store = manager.store

    def told(done: int) -> None:
        work.done = done

    async def done(stop: Callable[[], bool]) -> Ending:
        own = (limits, store, manager.cache, told, work.id, stop, manager.providers)
        read = await judge_all(reader, labelled.texts, *own)
        await asyncio.to_thread(store.writer.flush)  # what was paid for is there when it goes on
        if read.cut:
            said = f"{read.cut} {len(read.verdicts):,} of {work.total:,} answers were read; only the replies are kept."
            return Ending("failed" if read.broken else "stopped", said)
        await asyncio.to_thread(keep, read, work.id)
        return Ending("done")

    manager.carry_out(work, done)
    return work


def going_on(manager: RunManager, kind: str) -> list[Work]:
    """What is measured just now."""
    return [work for work in list(manager.works.values()) if work.kind == kind and manager.running(work.id)]
