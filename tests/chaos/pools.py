"""A pool of chaos: its roles run one by one, so that a test kills them and starts them again as it likes."""
import os

from kit.mariadb import MariaPool
from kit.pool import Pool
from kit.process import Process
from kit.wait import until

ROLES = ("stratum", "ledger")
COIN = os.path.join(os.path.dirname(__file__), "..", "e2e", "bcoin", "coin.yaml")


class Roles:
    """For a class of pools. env: what the stratum role finds in its environment beside ours."""

    env = {}

    def __init__(self, *args, **settings):
        self.roles = {}
        super().__init__(*args, **settings)

    def write_config(self, daemons, address):
        super().write_config(daemons, address)
        text = self.config.read_text()
        assert "fixed: true, min_difficulty" in text
        self.config.write_text(text.replace("fixed: true, min_difficulty", "min_difficulty"))

    def start(self, wait=True):
        self.run("db", *(["init"] if isinstance(self, MariaPool) else ["migrate"]))
        for role in ROLES:
            self.start_role(role)
        if wait:
            self.wait_ready()
        return self

    def start_role(self, role):
        self.roles[role] = self.process = Process(
            role, [self.kozan, "run", "-c", self.config, "--role", role], self.dir / f"{role}.log",
            env={**os.environ, **(self.env if role == "stratum" else {})})

    def kill_role(self, role):
        self.roles[role].kill()

    def is_ready(self):
        for process in self.roles.values() if self.roles else [self.process]:
            assert process.is_running(), f"{process.name} ended with {process.exit_status()}:\n{process.tail()}"
        return self.http_status("/readyz", self.health_port) == 200

    def stop(self):
        for role in self.roles.values():
            role.stop()
        super().stop()

    def supervise(self):
        """Instead of start(): `kozan run`, with all roles as its children."""
        return super().start()

    def said(self, role, words):
        return (self.dir / f"{role}.log").read_text().count(words)


class LitePool(Roles, Pool):
    """On SQLite."""


class BigPool(Roles, MariaPool):
    """On a MariaDB server."""


def make_pool(world, daemon, server=None, **settings):
    """A pool on server, or on SQLite; not started. port: where the server is to be found, if elsewhere."""
    more = {"coin": f'"{COIN}"', "difficulty": "1e-10", "wallet": "{}", "payout": "{enabled: false}", **settings}
    args = (world.dir / "pool", [daemon], daemon.address())
    return world.add(BigPool(*args, server, **more) if server else LitePool(*args, **more))


def settled(pool):
    """The audit once everything in the journal is in the database."""
    def audit():
        audit = pool.audit("--no-wallet")
        return audit if audit["facts"].get("journal_unflushed") == 0 else None
    return until(audit, "end of flushing", every=0.3)
