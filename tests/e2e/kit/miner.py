"""Miners: `kozan miner` as a process, and a raw stratum client that may misbehave."""
import hashlib
import json
import pathlib
import socket
import struct
import subprocess

from .pool import KOZAN
from .process import Process


def start_miner(pool, user, dir, *args, algo="scrypt", workers=1, rate=20, name="miner"):
    """A `kozan miner` in the background; its summary is read with summary()."""
    log = pathlib.Path(dir) / f"{name}.log"
    miner = Process(name, [KOZAN, "miner", "--url", pool.url, "--user", user, "--algo", algo, "--workers",
                           workers, "--rate", rate, "--json", *args], log)
    miner.summary = lambda: json.loads(miner.tail(1))
    return miner


def mine(pool, user, *args, algo="scrypt", rate=20, timeout=120):
    """Mine until the goal in args is reached; returns the summary."""
    done = subprocess.run(
        [KOZAN, "miner", "--url", pool.url, "--user", user, "--algo", algo, "--rate", str(rate), "--json",
         "--quiet", *map(str, args)], capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def scrypt(header):
    return hashlib.scrypt(header, salt=header, n=1024, r=1, p=1, dklen=32)


class Job:
    """The parameters of mining.notify."""

    def __init__(self, params):
        (self.id, self.prev, self.coinb1, self.coinb2, self.branch, self.version, self.bits, self.time,
         self.is_clean) = params

    def header(self, extranonce1, extranonce2, nonce, time=None):
        root = sha256d(bytes.fromhex(self.coinb1 + extranonce1 + extranonce2 + self.coinb2))
        for sibling in self.branch:
            root = sha256d(root + bytes.fromhex(sibling))
        prev = b"".join(bytes.fromhex(self.prev[i:i + 8])[::-1] for i in range(0, 64, 8))
        return (struct.pack("<I", int(self.version, 16)) + prev + root + struct.pack(
            "<III", int(time or self.time, 16), int(self.bits, 16), nonce))

    @property
    def block_target(self):
        bits = int(self.bits, 16)
        return (bits & 0x7fffff) << (8 * ((bits >> 24) - 3))


class Stratum:
    """One connection. call() returns the answer as it came; what else arrives is kept in jobs, difficulty."""

    def __init__(self, port, host="127.0.0.1", timeout=20, source=None, first=b"", tls=None):
        """source: our own address; first: bytes before anything else; tls: an ssl.SSLContext."""
        self.socket = socket.create_connection((host, port), timeout, (source, 0) if source else None)
        self.socket.sendall(first)
        if tls:
            self.socket = tls.wrap_socket(self.socket)
        self.file = self.socket.makefile("rb")
        self.next_id, self.jobs, self.difficulty, self.requests = 1, [], None, []

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, line):
        self.socket.sendall(line if isinstance(line, bytes) else (json.dumps(line) + "\n").encode())

    def read(self):
        """The next line as JSON; None at the end of the connection."""
        line = self.file.readline()
        if not line:
            return None
        message = json.loads(line)
        if message.get("method") == "mining.notify":
            self.jobs.append(Job(message["params"]))
        elif message.get("method") == "mining.set_difficulty":
            self.difficulty = message["params"][0]
        if message.get("method"):
            self.requests.append(message)
        return message

    def call(self, method, *params, id=None):
        id = id if id is not None else self.next_id
        self.next_id += 1
        self.send({"id": id, "method": method, "params": list(params)})
        return self.answer(id)

    def answer(self, id):
        while True:
            message = self.read()
            assert message is not None, "the pool closed the connection"
            if message.get("id") == id and "method" not in message:
                return message

    def login(self, user, password="x"):
        """Subscribe, authorize, and wait for the first job."""
        result = self.call("mining.subscribe", "test/1")["result"]
        self.extranonce1, self.extranonce2_len = result[1], result[2]
        answer = self.call("mining.authorize", user, password)
        assert answer["result"] is True, answer
        self.user = user
        while not self.jobs:
            assert self.read() is not None, "the pool closed the connection"
        return self.jobs[-1]

    def solve(self, job, wants_block, powfn=scrypt, extranonce2=None, start=0):
        """A nonce whose hash is a block, or is none."""
        extranonce2 = extranonce2 or "00" * self.extranonce2_len
        for nonce in range(start, start + 100000):
            hash = int.from_bytes(powfn(job.header(self.extranonce1, extranonce2, nonce)), "little")
            if (hash <= job.block_target) == wants_block:
                return extranonce2, nonce
        raise AssertionError("no such nonce")

    def submit(self, job, extranonce2, nonce, time=None):
        return self.call("mining.submit", self.user, job.id, extranonce2, time or job.time, f"{nonce:08x}")


def send_share(port, address, wants_block=False):
    """One share of a miner that leaves then; it solves a block, or certainly does not."""
    with Stratum(port) as client:
        job = client.login(f"{address}.w")
        assert client.submit(job, *client.solve(job, wants_block))["result"] is True
