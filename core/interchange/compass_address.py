"""The official site's data from an address: a zip, a folder of files, or one of the files."""

from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from core.errors import UserError
from core.interchange.compass import FILES, read_compass
from core.interchange.fetch import Missing, fetch
from core.items.compass_read import CompassRead

Progress = Callable[[str], None]


def is_address(text: str) -> bool:
    """Whether a person means an address and not a path."""
    return "://" in text


def read_address(
    address: str, name: str = "", measured: str = "", progress: Progress = lambda _: None
) -> tuple[CompassRead, ...]:
    """What lies at `address`: a .zip; one of the site's .json files; else a folder, in which the published file names
    are tried one after the other. Raises UserError when nothing can be reached or used."""
    path = PurePosixPath(urlsplit(address).path)
    name = name or f"{urlsplit(address).hostname or 'address'}{path}".rstrip("/")
    if path.suffix.lower() == ".zip":
        progress(address)
        return read_compass(fetch(address), name, address, measured, progress)
    wanted = {path.name: address} if path.name in FILES else {file: _below(address, file) for file in FILES}
    files: dict[str, bytes] = {}
    for file, place in wanted.items():
        progress(file)
        try:
            files[file] = fetch(place)
        except Missing:
            continue
    if not files:
        raise UserError(f"None of the site's files lies at {address[:200]}: {', '.join(FILES)} were looked for.")
    return read_compass(files, name, address, measured, progress)


def _below(address: str, file: str) -> str:
    return f"{address.rstrip('/')}/{file}"
