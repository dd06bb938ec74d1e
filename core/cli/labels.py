"""`polycompass labels`: what people read in a run's answers, as a file, and as a yardstick for its readings."""

import argparse
from pathlib import Path

from core.cli.opening import stored
from core.cli.output import complain, say, say_table
from core.cli.planning import accept
from core.cli.saving import load, save
from core.cli.stored import pour
from core.errors import UserError
from core.recognition.human import labeller_name
from core.runs.label_file import read_labels, write_labels
from core.runs.people_bench import measure_readings
from core.store import benches, queries
from core.store import labels as kept
from core.store.database import Store


def labels(args: argparse.Namespace) -> int:
    """Export the labels of a run, import some, or measure its readings on them."""
    if (args.action == "import") != bool(args.file):
        raise UserError("`labels import RUN_ID FILE` takes a file to read; the other actions take none.")
    with stored(args) as store:
        queries.run(store, args.run_id)
        {"export": _export, "import": _import, "measure": _measure}[args.action](store, args)
    return 0


def _export(store: Store, args: argparse.Namespace) -> None:
    data = write_labels(store, args.run_id)
    if args.out:
        save(Path(args.out), data, args.force)
    else:
        pour(data)


def _import(store: Store, args: argparse.Namespace) -> None:
    path = Path(args.file)
    author = labeller_name(args.author) if args.author else ""
    found = read_labels(load(path), path.name, store, args.run_id, author)
    accept(path.name, found.problems, args.keep_good)
    kept.add(store, found.labels)
    say(f"{len(found.labels):,} labels stored; {found.unchanged:,} were there already.")
    progress = kept.progress(store, args.run_id)
    say(f"{progress.labelled:,} of {progress.answers:,} answers are labelled, {progress.sampled:,} as a random sample.")


def _measure(store: Store, args: argparse.Namespace) -> None:
    heads = measure_readings(store, args.run_id, args.all)
    complain(f"Measured on {heads[0].data}, {heads[0].texts:,} answers; the page Quality shows all.")
    rows = []
    for head in heads:
        overall = {one.name: one for one in benches.figures(store, head.bench_id) if not one.value}
        cells = [f"{overall[name].estimate:.3f}" for name in ("auc", "precision", "recall", "f1")]
        rows.append((head.recogniser, head.texts - head.unread, *cells))
    say_table(("reading", "answers", "AUC", "precision", "recall", "F1"), rows)
