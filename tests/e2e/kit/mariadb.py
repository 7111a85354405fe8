"""A MariaDB server of its own, a pool that uses it, and a proxy that cuts connections during COMMIT."""
import os
import pathlib
import pwd
import selectors
import shutil
import signal
import socket
import subprocess
import threading

import pymysql
import pymysql.cursors

from .pool import Pool
from .ports import free_port
from .process import Process
from .wait import until


class Mariadb:
    """mariadbd in folder dir; root has no password. What a commit has stored survives kill()."""

    def __init__(self, dir):
        self.dir, self.port, self.process = pathlib.Path(dir), free_port(), None
        self.common = ["--no-defaults", f"--user={pwd.getpwuid(os.getuid()).pw_name}", f"--datadir={self.dir}/data",
                       f"--tmpdir={self.dir}", "--skip-name-resolve", "--innodb-log-file-size=16M"]

    @staticmethod
    def tool(name):
        path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        assert path, f"there is no {name} on this machine; scripts/setup test installs it"
        return path

    def start(self):
        if not self.dir.exists():
            self.dir.mkdir(parents=True)
            subprocess.run([self.tool("mariadb-install-db"), *self.common, "--auth-root-authentication-method=normal",
                            "--skip-test-db", "--force"], check=True, stdout=subprocess.DEVNULL, timeout=120)
        self.process = Process("mariadbd", [
            self.tool("mariadbd"), *self.common, f"--socket={self.dir}/s", f"--pid-file={self.dir}/pid",
            "--bind-address=127.0.0.1", f"--port={self.port}", "--innodb-buffer-pool-size=32M", "--skip-log-bin",
            "--performance-schema=OFF"], self.dir / "server.log")
        until(self._answers, "answer of mariadbd")
        return self

    def _answers(self):
        assert self.process.is_running(), f"mariadbd ended:\n{self.process.tail()}"
        try:
            return self.query("SELECT 1 AS n")
        except pymysql.Error:
            return None

    def query(self, text, args=(), database=None):
        """Rows as dictionaries."""
        db = pymysql.connect(unix_socket=f"{self.dir}/s", user="root", database=database, connect_timeout=10, autocommit=True,
                             cursorclass=pymysql.cursors.DictCursor)
        with db, db.cursor() as cursor:
            cursor.execute(text.replace("?", "%s"), args)
            return list(cursor.fetchall())

    def stop(self):
        if self.process and self.process.is_running():
            self.thaw()
            self.process.stop()

    def kill(self):
        self.process.kill()

    def freeze(self):
        self.process.signal(signal.SIGSTOP)

    def thaw(self):
        self.process.signal(signal.SIGCONT)


class MariaPool(Pool):
    """A pool whose roles have a login each on server, made by `kozan db init`."""

    STORE = """\
store:
  engine: mariadb
  host: {host}
  port: {port}
  user: kozan
  password: "main"
  connect_timeout: 1s
  timeout: 2s
  stratum: {{user: kozan_stratum, password: s}}
  ledger: {{user: kozan_ledger, password: l}}
  web: {{user: kozan_web, password: w}}
"""

    def __init__(self, dir, daemons, address, server, port=None, host="127.0.0.1", **settings):
        self.server, self.server_port, self.server_host = server, port or server.port, host
        super().__init__(dir, daemons, address, **settings)

    def write_config(self, daemons, address):
        super().write_config(daemons, address)
        self.config.write_text(self.config.read_text() + self.STORE.format(host=self.server_host, port=self.server_port))

    def start(self, wait=True):
        self.run("db", "init")
        return super().start(wait)

    def sql(self, query, *args):
        return self.server.query(query, args, "kozan")


class CuttingProxy:
    """Passes all on to the server; of each `every` COMMITs one is cut, at each place of PLACES in turn."""

    PLACES = ("before the server hears it", "before the answer", "after the answer")

    def __init__(self, server_port, every):
        self.server_port, self.every, self.commits, self.cuts = server_port, every, 0, 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self):
        self._listener.close()

    def _run(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _cut(self):
        """Where this COMMIT is cut; None: nowhere."""
        with self._lock:
            self.commits += 1
            if not self.every or self.commits % self.every:
                return None
            self.cuts += 1
            return self.PLACES[self.cuts % len(self.PLACES)]

    def _serve(self, client, server):
        with client, server, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            try:
                while all(self._pass(key.fileobj, key.data, client) for key, _ in selector.select()):
                    pass
            except OSError:
                pass

    def _pass(self, source, target, client):
        data = source.recv(65536)
        cut = self._cut() if source is client and b"\3COMMIT" in data else None
        if not data or cut == self.PLACES[0]:
            return False
        target.sendall(data)
        if cut == self.PLACES[2]:
            target.recv(65536)  # the server's "done" goes no further
        return cut is None
