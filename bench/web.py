#!/usr/bin/env python3
"""Measure the web role: answers a second and how long they take, live listeners, against 30 days of many accounts.

    bench/web.py --build BUILD_DIR [--accounts 100000] [--active 2000] [--rate 1000] [--seconds 20] [--listeners 3000]
                 [--only answers,live] [--realtime] [--json FILE]

BUILD_DIR was set up with -Dbuildtype=release. Starts a MariaDB server of its own, fills it, starts the web role on the
first core, and wrk (package wrk) on the second, where the database is, too. docs/performance.md says how to read it.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
DAYS, PERIOD = 30, 15  # of history; minutes of a row of statistics
BLOCKS_A_DAY, PAYOUTS = 10, 30
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CONFIG = """\
data_dir: "{dir}/data"
coins_dir: "{root}/coins"
log: {{level: odd}}
store: {{engine: mariadb, socket: "{dir}/s", user: root, password: ""}}
web: {{listen: "127.0.0.1:{port}", url: "http://127.0.0.1:{port}"}}
pools:
  - name: bench
    coin: litecoin
    address: {address}
    daemons: [{{name: a, url: "http://127.0.0.1:1", user: u, password: p}}]
    wallet: {{name: w}}
    ports: [{{listen: "127.0.0.1:{stratum}", name: any, difficulty: 1}}]
