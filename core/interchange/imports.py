"""Every file of answers that can be read: tables of our own form, Inspect logs, promptfoo results."""

from pathlib import Path

from core.errors import UserError
from core.interchange.bounded import parsed
from core.interchange.inspect_read import is_log, read_eval, read_json
from core.interchange.promptfoo import is_results, read_promptfoo
from core.items.item import Suite
from core.runs.answers import TABLES, AnswersRead, Row, answers_from, check_size, read_answers

SUFFIXES = (*TABLES, ".eval", ".json")


def read_any(data: bytes, filename: str, suite: Suite | None = None, system_id: str = "schwartz") -> AnswersRead:
    """The answers in a file, told by its ending: see core.runs.answers.read_answers, which reads tables. An .eval is a
    log of Inspect AI, a .json one of those or results of promptfoo. Raises UserError when the file as a whole cannot
    be used; a sample that ended in an error is a problem with its number."""
    kind = Path(filename).suffix.lower()
    if kind not in SUFFIXES:
        raise UserError(f"{filename}: answers are read from {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} files.")
    if kind in TABLES:
        return read_answers(data, filename, suite, system_id)
    check_size(data, filename)
    rows, made = read_eval(data, filename, system_id) if kind == ".eval" else _json(data, filename, system_id)
    return answers_from(rows, filename, made, suite)


def _json(data: bytes, filename: str, system_id: str) -> tuple[list[Row], Suite]:
    body = parsed(data, filename)
    if is_log(body):
        return read_json(body, filename, system_id)
    if is_results(body):
        return read_promptfoo(body, filename, system_id)
    raise UserError(
        f"{filename} is neither a log of Inspect AI (with eval and samples) nor results of promptfoo (with results). "
        "Answers of your own go into a .jsonl file, one object a line with model, prompt and response."
    )
