"""A Kozan pool under test: its configuration, its processes, its database."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import urllib.request

from .ports import free_port
from .process import Process
from .wait import until

ROOT = pathlib.Path(__file__).resolve().parents[3]
KOZAN = pathlib.Path(os.environ.get("KOZAN", ROOT / "build" / "kozan"))
ONE_HASH = "0.0000152587890625"  # the scrypt difficulty at which a share is one hash on average

TEMPLATE = """\
data_dir: "{dir}/data"
coins_dir: "{root}/coins"
log: {{level: {log_level}}}
stratum: {{flush_interval: 200ms, hash_threads: 1, health: "127.0.0.1:{health_port}"{stratum}}}
web: {{listen: "127.0.0.1:{web_port}", url: "http://{web_host}:{web_port}"}}
{more}ledger: {{interval: 200ms}}
switching: {switching}
cache: {cache}
pools:
  - name: test
    title: {title}
    coin: {coin}
    network: regtest
    address: {address}
    daemon_poll: 100ms
    template_refresh: 1s
    daemons:
{daemons}
    wallet: {wallet}
    ports:
      - {{listen: {listen}, name: main, difficulty: {difficulty}, fixed: true, min_difficulty: {difficulty}{port_more}}}
{more_ports}    reward: {reward}
    payout: {payout}
{more_pools}"""


class Pool:
    """Settings are text of the YAML file; see TEMPLATE. start() waits until miners can connect."""

    def __init__(self, dir, daemons, address, ports=None, kozan=KOZAN, **settings):
        self.dir, self.kozan = pathlib.Path(dir), kozan
        self.dir.mkdir(parents=True, exist_ok=True)
        self.port, self.web_port, self.health_port = ports or (free_port(), free_port(), free_port())
        self.config = self.dir / "kozan.yaml"
        self.data = self.dir / "data"
        self.process = None
        self.settings = {
            "coin": "litecoin", "title": "Test pool", "difficulty": ONE_HASH, "more": "", "web_host": "127.0.0.1", "wallet": "{name: pool}", "log_level": "info",
            "listen": f'"127.0.0.1:{self.port}"', "port_more": "", "more_ports": "", "more_pools": "", "switching": "{}", "stratum": "", "cache": "{}", "reward": '{scheme: prop, fee: "1.0%"}',
            "payout": "{minimum: 0.001, interval: 1s, confirmations: 1}", **settings}
        self.write_config(daemons, address)

    def write_config(self, daemons, address):
        self.config.write_text(TEMPLATE.format(
            dir=self.dir, root=ROOT, port=self.port, web_port=self.web_port, health_port=self.health_port,
            address=address, daemons="\n".join(f"      - {d.yaml()}" for d in daemons), **self.settings))

    # -- the program

    def start(self, wait=True):
        self.process = Process("kozan run", [self.kozan, "run", "-c", self.config], self.dir / "kozan.log")
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, timeout=60):
        until(self.is_ready, "readiness of the pool", timeout)

    def is_ready(self):
        if not self.process.is_running():
            raise AssertionError(f"the pool ended with {self.process.exit_status()}:\n{self.process.tail()}")
        return self.http_status("/readyz", self.health_port) == 200 and self.http_status("/", self.web_port)

    def stop(self):
        if self.process and self.process.is_running():
            return self.process.stop()
        return self.process.exit_status() if self.process else None

    def run(self, *args, check=True, timeout=120):
        """A subcommand on this configuration, such as run("audit", "--json")."""
        done = subprocess.run([self.kozan, args[0], "-c", self.config, *args[1:]], timeout=timeout,
                              capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"kozan {args} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def role_pid(self, role):
        """The process of a role: a child of the supervisor."""
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words = (path / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            if parent == self.process.pid and words[-3:-1] == [b"--role", role.encode()]:
                return int(path.name)
        return None

    def kill_role(self, role):
        pid = until(lambda: self.role_pid(role), f"process of the role {role}")
        os.kill(pid, signal.SIGKILL)
        return pid

    # -- what it says

    def http_status(self, path, port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def http_json(self, path, port=None):
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.web_port}{path}", timeout=10) as answer:
            return json.load(answer)

    def http_text(self, path, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def status(self):
        return json.loads(self.run("status", "--json").stdout)["pools"][0]

    def audit(self, *args):
        return json.loads(self.run("audit", "--json", *args, check=False).stdout)

    def sql(self, query, *args):
        """Rows of the database as dictionaries."""
        db = sqlite3.connect(f"file:{self.data}/kozan.db?mode=ro", uri=True, timeout=10)
        db.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in db.execute(query, args)]
        finally:
            db.close()

    def metric(self, name, port=None):
        """A counter or gauge of the stratum role, or of whom the port is; metric('kozan_shares_total{result="stale"}')."""
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.health_port}/metrics", timeout=10) as answer:
            for line in answer.read().decode().splitlines():
                if line.rpartition(" ")[0] == name:
                    return float(line.rpartition(" ")[2])
        raise KeyError(name)

    def blocks(self, *states):
        """Found blocks by height; states as numbers of the database: 1 pending … 5 rejected."""
        rows = self.sql("SELECT * FROM block ORDER BY height, id")
        return [r for r in rows if not states or r["state"] in states]

    def payouts(self):
        return self.sql("SELECT * FROM payout ORDER BY id")

    @property
    def url(self):
        return f"stratum+tcp://127.0.0.1:{self.port}"