"""


def address_of(i):
    """The i-th account's: valid, and nobody's."""
    body = b"\x30" + hashlib.sha256(b"account %d" % i).digest()[:20]
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(body, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return text


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def die_with_parent():
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def start(argv, **more):
    return subprocess.Popen([str(a) for a in argv], preexec_fn=die_with_parent, **more)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


class Database:
    def __init__(self, dir):
        self.dir = dir
        os.environ["PATH"] += ":/usr/sbin"
        settings = ["--no-defaults", f"--user={os.getlogin() if os.getuid() else 'root'}", f"--datadir={dir}/db", "--skip-name-resolve"]
        subprocess.run(["mariadb-install-db", *settings, "--auth-root-authentication-method=normal", "--skip-test-db", "--force"],
                       check=True, stdout=subprocess.DEVNULL)
        self.process = start(["taskset", "-c", "1", "mariadbd", *settings, f"--socket={dir}/s", f"--pid-file={dir}/pid",
                              "--skip-networking", "--innodb-buffer-pool-size=2G", "--innodb-log-file-size=512M",
                              "--innodb-flush-log-at-trx-commit=2", f"--log-error={dir}/error.log"])
        while subprocess.run(self.client(), input="SELECT 1", text=True, capture_output=True).returncode:
            assert self.process.poll() is None, (dir / "error.log").read_text()
            time.sleep(0.2)

    def client(self, name=""):
        return ["mariadb", "--no-defaults", "-uroot", f"-S{self.dir}/s", "-N", "-B", *([name] if name else [])]

    def run(self, text, name="kozan"):
        done = subprocess.run(self.client(name), input=text, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


def fill(db, accounts, active):
    """The first `active` accounts mine all the time, the others for an hour each on one of the days."""
    now = int(time.time()) // 60 // PERIOD * PERIOD
    first = now - DAYS * 24 * 60
    periods = DAYS * 24 * 60 // PERIOD
    rows = ",".join(f"({i},1,'{address_of(i)}',{first * 60000})" for i in range(1, accounts + 1))
    db.run("SET autocommit=0; SET unique_checks=0; SET foreign_key_checks=0;"
           f"INSERT INTO account (id, pool_id, address, created_ms) VALUES {rows};"
           f"INSERT INTO worker (id, account_id, name, created_ms) SELECT id, id, 'rig', created_ms FROM account;"
           f"INSERT INTO worker (id, account_id, name, created_ms) SELECT id + {accounts}, id, 'second', created_ms"
           f" FROM account WHERE id <= {active};"
           "COMMIT;")
    for of, shift in (("t.seq", 0), ("t.seq", accounts)):
        for day in range(DAYS):  # one transaction a day
            a, b = day * 96, min(periods, (day + 1) * 96) - 1
            db.run("INSERT INTO slot (pool_id, period, worker_id, account_id, work, shares, first_ms, last_ms)"
                   f" SELECT 1, {first} + p.seq * {PERIOD}, {of} + {shift}, {of}, 40000 + (t.seq * 7 + p.seq * 13) % 9000, 60,"
                   f" ({first} + p.seq * {PERIOD}) * 60000, ({first} + p.seq * {PERIOD} + 14) * 60000"
                   f" FROM seq_{a}_to_{b} p, seq_1_to_{active} t")
    db.run("INSERT INTO slot (pool_id, period, worker_id, account_id, work, shares, first_ms, last_ms)"
           f" SELECT 1, {first} + ((t.seq * 31) % {periods - 4} + p.seq) * {PERIOD}, t.seq, t.seq, 20000, 30, {first} * 60000,"
           f" {first} * 60000 FROM seq_0_to_3 p, seq_{active + 1}_to_{accounts} t")
    db.run(f"INSERT INTO batch (pool_id, height, minute, node_id, epoch, from_seq, through_seq, work, shares, last_ms, data)"
           f" SELECT 1, 1000000 + FLOOR(m.seq / 3), {first} + m.seq, 1, 1, m.seq, m.seq + 1, {active} * 5600, {active} * 8,"
           f" ({first} + m.seq) * 60000, '' FROM seq_0_to_{DAYS * 24 * 60} m")
    blocks = DAYS * BLOCKS_A_DAY
    db.run("INSERT INTO block (id, pool_id, height, hash, prev_hash, reward, found_ms, finder_address, finder_worker, node_id,"
           " network_work, submit_result, state, confirmations, round_from, round_work, closed_ms, updated_ms, scheme, reserve)"
           f" SELECT b.seq, 1, 1000000 + b.seq * 48, SHA2(b.seq, 256), SHA2(b.seq + 1, 256), 625000000,"
           f" {first * 60000} + b.seq * {86400000 // BLOCKS_A_DAY}, '{address_of(1)}', 'rig', 1, 800000000, 'accepted', 3, 100,"
           f" 1000000 + (b.seq - 1) * 48, 810000000, 1, 1, 2, 0 FROM seq_1_to_{blocks} b;"
           "INSERT INTO credit (block_id, account_id, work, amount)"
           f" SELECT b.seq, a.seq, 100000, 300000 FROM seq_1_to_{blocks} b, seq_1_to_{active} a;"
           f"INSERT INTO txn (id, pool_id, kind, block_id, payout_id, created_ms) SELECT seq, 1, 1, seq, 0, 1 FROM seq_1_to_{blocks};"
           "INSERT INTO entry (txn_id, pool_id, book, account_id, amount)"
           f" SELECT b.seq, 1, 3, a.seq, 300000 FROM seq_1_to_{blocks} b, seq_1_to_{active} a;"
           "INSERT INTO payout (id, pool_id, state, txid, raw_tx, total, network_fee, items, created_ms, updated_ms, confirmations,"
           f" block_hash) SELECT p.seq, 1, 4, SHA2(p.seq, 256), '', 1000000, 1000, {active}, {first * 60000} + p.seq * 86400000,"
           f" 1, 10, SHA2(p.seq + 7, 256) FROM seq_1_to_{PAYOUTS} p;"
           "INSERT INTO payout_item (payout_id, account_id, address, amount)"
           f" SELECT p.seq, a.id, a.address, 2500000 FROM seq_1_to_{PAYOUTS} p, account a WHERE a.id <= {active};"
           "ANALYZE TABLE slot, credit, entry, payout_item, account, worker, batch;")
    return {table: int(db.run(f"SELECT COUNT(*) FROM {table}")) for table in ("account", "worker", "slot", "credit", "entry")}


def at_core(core, realtime):
    """What a program is started with."""
    return ["taskset", "-c", str(core), *(["chrt", "-r", "5"] if realtime else [])]


class Web:
    def __init__(self, build, dir, realtime):
        self.port = free_port()
        config = dir / "kozan.yaml"
        config.write_text(CONFIG.format(dir=dir, root=ROOT, port=self.port, stratum=free_port(), address=address_of(0)))
        self.process = start([*at_core(0, realtime), build / "kozan", "run", "--role", "web", "-c", config], stderr=open(dir / "web.log", "w"))
        while not self.get("/readyz"):
            assert self.process.poll() is None, (dir / "web.log").read_text()
            time.sleep(0.1)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.read()
        except OSError:
            return None


LUA = """
local paths = {{ {paths} }}
local n = 0
function request() n = n + 1; return wrk.format("GET", paths[(n * 7919) % #paths + 1]) end
function delay() return {delay} end
function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), latency:percentile(99.9), latency.max, summary.errors.status + summary.errors.timeout + summary.errors.read))
end
"""


def wrk(web, paths, rate, args, dir):
    """Requests at a steady rate (0: as many as it can), each after its connection's last one was answered."""
    conns = 50 if rate else 8
    script = dir / "load.lua"
    script.write_text(LUA.format(paths=",".join(f'"{p}"' for p in paths), delay=int(conns * 1000 / rate) if rate else 0))
    before, began = cpu_seconds(web.process.pid), time.monotonic()
    out = subprocess.run([*at_core(1, args.realtime), "wrk", "-t1", f"-c{conns}", f"-d{args.seconds}s", "-s", script,
                          f"http://127.0.0.1:{web.port}"], capture_output=True, text=True, check=True).stdout
    cpu = cpu_seconds(web.process.pid) - before
    count, us, p50, p99, p999, most, errors = map(int, re.search(r"RESULT (.*)", out)[1].split())
    return {"per_s": round(count / us * 1e6), "p50_ms": p50 / 1000, "p99_ms": p99 / 1000, "p99_9_ms": p999 / 1000, "max_ms": most / 1000,
            "errors": errors, "cpu_us": round(cpu / count * 1e6, 1), "busy": round(cpu / (time.monotonic() - began), 3)}


