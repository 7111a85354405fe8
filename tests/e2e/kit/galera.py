"""A Galera cluster of MariaDB servers on this machine."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import pymysql

from .mariadb import Mariadb
from .ports import free_port
from .process import Process
from .wait import until

PROVIDER = "/usr/lib/galera/libgalera_smm.so"
# A node that is silent for 2 s is left out: its peers go on after that.
QUICK = ("evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;evs.inactive_check_period=PT0.5S;evs.keepalive_period=PT0.5S;"
         "gcache.size=16M;pc.recovery=FALSE;socket.ssl=NO")

STARTS = 3  # a node that finds no majority gives up; whoever looks after it starts it again
NOT_READY = 1047  # no majority, or not decided yet


class GaleraNode(Mariadb):
    """One of them. As a Mariadb, save that its files belong to the user mysql, as rsync demands it."""

    def __init__(self, dir, number):
        super().__init__(dir)
        self.owner = "mysql" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.common[1] = f"--user={self.owner}"
        self.number, self.group_port, self.ist_port, self.sst_port = number, free_port(), free_port(), free_port()

    def make(self):
        """An empty server."""
        self.dir.mkdir()
        self._own()
        subprocess.run([self.tool("mariadb-install-db"), *self.common, "--auth-root-authentication-method=normal",
                        "--skip-test-db", "--force", "--innodb-flush-log-at-trx-commit=0"], check=True,
                       stdout=subprocess.DEVNULL, timeout=120)

    def copy(self, other):
        shutil.copytree(other.dir, self.dir)
        self._own()

    def _own(self):
        for path in (self.dir, *self.dir.rglob("*")):
            shutil.chown(path, self.owner)

    def _start(self, peers, is_first):
        address = "gcomm://" + ",".join(f"127.0.0.1:{p.group_port}" for p in peers)
        self.process = Process(f"mariadbd {self.number}", [
            self.tool("mariadbd"), *self.common, f"--socket={self.dir}/s", f"--pid-file={self.dir}/pid",
            "--bind-address=127.0.0.1", f"--port={self.port}", "--innodb-buffer-pool-size=32M", "--skip-log-bin",
            "--performance-schema=OFF", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON",
            f"--wsrep-provider={PROVIDER}", "--wsrep-cluster-name=kozan", f"--wsrep-node-name=n{self.number}",
            f"--wsrep-cluster-address={address}", f"--wsrep-node-address=127.0.0.1:{self.group_port}",
            f"--wsrep-node-incoming-address=127.0.0.1:{self.port}", "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{self.sst_port}",
            f"--wsrep-provider-options=base_host=127.0.0.1;base_port={self.group_port};"
            f"gmcast.listen_addr=tcp://127.0.0.1:{self.group_port};ist.recv_addr=127.0.0.1:{self.ist_port};"
            f"ist.recv_bind=127.0.0.1:{self.ist_port};{QUICK}",
            *(["--wsrep-new-cluster"] if is_first else [])], self.dir / "server.log")

    def launch(self, peers, is_first):
        for start in range(STARTS):
            self._start(peers, is_first)
            until(lambda: self.is_synced() or not self.process.is_running(), f"node {self.number} of the cluster", 120)
            if self.process.is_running():
                return
        raise AssertionError(f"mariadbd ended:\n{self.process.tail()}")

    def is_synced(self):
        try:
            return self.status("wsrep_local_state_comment") == "Synced"
        except pymysql.Error:
            return False

    def status(self, name):
        rows = self.query("SHOW GLOBAL STATUS LIKE ?", [name])
        return rows[0]["Value"] if rows else None


class Galera:
    """Nodes, started one after the other. Their folders are outside of the test's own, which mysql may not enter."""

    def __init__(self, size=3):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-galera-"))
        self.dir.chmod(0o755)
        self.nodes = [GaleraNode(self.dir / str(n + 1), n + 1) for n in range(size)]

    def start(self):
        self.nodes[0].make()
        for node in self.nodes[1:]:
            node.copy(self.nodes[0])
        for node in self.nodes:
            node.launch(self.nodes, is_first=node is self.nodes[0])
        return self

    def stop(self):
        for node in self.nodes:
            if node.process:
                node.thaw()
                node.kill()
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    @property
    def hosts(self):
        """For the configuration."""
        return "[" + ", ".join(f'"127.0.0.1:{n.port}"' for n in self.nodes) + "]"

    port = 3306  # each has its own

    def query(self, *args):
        """Asks the first that lives; for a while after a loss it takes no question."""
        def ask():
            try:
                return [next(n for n in self.nodes if n.process.is_running()).query(*args)]
            except pymysql.err.OperationalError as error:
                if error.args[0] != NOT_READY:
                    raise
        return until(ask, "an answer of the cluster")[0]
