"""Opening the store for one command."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError
from core.runs.manager import RunManager
from core.store import records
from core.store.database import Store, default_path


def store_path(args: argparse.Namespace) -> Path:
    """The file that --store names, else the default one."""
    return Path(args.store).expanduser() if args.store else default_path()


@contextmanager
def stored(args: argparse.Namespace) -> Iterator[Store]:
    """The store for reading, closed afterwards; UserError when there is none, for reading should not make one."""
    path = store_path(args)
    if not path.exists():
        raise UserError(f"There is no store at {path} yet: `polycompass run` makes one.")
    store = Store(path)
    try:
        records.interrupt_stale(store)
        yield store
    finally:
        store.close()


@contextmanager
def managed(args: argparse.Namespace) -> Iterator[RunManager]:
    """A run manager on the store, which is made if need be; its runs are stopped and all is closed afterwards."""
    manager = RunManager(Store(store_path(args)))
    try:
        yield manager
    finally:
        manager.close()
