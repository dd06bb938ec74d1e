"""Writing a result to a file, never over another unasked."""

from pathlib import Path

from core.errors import UserError


def save(path: Path, data: bytes, force: bool) -> None:
    """Write the file; raises UserError when there is one already and `force` does not say to replace it."""
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UserError(f"{path} exists already: --force replaces it.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}).") from error


def load(path: Path) -> bytes:
    """What is in the file; raises UserError when it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be opened ({error.strerror}).") from error
