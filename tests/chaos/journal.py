"""Reads share journals by docs/journal-format.md: the tests' own reading, which shares no line with Kozan's."""
import collections
import pathlib
import re
import struct

from miners import Share

RECORD, HEAD, WORKER, SHARE = 64, 1, 2, 3
NAME = re.compile(r"([0-9a-f]{10})-([0-9a-f]{16})-(\d+)\.journal$")
TABLE = [0] * 256
for byte in range(256):
    crc = byte
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    TABLE[byte] = crc


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def segments(folder):
    """(epoch, number of the first record, path), in order."""
    names = ((NAME.search(path.name), path) for path in pathlib.Path(folder).iterdir())
    return sorted((int(name[1], 16), int(name[2], 16), path) for name, path in names if name)


def records(path, first, last):
    """The good records of one file that are numbered up to last, as (type, bytes)."""
    data = path.read_bytes()
    for at in range(RECORD, len(data) - RECORD + 1, RECORD):
        record = data[at:at + RECORD]
        crc, kind, _, _, number = struct.unpack_from("<IBBHQ", record)
        if kind and number <= last and number == first + at // RECORD - 1 and crc == crc32c(record[4:]):
            yield kind, record


def read(folder):
    """Every committed share: a Counter of Share."""
    found, all_segments = collections.Counter(), segments(folder)
    for i, (epoch, first, path) in enumerate(all_segments):
        last = 2**64
        if i + 1 < len(all_segments) and all_segments[i + 1][0] == epoch:
            head = all_segments[i + 1][2].read_bytes()[:RECORD]
            last = struct.unpack_from("<Q", head, 40)[0]  # what is beyond was never committed
        names, parts = {}, {}
        for kind, record in records(path, first, last):
            if kind == WORKER:
                worker, part, of, address_len, worker_len = struct.unpack_from("<IBBBB", record, 16)
                parts[worker] = (parts[worker] if part else b"") + record[24:]
                if part == of - 1:
                    text = parts[worker].decode("latin-1")
                    names[worker] = text[:address_len], text[address_len:address_len + worker_len]
            elif kind == SHARE:
                work, _, worker, _, hash_top = struct.unpack_from("<qIIIxxxxQ", record, 24)
                found[Share(*names[worker], work, hash_top)] += 1
    return found
