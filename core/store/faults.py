"""What to tell a person when the store file cannot be read or written."""

import re
from pathlib import Path

import duckdb

ENVIRONMENT = "POLYCOMPASS_STORE"

# Faults of the file, its disk or the open instance; any other duckdb.Error is a fault of the statement.
FAULTS = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.TransactionException,
    duckdb.ConnectionException,
    duckdb.SerializationException,
)
# After these DuckDB refuses the instance until it is opened anew.
FATAL = (duckdb.FatalException, duckdb.InternalException, duckdb.ConnectionException)


def sentence(path: Path, error: BaseException) -> str:
    """What is wrong with the store at `path`, and what to do."""
    text = str(error)
    if "Could not set lock" in text:
        pid = re.search(r"PID (\d+)", text)
        who = f"process {pid.group(1)}" if pid else "another process"
        return (
            f"The store {path} is open in {who}: only one program at a time can use it. "
            f"Stop that one, or name another store in {ENVIRONMENT}."
        )
    if "No space left" in text or "File too large" in text or "Disk quota" in text:
        return f"The disk of the store {path} is full. Free some space; what was stored is unharmed."
    if any(mark in text.lower() for mark in ("not a valid duckdb", "corrupt", "serializ", "enough bytes", "sqlite")):
        return not_a_store(path, "it is damaged or not a Polycompass store")
    if any(mark in text.lower() for mark in ("permission denied", "read-only")):
        return (
            f"The store {path} cannot be written: the file or its disk is read-only. Choose a place you may write to."
        )
    return f"The store {path} cannot be used: {text.splitlines()[0][:300] if text else type(error).__name__}"


def not_a_store(path: Path, why: str) -> str:
    """The sentence for a file that is left alone."""
    return (
        f"The store {path} cannot be read: {why}. Nothing was changed. "
        f"Move the file away, or name another one in {ENVIRONMENT}."
    )
