"""The files a run can be taken away in."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from core.errors import UserError
from core.interchange.archive import archive
from core.interchange.inspect_log import logs
from core.interchange.inspect_sample import summary
from core.store import queries
from core.store.database import Store

Export = Callable[[Store, str], bytes]


def csv(store: Store, run_id: str) -> bytes:
    """One row an answer, as a spreadsheet opens it."""
    rows: str = _table(store, run_id).to_csv(index=False)
    return rows.encode("utf-8-sig")


def jsonl(store: Store, run_id: str) -> bytes:
    """One object an answer."""
    lines: str = _table(store, run_id).to_json(orient="records", lines=True, force_ascii=False, date_format="iso")
    return lines.encode()


def parquet(store: Store, run_id: str) -> bytes:
    """One row an answer."""
    buffer = io.BytesIO()
    _table(store, run_id).to_parquet(buffer, index=False)
    return buffer.getvalue()


def inspect(store: Store, run_id: str) -> bytes:
    """A zip of Inspect's .eval logs, one a model: unpacked, `inspect view --log-dir` shows them side by side."""
    return _zipped({f"{_name(log)}.eval": eval_file(log) for log in logs(store, run_id)})


def inspect_json(store: Store, run_id: str) -> bytes:
    """A zip of Inspect's .json logs, one a model."""
    return _zipped({f"{_name(log)}.json": _json(log) for log in logs(store, run_id)})


def one_log(store: Store, run_id: str, suffix: str) -> bytes:
    """The .eval or .json log of a run of one model; raises UserError when it has more."""
    found = logs(store, run_id)
    if len(found) > 1:
        raise UserError(
            f"The run {run_id} has {len(found)} models, and Inspect keeps a log for each: name a .zip file for them."
        )
    return eval_file(found[0]) if suffix == ".eval" else _json(found[0])


EXPORTS: dict[str, tuple[str, Export]] = {
    "CSV": (".csv", csv),
    "Parquet": (".parquet", parquet),
    "JSONL": (".jsonl", jsonl),
    "Inspect logs (.eval)": ("-eval.zip", inspect),
    "Inspect logs (.json)": ("-json.zip", inspect_json),
    "Archive": ("-archive.zip", archive),
}


def _table(store: Store, run_id: str) -> pd.DataFrame:
    queries.run(store, run_id)
    return queries.export(store, run_id)


def eval_file(log: Mapping[str, Any]) -> bytes:
    """An EvalLog as an .eval file. Its members are deflated, which every version of Inspect reads, and its viewer."""
    header = {key: part for key, part in log.items() if key != "samples"}
    start = {key: log[key] for key in ("version", "eval", "plan")}
    members: dict[str, object] = {"_journal/start.json": start}
    members |= {f"samples/{one['id']}_epoch_{one['epoch']}.json": one for one in log["samples"]}
    members |= {"summaries.json": [summary(one) for one in log["samples"]], "header.json": header}
    return _zipped({name: _json(body) for name, body in members.items()}, zipfile.ZIP_DEFLATED)


def _name(log: Mapping[str, Any]) -> str:
    """A log's file name, in the way of Inspect's own."""
    spec = log["eval"]
    return f"{spec['created'].replace(':', '-').replace('+', '-')}_{spec['task']}_{spec['eval_id']}"


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def _zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
