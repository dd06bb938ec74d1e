"""`polycompass archive`, and `import` of what it wrote: a run from one installation to another."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from core.cli.opening import managed, stored
from core.cli.output import say
from core.cli.planning import option_given
from core.cli.saving import load, save
from core.errors import UserError
from core.interchange.archive import write_archive
from core.interchange.archive_read import import_archive

_OF_ANSWERS = ("name", "suite", "system", "keep_good", "recogniser", "judge", "no_recogniser", "judge_base")


def archive(args: argparse.Namespace) -> int:
    """Write a run with all that is stored of it to one file."""
    out = Path(args.out)
    if out.suffix.lower() != ".zip":
        raise UserError(f"{out}: the archive of a run ends in .zip.")
    with stored(args) as store:
        made = write_archive(store, args.run_id, args.people)
    save(out, made.data, args.force)
    say(f"{out}: {len(made.data):,} bytes. SHA-256 of its manifest, to be quoted: {made.fingerprint}")
    return 0


def import_run(args: argparse.Namespace, path: Path) -> int:
    """Read a run's archive into the store, or say that it is there."""
    if option := option_given(args, _OF_ANSWERS):
        raise UserError(f"{path.name} is the archive of a whole run, read as it is: leave out {option}.")
    with managed(args) as manager:
        found = import_archive(manager.store, load(path), path.name)
    if args.json:
        print(json.dumps(asdict(found)))
        return 0
    what = f"{found.run_id} ({found.name}), {found.rows.get('responses', 0):,} answers"
    say(f"Stored the run {what}." if found.fresh else f"The run {what} is here already: nothing was changed.")
    say(f"SHA-256 of the archive's manifest: {found.fingerprint}")
    return 0
