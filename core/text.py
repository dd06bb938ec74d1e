"""Making text from outside safe to store, before anything else sees it."""

MAX_CHARS = 1_000_000


def clean(text: str) -> str:
    """`text` with lone surrogates and NUL each replaced by U+FFFD and cut at `MAX_CHARS`: what the store can hold.

    Everything else (HTML, control marks, right-to-left text, emoji) is kept as it came.
    """
    cut = text[:MAX_CHARS].replace("\x00", "\ufffd")
    return cut.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_surrogate(cut) else cut


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
