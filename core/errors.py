"""Errors that a person is meant to read."""

from dataclasses import dataclass


class UserError(Exception):
    """Something a person can put right: one clear sentence saying what was wrong, where, and what to do.

    Pages show it as it is, the command line prints it and exits with code 2.
    """


@dataclass(frozen=True)
class RowProblem:
    """Why a row of a file cannot be used. `row` is the line of the file, from 1, as an editor counts them; `field` is
    named as in the file, "row" or "line" for the whole of it; `message` is one sentence."""

    row: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"Row {self.row}, {self.field}: {self.message}"
