"""Files of other tools are read with a limit on everything they can make large, and believed in nothing."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from core.errors import UserError
from core.runs.answers import MAX_ROWS

MAX_MEMBERS = MAX_ROWS + 1000  # a sample each, and what says how they were made
MAX_UNPACKED = 1_000_000_000
MAX_MEMBER = 100_000_000
ZSTD = 93
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, ZSTD)
ENCRYPTED = 1
# What a damaged zip makes zipfile, zlib and Arrow raise: Arrow's errors are ValueErrors, OSErrors and IndexErrors.
FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError),
    *(RuntimeError, EOFError, OSError, ValueError, IndexError),
)
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, then the lengths of the name and of the extra field


class Archive:
    """The members of a zip, zstd-compressed ones too (which zipfile cannot read before Python 3.14). Raises UserError
    for what is no zip, or has more than MAX_MEMBERS, and, on reading, beyond MAX_MEMBER or MAX_UNPACKED bytes."""

    def __init__(self, data: bytes, filename: str) -> None:
        self._data = data
        self._filename = filename
        self._left = MAX_UNPACKED
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            # Of two members of one name the last one counts, as for every reader of zips.
            self._members = {member.filename: member for member in self._zip.infolist()}
            self.repeated = len(self._members) < len(self._zip.infolist())
        except FAULTS as error:
            raise UserError(f"{filename} is not a readable zip file.") from error
        if len(self._members) > MAX_MEMBERS:
            raise UserError(f"{filename} has {len(self._members):,} members; {MAX_MEMBERS:,} are the most. Split it.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """What a member holds."""
        member = self._members[name]
        where = f"{self._filename}, {name[:80]}"
        limit = min(MAX_MEMBER, self._left)
        if member.file_size > limit:
            raise UserError(f"{where} unpacks to {member.file_size:,} bytes; {limit:,} are the most. Split it.")
        if member.flag_bits & ENCRYPTED or member.compress_type not in METHODS:
            raise UserError(
                f"{where} is locked, or packed by method {member.compress_type}, which cannot be read: "
                "`inspect log convert --to json` makes a .json of it."
            )
        try:
            with self._opened(member) as stream:
                content: bytes = stream.read(member.file_size + 1)
        except FAULTS as error:
            raise UserError(f"{where} cannot be unpacked: it is damaged.") from error
        if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
            raise UserError(f"{where} cannot be unpacked: it is not what the zip says it is.")
        self._left -= len(content)
        return content

    def _opened(self, member: zipfile.ZipInfo) -> Any:
        if member.compress_type != ZSTD:
            return self._zip.open(member)
        start = member.header_offset
        signature, name, extra = _LOCAL_HEADER.unpack_from(self._data, start)
        if signature != b"PK\x03\x04":
            raise zipfile.BadZipFile
        start += _LOCAL_HEADER.size + name + extra
        packed = pa.py_buffer(self._data).slice(start, member.compress_size)
        return pa.CompressedInputStream(pa.BufferReader(packed), "zstd")


def parsed(data: bytes, where: str) -> Any:
    """JSON, whatever it holds; UserError saying `where` when it is none, or nested too deep to be read."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # ValueError: also not UTF-8, or an integer of thousands of digits
        raise UserError(f"{where} is not readable JSON.") from error


def dig(body: object, *path: str | int) -> Any:
    """What lies at `path` in parsed JSON, None when there is nothing or something else on the way."""
    for step in path:
        if isinstance(step, str) and isinstance(body, dict):
            body = body.get(step)
        elif isinstance(step, int) and isinstance(body, list) and -len(body) <= step < len(body):
            body = body[step]
        else:
            return None
    return body


def words(body: object) -> str:
    """A text or number as text, "" for anything else."""
    if isinstance(body, bool) or not isinstance(body, str | int | float):
        return ""
    return str(body)


def spoken(content: object) -> str | None:
    """The text of a message's content: a text, or parts of which those of text count. None when it is neither."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [dig(part, "text") for part in content if dig(part, "type") in ("text", "input_text", "output_text")]
    return "\n".join(part for part in parts if isinstance(part, str))


def question(messages: list[Any]) -> str:
    """What is asked in a conversation: its user's messages, or all of them when it has no user's."""
    asked = [message for message in messages if dig(message, "role") == "user"] or messages
    return "\n\n".join(text for message in asked if (text := spoken(dig(message, "content"))))
