"""Making text from outside safe to store, before anything else sees it."""

import re

MAX_CHARS = 1_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` with lone surrogates and NUL each replaced by U+FFFD and cut at `MAX_CHARS`: what the store can hold.

    Everything else (HTML, control marks, right-to-left text, emoji) is kept as it came.
    """
    cut = text[:MAX_CHARS].replace("\x00", "\ufffd")
    found = not cut.isascii() and _SURROGATE.search(cut)
    return cut.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if found else cut
