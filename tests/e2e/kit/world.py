"""What runs in a test, and where."""
import os
import pathlib
import shutil
import tempfile

from .node import copy_of, in_sync
from .pool import Pool


class World:
    """What runs in a test, and the folder it runs in (on /tmp, with a short name for sockets).

    chain: a stopped daemon that the daemons here are copied from; None: they come from elsewhere.
    """

    def __init__(self, chain=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-"))
        self.chain, self._running = chain, []

    def add(self, thing):
        self._running.append(thing)
        return thing

    def node(self, name, peer=None):
        """A litecoind with the common chain and its wallets pool (empty) and users (with coins)."""
        node = self.add(copy_of(self.chain, self.dir / name, name))
        return node.start() if peer is None else self._joined(node, peer)

    def _joined(self, node, peer):
        node.start()
        node.connect(peer)
        in_sync(node, peer)
        return node

    def nodes(self):
        """Two connected daemons: a has the pool's wallet in use, b mines for everybody else."""
        a = self.node("a")
        return a, self.node("b", peer=a)

    def pool(self, daemons, address=None, name="pool", start=True, **settings):
        address = address or daemons[0].wallet("pool").getnewaddress("", "bech32")
        pool = self.add(Pool(self.dir / name, daemons, address, **settings))
        return pool.start() if start else pool

    def end(self):
        for thing in reversed(self._running):
            try:
                thing.stop()
            except Exception as error:  # the others must end too
                print(f"{thing}: {error}")

    def logs(self):
        for path in sorted(self.dir.rglob("*.log")):
            if path.parent.name in ("index", "chainstate", "database"):
                continue  # the daemon's own databases
            lines = path.read_text(errors="replace").splitlines()[-30:]
            if lines:
                yield str(path.relative_to(self.dir)), "\n".join(lines)

    def remove(self):
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    def close(self, show=True):
        """The end of it all; show: first what everybody logged."""
        self.end()
        if show:
            for name, text in self.logs():
                print(f"---- {name}\n{text}")
        self.remove()
