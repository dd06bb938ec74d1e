"""SPSS and Stata files, read in memory by pyreadstat."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyreadstat

from core.errors import UserError

Labels = Mapping[Any, str]

_SPSS = (b"$FL2", b"$FL3")
_STATA = (b"<stata_dta>", *(bytes([version]) + order for version in range(104, 116) for order in (b"\x01", b"\x02")))


@dataclass(frozen=True)
class Packaged:
    """Columns, labels and the way to the rows."""

    columns: tuple[str, ...]
    load: Callable[[Sequence[str]], pd.DataFrame] = field(repr=False)
    labels: Mapping[str, str]
    value_labels: Mapping[str, Labels]
    notes: tuple[str, ...]


def is_packaged(data: bytes) -> bool:
    """Whether `data` begins as SPSS and Stata files do."""
    return data.startswith((*_SPSS, *_STATA))


def open_packaged(data: bytes, filename: str) -> Packaged:
    """The SPSS or Stata file in `data`; raises UserError if it cannot be read to its end."""
    kind = "SPSS" if data.startswith(_SPSS) else "Stata"
    read = pyreadstat.read_sav if kind == "SPSS" else pyreadstat.read_dta

    def parse(encoding: str | None, **options: Any) -> tuple[pd.DataFrame, Any]:
        # Dates are of no use here, and some are beyond what Python can hold.
        return read(io.BytesIO(data), encoding=encoding, disable_datetime_conversion=True, **options)

    def attempt(**options: Any) -> tuple[pd.DataFrame, Any, str | None]:
        """Old files often misstate their encoding; what is not as they claim is read as Latin-1."""
        try:
            return *parse(None, **options), None
        except Exception as first:
            try:
                return *parse("LATIN1", **options), "LATIN1"
            except Exception:
                raise UserError(
                    f"{filename} begins as a {kind} file but cannot be read to its end ({_reason(first)}); "
                    "it is damaged or cut off. Download or export it again."
                ) from first

    _, meta, encoding = attempt(metadataonly=True)
    if not meta.column_names:
        raise UserError(f"{filename} is a {kind} file without columns; expected a survey's data.")
    return Packaged(
        columns=tuple(meta.column_names),
        load=lambda columns: attempt(usecols=list(columns))[0][list(columns)],
        labels={name: label for name, label in meta.column_names_to_labels.items() if label},
        value_labels=meta.variable_value_labels,
        notes=(f"The letters in {filename} are not encoded as it says; names may look odd.",) if encoding else (),
    )


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".")[:120] or type(error).__name__
