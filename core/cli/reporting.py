"""`polycompass report`: what runs show, as one file."""

import argparse
from pathlib import Path

from core.cli.opening import stored
from core.cli.output import say
from core.cli.saving import save
from core.errors import UserError
from core.reports.html import to_html
from core.reports.pdf import to_pdf
from core.reports.sections import compose
from core.reports.subject import of_runs

WRITERS = {".html": to_html, ".pdf": to_pdf}


def report(args: argparse.Namespace) -> int:
    """Write the report of some runs."""
    out = Path(args.out)
    if out.suffix.lower() not in WRITERS:
        raise UserError(f"{out}: a report ends in .html or .pdf.")
    if out.exists() and not args.force:
        raise UserError(f"{out} exists already: --force replaces it.")
    with stored(args) as store:
        of = of_runs(store, args.run_id, args.model or [], args.profile, args.statistic)
        made = compose(of, args.leave_out or [], lambda title: say(f"{title} …"))
        data = WRITERS[out.suffix.lower()](made)
    save(out, data, args.force)
    say(f"{out}: {len(data):,} bytes.")
    return 0
