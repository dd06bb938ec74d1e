"""A folder of one's own value systems, suites, methods and recognisers: only where POLYCOMPASS_EXTENSIONS names it.

Nothing is looked for anywhere else, for a method or a recogniser is Python code that runs as the person who starts the
program. See docs/extending.md.
"""

import importlib.util
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import UserError

FOLDER = "POLYCOMPASS_EXTENSIONS"
OWN = "own:"  # before the name of a recogniser that lies in the folder


def files(kind: str, ending: str) -> list[Path]:
    """The files of one kind ("values", "suites", "methods", "recognisers"), by name; none where no folder is named.
    Raises UserError when the folder that is named is none."""
    named = os.environ.get(FOLDER, "").strip()
    if not named:
        return []
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise UserError(f"{FOLDER} names {named}, which is no folder. Make it, or unset the variable.")
    return sorted((folder / kind).glob(f"*{ending}"))


@cache
def objects(kind: str, name: str, needed: tuple[str, ...]) -> Mapping[str, Any]:
    """What the modules of one kind call `name`, by the files' names. Raises UserError naming the file when it does not
    run, or when the object lacks one of the attributes `needed`."""
    found = {}
    for path in files(kind, ".py"):
        made = getattr(_run(path, kind), name, None)
        if made is None:
            raise UserError(f"{kind}/{path.name} defines no {name}. See docs/extending.md.")
        if lacking := [each for each in needed if not hasattr(made, each)]:
            raise UserError(f"{kind}/{path.name}: its {name} lacks {', '.join(lacking)}. See docs/extending.md.")
        found[path.stem] = made
    return found


def _run(path: Path, kind: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"polycompass_{kind}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UserError(f"{kind}/{path.name} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{kind}/{path.name} does not run ({type(error).__name__}: {error}).") from error
    return module


def clear() -> None:
    """Look at the folder anew, as a program started now would."""
    objects.cache_clear()