def static_like(web, build, length):
    """The packed file whose size is nearest."""
    dist = build / "src" / "web" / "portal_assets.c.p" / "dist" / "assets"
    files = sorted(dist.iterdir(), key=lambda f: abs(f.stat().st_size - length))
    return f"/assets/{files[0].name}", files[0].stat().st_size


def answers(web, build, active, args, dir):
    some = [f"/api/v1/accounts/{address_of(i)}" for i in random.Random(1).sample(range(1, active + 1), min(args.viewed, active))]
    cold = []
    for path in some:
        began = time.monotonic()
        body = web.get(path)
        cold.append((time.monotonic() - began) * 1000)
    static, static_len = static_like(web, build, len(body))
    cold.sort()
    report = {"answer_bytes": len(body), "static_bytes": static_len, "addresses": len(some),
              "cold_ms": {"p50": round(statistics.median(cold), 2), "p99": round(cold[int(len(cold) * 0.99)], 2)}}
    print(f"cold {report['cold_ms']} ms, {report['answer_bytes']} bytes", flush=True)
    for name, paths, rate in (("account", some, args.rate), ("static", [static], args.rate), ("account, all it can", some, 0),
                              ("static, all it can", [static], 0), ("page of an address", [p.replace("/api/v1/accounts", "/a") for p in some], args.rate)):
        for path in paths:  # warm
            web.get(path)
        report[name] = wrk(web, paths, rate, args, dir)
        print(f"{name:24} {report[name]}", flush=True)
    return report


class Listeners:
    """Clients of the live stream, from many addresses of loopback, read by one thread."""

    def __init__(self, port, count):
        self.sockets, self.bytes, self.events, self.lost = [], 0, 0, 0
        for i in range(count):
            s = socket.socket()
            s.bind((f"127.0.{1 + i // 250}.{1 + i % 250}", 0))
            s.connect(("127.0.0.1", port))
            s.sendall(b"GET /api/v1/live?topics=pool,blocks,payments HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
            s.setblocking(False)
            self.sockets.append(s)

    def read(self, until):
        import select
        poll = select.epoll()
        by_fd = {s.fileno(): s for s in self.sockets}
        for fd in by_fd:
            poll.register(fd, select.EPOLLIN)
        while time.monotonic() < until:
            for fd, _ in poll.poll(0.2, 1000):
                try:
                    data = by_fd[fd].recv(65536)
                except OSError:
                    data = b""
                if not data:
                    self.lost += 1
                    poll.unregister(fd)
                    continue
                self.bytes += len(data)
                self.events += data.count(b"\nevent: ")
        poll.close()


def live(web, db, args):
    most = max(args.listeners + 1000, 4096)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    pid = web.process.pid
    idle_kb = memory_kb(pid)
    listeners = Listeners(web.port, args.listeners)
    listeners.read(time.monotonic() + 5)
    stop = threading.Event()

    def disturb():  # something changes each second, as in a busy pool
        n = 0
        while not stop.wait(1):
            n += 1
            db.run(f"UPDATE block SET confirmations = 50 + {n % 50}, state = 2 WHERE id > {DAYS * BLOCKS_A_DAY - 3}")

    thread = threading.Thread(target=disturb)
    thread.start()
    seconds = args.seconds
    cpu, bytes_before, events_before = cpu_seconds(pid), listeners.bytes, listeners.events
    listeners.read(time.monotonic() + seconds)
    cpu = cpu_seconds(pid) - cpu
    stop.set()
    thread.join()
    count = len(listeners.sockets) - listeners.lost
    events = listeners.events - events_before
    report = {"listeners": count, "lost": listeners.lost, "events_per_listener_s": round(events / seconds / max(1, count), 2),
              "bytes_per_listener_s": round((listeners.bytes - bytes_before) / seconds / max(1, count)),
              "cpu_busy": round(cpu / seconds, 3), "cpu_us_per_event": round(cpu / max(1, events) * 1e6, 2),
              "kb_per_listener": round((memory_kb(pid) - idle_kb) / max(1, count), 1)}
    print(f"live {report}", flush=True)
    for s in listeners.sockets:
        s.close()
    return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--active", type=int, default=2_000)
    parser.add_argument("--viewed", type=int, default=500, help="different addresses that are looked at")
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--listeners", type=int, default=3_000)
    parser.add_argument("--realtime", action="store_true", help="before all others on this machine: when it is not yours alone (root)")
    parser.add_argument("--only", default="answers,live")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    build = args.build.resolve()
    if not shutil.which("wrk"):
        sys.exit("web.py: wrk is not installed")
    dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-web-bench-", dir="/var/tmp"))
    report, running = {}, []
    try:
        db = Database(dir)
        running.append(db.process)
        db.run("CREATE DATABASE kozan CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "")
        web = Web(build, dir, args.realtime)
        running.append(web.process)
        began = time.monotonic()
        report["rows"] = fill(db, args.accounts, args.active)
        print(f"filled in {time.monotonic() - began:.0f} s: {report['rows']}", flush=True)
        if "answers" in args.only:
            report["answers"] = answers(web, build, args.active, args, dir)
        if "live" in args.only:
            report["live"] = live(web, db, args)
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(30)
        shutil.rmtree(dir, ignore_errors=True)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
