#!/usr/bin/env python3
"""Measure the stratum role: shares a second, processor time a share, memory a connection, new block to last miner.

    bench/stratum.py --build BUILD_DIR [--only shares,rate,ack,idle,block] [--repeat 3] [--seconds 5] [--json FILE]

BUILD_DIR was set up with -Dbuildtype=release. Everything runs on this machine over loopback: the role alone (no ledger, no
portal), the stand-in daemon, and the load generator. docs/performance.md says how to read the figures.
"""
import argparse
import contextlib
import json
import os
import pathlib
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
ADDRESS = "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"  # regtest of both coins

# A difficulty below one hash becomes one hash, as regtest counts work in single hashes: whatever is sent is a share.
CONFIG = """\
data_dir: "{dir}/data"
coins_dir: "{root}/coins"
log: {{level: odd}}
stratum: {{health: "127.0.0.1:{health}", sync: {sync}, allow: [127.0.0.0/8], {more}}}
pools:
  - name: bench
    coin: {coin}
    network: regtest
    address: {address}
    template_refresh: 10m
    daemons: [{{name: a, url: "http://127.0.0.1:{daemon}", user: u, password: p, longpoll: {longpoll}}}]
"""
PORTS = """\
    ports: [{{listen: "127.0.0.1:{port}", name: any, difficulty: 1e-10, min_difficulty: 1e-10, fixed: true}}]
"""


def genesis(coin):
    """The first block of the coin's regtest, which the stand-in must have."""
    profile = (ROOT / "coins" / f"{coin}.yaml").read_text()
    return profile.split("\n  regtest:")[1].split("genesis:")[1].split()[0]


def die_with_parent():
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def start(argv, **more):
    return subprocess.Popen([str(a) for a in argv], preexec_fn=die_with_parent, **more)


