"""Tell a text file's encoding by decoding all of it, strictly."""

from __future__ import annotations

import codecs
from pathlib import Path

from kb.transfer.source import UnusableFile

CHUNK_BYTES = 1 << 20
# GB18030 contains GBK and GB2312, so one decoder reads all three.
CHINESE_ENCODING = "gb18030"
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def find_encoding(path: Path) -> str:
    """Return the encoding the whole file decodes in; raises `UnusableFile` naming the first bad byte."""
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            offset = _find_bad_byte(path, encoding)
            if offset is not None:
                raise _make_error(path, f"byte {offset} is not valid {encoding}, which the file's start announces")
            return encoding
    utf8_offset = _find_bad_byte(path, "utf-8")
    if utf8_offset is None:
        return "utf-8"
    chinese_offset = _find_bad_byte(path, CHINESE_ENCODING)
    if chinese_offset is None:
        return CHINESE_ENCODING
    raise _make_error(path, f"byte {utf8_offset} is not valid UTF-8 and byte {chinese_offset} not valid GB18030")


def _find_bad_byte(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            # Bytes of a character that the last chunk cut through are decoded with this one.
            held_back = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return done - held_back + error.start
            if not chunk:
                return None
            done += len(chunk)


def _make_error(path: Path, fact: str) -> UnusableFile:
    return UnusableFile(f"{path.name} cannot be read as text: {fact}. Save the file again as UTF-8.")
