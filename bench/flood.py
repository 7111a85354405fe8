#!/usr/bin/env python3
"""Measure the dear hash: how near the server comes to it, and what a flood of false shares does to honest miners.

    bench/flood.py --build BUILD_DIR [--only bound,flood] [--seconds 10] [--flooders 50] [--times 10] [--dir /var/tmp]

1. yescryptr8 shares a second in closed loop against `kozan pow bench` with the same threads, in turns.
2. 100 honest miners at the pace of variable difficulty (a share in 15 s each), first alone, then while other connections
   send well-formed shares that are all false, at ten times what the machine can hash. No honest share may be refused.
"""
import argparse
import json
import pathlib
import socket
import subprocess
import threading
import time

from stratum import ADDRESS, ROOT, Pool, figure, load, machine

PORTS = """\
    ports:
      - {{listen: "127.0.0.1:{port}", name: any, difficulty: 1e-10, min_difficulty: 1e-10, fixed: true}}
      - {{listen: "127.0.0.1:{hard}", name: hard, difficulty: 100000, fixed: true}}
"""


class Flooder(threading.Thread):
    """One connection that sends false shares, and comes back when it is thrown out."""

    def __init__(self, port, rate, stop):
        super().__init__(daemon=True)
        self.port, self.rate, self.stop = port, rate, stop
        self.sent = self.thrown_out = 0

    def run(self):
        while not self.stop.is_set():
            try:
                self.flood()
            except OSError:
                self.thrown_out += 1

    def flood(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
            s.sendall(f'{{"id":1,"method":"mining.subscribe","params":[]}}\n'
                      f'{{"id":2,"method":"mining.authorize","params":["{ADDRESS}.flood","x"]}}\n'.encode())
            text = b""
            while b'"method":"mining.notify"' not in text or not text.endswith(b"\n"):
                more = s.recv(65536)
                if not more:
                    raise OSError("closed")
                text += more
            notify = next(line for line in text.splitlines() if b'"method":"mining.notify"' in line)
            job = json.loads(notify)["params"]
            s.settimeout(0.001)
            start, n = time.monotonic(), 0
            while not self.stop.is_set():
                due = int((time.monotonic() - start) * self.rate)
                lines = "".join(
                    f'{{"id":4,"method":"mining.submit","params":["{ADDRESS}.flood","{job[0]}","{self.ident:016x}",'
                    f'"{job[7]}","{i:08x}"]}}\n' for i in range(n, due))
                s.settimeout(5)
                s.sendall(lines.encode())
                self.sent += due - n
                n = due
                s.settimeout(0.05)
                try:
                    if not s.recv(1 << 20):
                        raise OSError("closed")
                except TimeoutError:
                    pass


def raw_rate(args):
    done = subprocess.run([args.build / "kozan", "pow", "bench", "--algo", "yescryptr8", "--threads", "1", "--seconds",
                           str(args.seconds), "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measure_bound(args):
    print("\nyescryptr8, one hashing thread: shares in closed loop against the raw hash\n")
    runs, raws = [], []
    with Pool(args, "bitzeny", more="hash_threads: 1, loops: 1") as pool:
        for _ in range(args.repeat):
            raws.append(raw_rate(args))
            runs += load(args, "load", pool, conns=100, outstanding=1, seconds=args.seconds)
    ratio = [run["shares_per_s"] / raw["hashes_per_second"] for run, raw in zip(runs, raws)]
    print(f"raw {figure(raws, 'hashes_per_second')} /s, shares {figure(runs, 'shares_per_s')} /s, "
          f"ratios {', '.join(f'{r:.3f}' for r in ratio)}")


def measure_flood(args):
    raw = raw_rate(args)["hashes_per_second"]
    with Pool(args, "bitzeny", more="hash_threads: 2", ports=PORTS) as pool:
        honest = {"conns": 100, "rate": 7, "seconds": args.seconds}
        alone = load(args, "load", pool, **honest)[0]
        stop = threading.Event()
        rate = 2 * raw * args.times / args.flooders
        flooders = [Flooder(args.ports + 4, rate, stop) for _ in range(args.flooders)]
        for flooder in flooders:
            flooder.start()
        time.sleep(2)
        flooded = load(args, "load", pool, **honest)[0]
        stop.set()
        for flooder in flooders:
            flooder.join(10)
    sent, thrown_out = sum(f.sent for f in flooders), sum(f.thrown_out for f in flooders)
    print(f"\n100 honest miners, 7 shares/s in all; {args.flooders} flooders: {sent} false shares sent, "
          f"{thrown_out} times thrown out\n\n| | accepted | refused | p50 ms | p99 ms |\n|---|---|---|---|---|")
    for name, run in (("alone", alone), ("under the flood", flooded)):
        print(f"| {name} | {run['accepted']} | {run['rejected']} | {run['latency_ms']['p50']} | {run['latency_ms']['p99']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="bound,flood")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--flooders", type=int, default=50)
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument("--ports", type=int, default=27120, help="first of five ports")
    parser.add_argument("--dir", default="/var/tmp")
    args = parser.parse_args()
    print(json.dumps(machine()))
    for name in args.only.split(","):
        {"bound": measure_bound, "flood": measure_flood}[name](args)


if __name__ == "__main__":
    main()