class Pool:
    """The stratum role with its stand-in daemon, in a folder of its own."""

    def __init__(self, args, coin="bitcoin", sync="disk", longpoll=False, transactions=0, more="", ports=PORTS, offset=0):
        first = args.ports + offset
        self.port, self.daemon, health = first, first + 1, first + 2
        self.folder = tempfile.TemporaryDirectory(prefix="kozan-bench-", dir=args.dir)
        config = pathlib.Path(self.folder.name) / "kozan.yaml"
        config.write_text((CONFIG + ports).format(
            hard=first + 4, more=more, dir=self.folder.name, root=ROOT, health=health, sync=sync, coin=coin, address=ADDRESS, daemon=self.daemon,
            port=self.port, longpoll=str(longpoll).lower()))
        self.notify = f"{self.folder.name}/data/stratum/notify.sock"
        self.stand_in = start([sys.executable, ROOT / "bench/stand_in_daemon.py", self.daemon, genesis(coin), transactions])
        self.role = start([args.build / "kozan", "run", "-c", config, "--role", "stratum"])
        end = time.monotonic() + 60
        while not self.is_ready(health):
            if self.role.poll() is not None or time.monotonic() > end:
                sys.exit("bench/stratum.py: the pool does not become ready")
            time.sleep(0.05)

    @staticmethod
    def is_ready(health):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{health}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def rss_kb(self):
        status = pathlib.Path(f"/proc/{self.role.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def cpu_s(self):
        """User and kernel time so far, of all its threads."""
        fields = pathlib.Path(f"/proc/{self.role.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.role.terminate()
        self.role.wait(60)
        self.stand_in.kill()
        self.stand_in.wait()
        self.folder.cleanup()


def load(args, mode, pool=None, **options):
    """Run the generator; its lines as dictionaries."""
    options = {"port": pool.port if pool else args.ports + 3, "user": ADDRESS, **options}
    if pool:
        options["pid"] = pool.role.pid
    argv = [args.build / "bench/stratum_load", mode]
    for name, value in options.items():
        argv += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=600)
    if done.returncode:
        sys.exit(f"bench/stratum.py: {' '.join(map(str, argv))} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def figure(runs, key):
    """Median, with the least and the greatest of several."""
    values = [run[key] for run in runs]
    middle = statistics.median(values)
    text = f"{middle:,.0f}" if middle >= 1000 else f"{middle:.1f}"
    if len(values) == 1:
        return text
    return text + (f" ({min(values):,.0f}..{max(values):,.0f})" if middle >= 1000 else f" ({min(values):.1f}..{max(values):.1f})")


def share_row(name, runs):
    flat = [{**run, "p50": run["latency_ms"]["p50"], "p99": run["latency_ms"]["p99"]} for run in runs]
    print(f"| {name} | {runs[0]['conns']} | {figure(flat, 'server_us_per_share')} | {figure(flat, 'shares_per_s')} "
          f"| {figure(flat, 'p50')} | {figure(flat, 'p99')} | {figure(flat, 'others_cpu_percent')} |", flush=True)
    return {"name": name, "runs": runs}


def share_head(title):
    print(f"\n{title}\n\n| server | conns | server CPU us/share | shares/s | reply p50 ms | reply p99 ms | others' CPU % |\n"
          "|---|---|---|---|---|---|---|", flush=True)


# What is measured in turns, so that the floor sees the same machine as the pool.
def compared(args, cases, seconds):
    """cases: (name, pool or None for the floor, options of the generator)."""
    runs = {name: [] for name, _, _ in cases}
    for _ in range(args.repeat):
        for name, pool, options in cases:
            runs[name] += load(args, "load" if pool else "echo", pool, seconds=seconds, **options)
    return [share_row(name, runs[name]) for name, _, _ in cases]


def measure_shares(args):
    rows = []
    share_head("Closed loop: a miner sends the next share when the last one is answered")
    for conns in (100, 1000):
        one = {"conns": conns}
        rows += compared(args, [(f"floor, {conns}", None, one)], args.seconds)
        for coin, sync in (("bitcoin", "disk"), ("bitcoin", "os"), ("litecoin", "disk")):
            with Pool(args, coin, sync) as pool:
                algorithm = "sha256d" if coin == "bitcoin" else "scrypt"
                rows += compared(args, [(f"{algorithm}, sync: {sync}", pool, one)], args.seconds)
    many = {"conns": 100, "outstanding": 16}
    with Pool(args) as pool:
        rows += compared(args, [("floor, 16 outstanding", None, many), ("sha256d, sync: disk, 16 outstanding", pool, many)],
                         args.seconds)
    return rows


def measure_rate(args):
    rows = []
    share_head("Steady rate from 1000 miners; a reply's time counts from when the share was due")
    for rate in (1000, 10000):
        options = {"conns": 1000, "rate": rate}
        rows += compared(args, [(f"floor, {rate}/s", None, options)], args.seconds)
        for sync in ("disk", "os"):
            with Pool(args, sync=sync) as pool:
                rows += compared(args, [(f"sha256d, sync: {sync}, {rate}/s", pool, options)], args.seconds)
    return rows


def best(runs):
    """Of runs on a machine that others use, too: the one that they disturbed least."""
    return min(runs, key=lambda run: run["others_cpu_percent"])


def measure_ack(args):
    print("\nTime to the answer, saturated (closed loop) and at half of that rate; the best of each case's runs\n\n"
          "| sync | load | shares/s | p50 ms | p99 ms | server CPU us/share | others' CPU % |\n|---|---|---|---|---|---|---|")
    runs = {(sync, part): [] for sync in ("disk", "os") for part in ("saturated", "half")}
    pools = {sync: Pool(args, sync=sync, offset=10 * i) for i, sync in enumerate(("disk", "os"))}
    with pools["disk"], pools["os"]:
        for part in ("saturated", "half"):
            for _ in range(args.repeat):
                for sync, pool in pools.items():
                    most = max((run["shares_per_s"] for run in runs[sync, "saturated"]), default=0)
                    runs[sync, part] += load(args, "load", pool, conns=1000, seconds=args.seconds,
                                             rate=most // 2 if part == "half" else 0)
    rows = []
    for (sync, part), all_runs in runs.items():
        run = best(all_runs)
        print(f"| {sync} | {part} | {run['shares_per_s']:,} | {run['latency_ms']['p50']} | {run['latency_ms']['p99']} "
              f"| {run['server_us_per_share']:.1f} | {run['others_cpu_percent']:.0f} |", flush=True)
        rows.append({"name": f"ack, sync: {sync}, {part}", "runs": all_runs})
    return rows


IDLE_S = 20


def idle_run(args, conns, processes):
    """conns miners of each of so many nodes, each with a generator of its own: all log in at once, then do nothing."""
    with contextlib.ExitStack() as stack:
        pools = [stack.enter_context(Pool(args, offset=10 * i)) for i in range(processes)]
        before = sum(pool.rss_kb() for pool in pools)
        generators = [stack.enter_context(start(
            [args.build / "bench/stratum_load", "idle", "--port", pool.port, "--user", ADDRESS, "--conns", conns,
             "--pid", pool.role.pid], stdin=subprocess.PIPE, stdout=subprocess.PIPE)) for pool in pools]
        runs = [json.loads(generator.stdout.readline()) for generator in generators]
        time.sleep(1)
        cpu_s = sum(pool.cpu_s() for pool in pools)
        time.sleep(IDLE_S)
        cpu_s = sum(pool.cpu_s() for pool in pools) - cpu_s
        after = sum(pool.rss_kb() for pool in pools)
        for generator in generators:
            generator.stdin.close()
            generator.wait(60)
    return {"conns": conns * processes, "processes": processes, "rss_before_kb": before, "rss_kb": after,
            "bytes_per_conn": (after - before) * 1024 / (conns * processes),
            "connects_per_s": sum(run["connects_per_s"] for run in runs),
            "login_max_ms": max(run["login_max_ms"] for run in runs),
            "server_us_per_conn": sum(run["server_us_per_conn"] for run in runs) / processes,
            "idle_cpu_percent": cpu_s * 100 / IDLE_S}


def measure_idle(args):
    print("\nIdle miners: connected, authorised, with a job; resident memory and processor time of the processes\n\n"
          "| conns | processes | RSS before, kB | RSS after, kB | bytes/conn | logins/s | slowest login, ms | server CPU us/login "
          "| idle, % of a core |\n|---|---|---|---|---|---|---|---|---|")
    rows = []
    for conns, processes in ((1000, 1), (5000, 1), (10000, 1), (19000, 1), (19000, 3)):
        runs = [idle_run(args, conns, processes) for _ in range(args.repeat)]
        print("| " + " | ".join([f"{conns * processes}", str(processes)] + [figure(runs, key) for key in (
            "rss_before_kb", "rss_kb", "bytes_per_conn", "connects_per_s", "login_max_ms", "server_us_per_conn",
            "idle_cpu_percent")]) + " |", flush=True)
        rows.append({"name": f"idle, {conns} x {processes}", "runs": runs})
    return rows


def measure_block(args):
    print("\nNew block at the daemon to mining.notify at the miner (kernel's receive stamps)\n\n"
          "| heard by | transactions | conns | first ms | median ms | last ms | server CPU us/conn |\n|---|---|---|---|---|---|---|")
    rows = []
    for heard, transactions in (("notice", 0), ("long poll", 0), ("notice", 3000)):
        for conns in (1000, 10000):
            with Pool(args, longpoll=heard == "long poll", transactions=transactions) as pool:
                how = {"notify": pool.notify} if heard == "notice" else {}
                runs = load(args, "block", pool, conns=conns, blocks=2 * args.repeat + 1, tip_port=pool.daemon, **how)
            print(f"| {heard} | {transactions} | {conns} | " + " | ".join(figure(runs, key) for key in (
                "first_ms", "median_ms", "last_ms", "server_us_per_conn")) + " |", flush=True)
            rows.append({"name": f"block by {heard}, {transactions} tx, {conns}", "runs": runs})
    return rows


MEASURES = {"shares": measure_shares, "rate": measure_rate, "ack": measure_ack, "idle": measure_idle, "block": measure_block}


def machine():
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    model = cpuinfo.split("model name")[1].split(":")[1].split("\n")[0].strip() if "model name" in cpuinfo else "?"
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "commit": commit.strip(),
            "load_average": os.getloadavg(), "time": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=",".join(MEASURES))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--ports", type=int, default=27100, help="first of some twenty ports")
    parser.add_argument("--dir", default="/var/tmp", help="where the journals are written: a disk, not a tmpfs")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    report = {"machine": machine(), "results": []}
    print(json.dumps(report["machine"]))
    for name in args.only.split(","):
        report["results"] += MEASURES[name](args)
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
