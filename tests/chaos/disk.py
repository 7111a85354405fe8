"""The test's end of faults.c: makes the journal's disk fail, and takes its power away."""
import errno
import os
import struct
import subprocess

from journal import segments

FOREVER = -1
FIELDS = ("sync_errno", "sync_times", "write_errno", "write_times", "short_times", "failed")


class FaultyDisk:
    """The stratum role of pool writes its journal through us."""

    def __init__(self, dir, pool):
        self.dir, self.pool = dir / "faults", pool
        self.synced = self.dir / "synced"
        self.synced.mkdir(parents=True)
        library, self._control = self.dir / "faults.so", self.dir / "control"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", library,
                        os.path.join(os.path.dirname(__file__), "faults.c"), "-ldl"], check=True)
        self._control.write_bytes(bytes(8 * len(FIELDS)))
        pool.env = {"LD_PRELOAD": str(library), "CHAOS_FAULTS": str(self._control), "CHAOS_SYNCED": str(self.synced),
                    # A sanitizer wants to be the first library, and only that.
                    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def set(self, **fields):
        with open(self._control, "r+b", buffering=0) as f:
            for name, value in fields.items():
                f.seek(8 * FIELDS.index(name))
                f.write(struct.pack("<q", value))

    @property
    def failed(self):
        return struct.unpack_from("<q", self._control.read_bytes(), 8 * FIELDS.index("failed"))[0]

    def fail_syncs(self, times=FOREVER, error=errno.EIO):
        self.set(sync_errno=error, sync_times=times)

    def fail_writes(self, times=FOREVER, error=errno.ENOSPC):
        self.set(write_errno=error, write_times=times)

    def write_in_parts(self, times=FOREVER):
        self.set(short_times=times)

    def heal(self):
        self.set(sync_times=0, write_times=0, short_times=0)

    def lose_power(self, chance):
        """What the disk did not confirm is gone, or zeroes, or garbage, or half there. Returns how many bytes that were."""
        unsure = 0
        for _, _, path in segments(self.pool.data / "stratum" / "journal"):
            if not (self.synced / f"{path.name}.named").exists():
                unsure += path.stat().st_size
                path.unlink()
                continue
            confirmed = struct.unpack("<q", (self.synced / path.name).read_bytes())[0]
            data = path.read_bytes()
            tail = len(data.rstrip(b"\0")) - confirmed  # beyond is reserved space
            if tail <= 0:
                continue
            unsure += tail
            kept = chance.randint(0, tail)
            rest = chance.choice((b"", bytes(tail - kept), chance.randbytes(tail - kept)))
            path.write_bytes(data[:confirmed + kept] + rest)
        return unsure
