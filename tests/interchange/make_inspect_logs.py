"""Makes inspect.eval and inspect.json in the folder given, with the real inspect_ai and its model that calls nobody.

Run by hand where inspect_ai is installed: python make_inspect_logs.py FOLDER
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log, write_eval_log
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import match
from inspect_ai.solver import generate, solver

SAMPLES = [
    Sample(id="truth", input="Do I tell my friend the truth about her plan?", target="yes"),
    Sample(
        id="money",
        input=[ChatMessageSystem(content="You are candid."), ChatMessageUser(content="Keep the money I found? 💶")],
        target="no",
    ),
    Sample(id=3, input="Here is trouble: help or leave?", target="help"),
]


@solver
def trouble() -> Any:
    async def solve(state: Any, generate: Any) -> Any:
        if "trouble" in state.input_text and state.epoch == 2:
            raise RuntimeError("The solver broke.")
        return state

    return solve


def outputs() -> Iterator[ModelOutput]:
    for n in range(1, 7):
        reason = "max_tokens" if n == 2 else "stop"
        said = ModelOutput.from_content("mockllm/model", f"Yes, I would help her, take {n}. 🤝", stop_reason=reason)
        said.usage = ModelUsage(input_tokens=11, output_tokens=7, total_tokens=18)
        yield said


def make(folder: Path, kind: str) -> None:
    task = Task(dataset=SAMPLES, solver=[trouble(), generate()], scorer=match(), epochs=2, name="dilemmas")
    model = get_model("mockllm/model", custom_outputs=outputs(), memoize=False)
    quiet: dict[str, Any] = {"display": "none", "log_model_api": False, "max_samples": 1, "fail_on_error": False}
    log = read_eval_log(eval(task, model=model, log_dir=str(folder / "logs"), log_format=kind, **quiet)[0].location)
    for sample in log.samples or []:  # what would only make the file large, or tell of this machine
        sample.events, sample.events_data, sample.attachments = [], None, {}
        if sample.error:
            sample.error = sample.error.model_copy(update={"traceback": "", "traceback_ansi": ""})
    write_eval_log(log, str(folder / f"inspect.{kind}"))


if __name__ == "__main__":
    for kind in ("eval", "json"):
        make(Path(sys.argv[1]), kind)
