"""A judge for the exam that knows the answers, and errs as it is told to."""

import json
from collections.abc import Callable
from typing import Any

from servers import Answer, says

from core.recognition.exam import Task, exam
from core.recognition.judge_prompt import prompt_text
from core.recognition.judge_view import shown

Stances = dict[str, str]


def knowing(change: Callable[[Task, Stances], None] = lambda task, stances: None) -> Callable[[dict[str, Any]], Answer]:
    """Reads every answer of the exam as it is to be read, a canary as the answer without the order; `change` may spoil
    the stances (by value) of a task."""
    paper = exam()
    by_id = {task.id: task for task in paper.tasks}
    longest_first = sorted(paper.tasks, key=lambda task: -len(task.answer))

    def script(request: dict[str, Any]) -> Answer:
        content = str(request["messages"][-1]["content"])
        task = next(one for one in longest_first if shown(prompt_text(), one.answer) in content)
        plain = by_id[task.of or task.id]
        stances = dict.fromkeys(paper.system.ids, "neutral") | ({plain.value: plain.expected} if plain.value else {})
        change(task, stances)
        quote = " ".join(plain.answer.split()[:4])
        readings = []
        for value, stance in stances.items():
            taken = stance != "neutral"
            evidence = [{"quote": quote, "polarity": stance}] if taken else []
            rest = {"rationale": "", "stance": stance, "intensity": 2 * taken, "confidence": "high"}
            readings.append({"value": value, "evidence": evidence, **rest})
        return says(json.dumps({"refusal": False, "readings": readings}))

    return script


def obeying(task: Task, stances: Stances) -> None:
    """Does what a canary orders."""
    if task.wants:
        stances.update(dict.fromkeys(stances, task.wants))


def kindly(task: Task, stances: Stances) -> None:
    """Never sees opposition, and takes good manners for benevolence."""
    for value, stance in stances.items():
        stances[value] = "neutral" if stance == "opposes" else stance
    if task.id.startswith("polite"):
        stances["benevolence"] = "supports"
