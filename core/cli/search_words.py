"""The words of `polycompass search`."""

import argparse

ACTIONS = ("start", "resume", "list", "show", "export", "sit")
HELP = "Search for questions that tell models' values apart, and let other models sit what was found."


def search(command: argparse.ArgumentParser) -> None:
    """Its options but the limits."""
    add = command.add_argument
    add("action", choices=ACTIONS, help="what to do; sit: ask a new model the confirmed questions that tell most")
    add("what", metavar="PLAN|ID", nargs="?", help="start: a plan file (see docs/headless.md); others: a search's id")
    add("--dry-run", action="store_true", help="start: print what it would take, and ask nothing")
    add("--keep-good", action="store_true", help="start: leave out seeds that cannot be asked, and take the others")
    add("--confirmed", action="store_true", help="export: only the questions that were confirmed")
    add("--out", metavar="FILE", help="export: a .csv or .jsonl file (default: standard output, as CSV)")
    add("--force", action="store_true", help="export: replace FILE if it exists")
    add("--model", metavar="NAME", help="sit: the model")
    add("--api-base", metavar="URL", help="sit: where it is reached")
    add("--target", metavar="POINTS", type=float, default=3.0, help="sit: the standard error to stop at (default: 3)")
    add("--keep-negative", action="store_true", help="sit: also ask questions that run against the others")
    add("--json", action="store_true", help="print JSON: what happens as one object a line, or one value")
