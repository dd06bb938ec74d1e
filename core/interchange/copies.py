"""A person's copy of somebody's repository, as a folder or a zip.

Nothing is unpacked to the disk, so a name in a zip can point nowhere; what is read is bounded (see bounded.Archive).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import UserError
from core.interchange.bounded import MAX_MEMBER, Archive

MAX_FOLDERS = 20_000


@dataclass(frozen=True)
class Copy:
    """What a folder or zip holds; iterating gives the files' paths, sorted, with forward slashes."""

    source: Archive | Path
    paths: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def read(self, path: str) -> bytes:
        """What one of its files holds. Raises UserError when it is too large or cannot be read."""
        return self.source.read(path) if isinstance(self.source, Archive) else _from_folder(self.source, path)


def opened(source: Path | bytes, name: str) -> Copy:
    """A folder, a .zip at a path, or the bytes of a zip. Raises UserError when there is no such thing."""
    if isinstance(source, Path) and not source.is_dir():
        source = _zip_at(source)
    holder = Archive(source, name) if isinstance(source, bytes) else source
    names = holder if isinstance(holder, Archive) else _walk(holder)
    return Copy(holder, tuple(sorted(path for path in names if _inside(path))))


def _zip_at(path: Path) -> bytes:
    if not path.is_file():
        raise UserError(f"There is no folder and no zip file at {path}.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}).") from error


def _walk(folder: Path) -> Iterator[str]:
    """Paths below a folder with forward slashes; links are not followed, hidden folders not entered."""
    for count, (here, folders, files) in enumerate(os.walk(folder)):
        folders[:] = [each for each in folders if not each.startswith(".")]
        if count > MAX_FOLDERS:
            raise UserError(f"{folder} has more than {MAX_FOLDERS:,} folders. Name the copy of the repository itself.")
        for each in files:
            whole = Path(here) / each
            if not whole.is_symlink():
                yield whole.relative_to(folder).as_posix()


def _from_folder(folder: Path, path: str) -> bytes:
    whole = folder / path
    try:
        size = whole.stat().st_size
        if size > MAX_MEMBER:
            raise UserError(f"{path} has {size:,} bytes; {MAX_MEMBER:,} are the most.")
        return whole.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from error


def _inside(path: str) -> bool:
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return bool(parts) and ".." not in parts and not path.startswith("/") and "__MACOSX" not in parts
