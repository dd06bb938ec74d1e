"""`polycompass import-compass`: what the official Value Compass site published, from a copy of it or an address."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from core.cli.opening import managed
from core.cli.output import complain, say
from core.cli.planning import accept
from core.interchange.compass import read_compass
from core.interchange.compass_address import is_address, read_address
from core.items.compass_read import CompassRead
from core.runs.published import keep, open_map
from core.store import editions


def import_compass(args: argparse.Namespace) -> int:
    """Read, check and keep every edition that is found; print what it was and what its heat map is made of."""
    with managed(args) as manager:
        reads = _read(args)
        for read in reads:
            accept(read.name, read.problems, args.keep_good)
        kept = keep(manager.store, reads, keep_good=True, progress=complain)
        found = [each for each in editions.editions(manager.store) if each.edition_id in kept]
        maps = {each.edition_id: open_map(manager.store, each) for each in found}
    for edition in found:
        heat = maps[edition.edition_id]
        facts = {"heatmap_forced": heat.forced, "heatmap_error": heat.error} if heat else {}
        if args.json:
            print(json.dumps(asdict(edition) | {"imported_at": edition.imported_at.isoformat()} | facts))
            continue
        say(f"{edition.edition_id}: {edition.name}, {edition.label}, {edition.models} models, {edition.cases} cases")
        if heat and heat.forced is not None:
            forced = f" with {heat.forced} put lowest in every model" if heat.forced else ""
            say(f"its heat map is Spearman's rank correlation{forced}: reproduced to {heat.error:.1g}")
        for sentence in (*edition.missing, *edition.notes, edition.licence):
            say(sentence)
    return 0


def _read(args: argparse.Namespace) -> tuple[CompassRead, ...]:
    measured = args.measured or ""
    if is_address(args.source):
        return read_address(args.source, args.name or "", measured, lambda what: complain(f"fetching {what}"))
    path = Path(args.source).expanduser()
    name = args.name or path.resolve().name.removesuffix(".zip")
    return read_compass(path, name, str(path), measured, lambda what: complain(f"reading {what}"))
