"""`polycompass import-portrait`: an item bank from a copy of its published files."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from core.cli.opening import managed
from core.cli.output import complain, say
from core.cli.planning import accept
from core.interchange.portrait import read_portrait
from core.runs.banks import import_bank
from core.store import banks


def import_portrait(args: argparse.Namespace) -> int:
    """Read, recompute, check and keep a bank; print what was reproduced."""
    path = Path(args.path).expanduser()
    name = args.name or path.resolve().name.removesuffix(".zip")
    with managed(args) as manager:
        read = read_portrait(path, name, lambda what: complain(f"reading {what}"))
        accept(name, read.problems, args.keep_good)
        bank = import_bank(manager.store, read, keep_good=True, progress=complain)
        (head,) = (each for each in banks.banks(manager.store) if each.bank_id == bank.id)
        checks = banks.checks(manager.store, bank.id)
    if args.json:
        facts = asdict(head) | {"made_at": head.made_at.isoformat(), "checks": [asdict(check) for check in checks]}
        print(json.dumps(facts, ensure_ascii=True))
        return 0
    say(f"{bank.id}: {head.items:,} items, answers of {head.models:,} published models")
    for check in checks:
        say(check.sentence)
    for sentence in head.missing:
        say(sentence)
    say(head.licence)
    return 0
