"""Coin daemons on regtest: Litecoin Core from Debian, and bcoin (sha256d) from npm."""
import pathlib
import shutil
import socket
import subprocess

from .ports import free_port
from .process import Process
from .rpc import Rpc, RpcError
from .wait import until

LITECOIND = "/usr/lib/litecoin/litecoind"  # /usr/bin/litecoind is a wrapper that writes to $HOME
MWEB_OFF = "-vbparams=mweb:-2:0"


class Litecoind:
    """One litecoind on regtest in folder dir. Its wallets are loaded again at each start."""

    def __init__(self, dir, name="a", mweb=False, args=(), p2p_port=None, rpc_port=None):
        self.dir, self.name, self.has_mweb = pathlib.Path(dir), name, mweb
        self.p2p_port, self.rpc_port = p2p_port or free_port(), rpc_port or free_port()
        self.onion_port = free_port()  # else all of them want 19444
        self.rpc = Rpc(self.rpc_port)
        self.args, self.wallets, self.peers = list(args), [], []
        self.process, self._dummy = None, None

    def argv(self):
        return [
            LITECOIND, "-regtest", f"-datadir={self.dir}", f"-conf={self.dir}/none.conf", "-server",
            "-printtoconsole=0", f"-port={self.p2p_port}", f"-bind=127.0.0.1:{self.p2p_port}",
            f"-bind=127.0.0.1:{self.onion_port}=onion",
            f"-rpcport={self.rpc_port}", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-rpcuser=u",
            "-rpcpassword=p", "-dnsseed=0", "-discover=0", "-listenonion=0", "-upnp=0",
            "-fallbackfee=0.0001", "-rpcworkqueue=128", "-rpcthreads=8", "-keypool=10",
            "-rpcservertimeout=3", "-maxtipage=2000000000", "-peertimeout=31536000",
            *([] if self.has_mweb else [MWEB_OFF]),
            *(f"-wallet={w}" for w in self.wallets), *(f"-connect=127.0.0.1:{p.p2p_port}" for p in self.peers),
            *self.args]

    def start(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        (self.dir / "none.conf").touch()
        self.process = Process(f"litecoind {self.name}", self.argv(), self.dir / "stdout.log")
        until(self._answers, f"answer of litecoind {self.name}", timeout=60)
        return self

    def _answers(self):
        if not self.process.is_running():
            raise AssertionError(f"litecoind {self.name} ended:\n{self.process.tail()}{self.log_tail()}")
        try:
            return self.rpc.getblockchaininfo()
        except (OSError, RpcError, ValueError):
            return None

    def stop(self):
        self.drop_dummy_peer()
        if self.process and self.process.is_running():
            self.process.stop()

    def kill(self):
        self.drop_dummy_peer()
        self.process.kill()

    def log_tail(self, lines=20):
        path = self.dir / "regtest" / "debug.log"
        return "".join(path.read_text(errors="replace").splitlines(True)[-lines:]) if path.exists() else ""

    def make_wallet(self, name):
        if name not in self.wallets:
            self.rpc.createwallet(name)
            self.wallets.append(name)
        return self.rpc.wallet(name)

    def wallet(self, name):
        return self.rpc.wallet(name)

    def generate(self, count, address):
        return self.rpc.generatetoaddress(count, address)

    @property
    def height(self):
        return self.rpc.getblockcount()

    @property
    def tip(self):
        return self.rpc.getbestblockhash()

    def add_dummy_peer(self):
        """A bare connection counts as a peer, and without one there is no block template."""
        if not self._dummy:
            self._dummy = socket.create_connection(("127.0.0.1", self.p2p_port))

    def drop_dummy_peer(self):
        if self._dummy:
            self._dummy.close()
            self._dummy = None

    def connect(self, other):
        self.rpc.addnode(f"127.0.0.1:{other.p2p_port}", "onetry")
        until(lambda: any(not p["inbound"] for p in self.rpc.getpeerinfo()), "connection between daemons")

    def yaml(self):
        return f"{{name: {self.name}, url: http://127.0.0.1:{self.rpc_port}, user: u, password: p}}"


def in_sync(*nodes, timeout=60):
    until(lambda: len({n.tip for n in nodes}) == 1, "common tip", timeout)


def copy_of(template, dir, name):
    """A stopped node's folder, copied, as a new node with the same wallets."""
    shutil.copytree(template.dir, dir)
    node = Litecoind(dir, name, template.has_mweb)
    node.wallets = list(template.wallets)
    return node


class Bcoin:
    """One bcoin on regtest: sha256d, HTTP status always 200, its wallet on a port of its own."""

    PACKAGE = pathlib.Path(__file__).parent.parent / "bcoin"

    def __init__(self, dir, name="b"):
        self.dir, self.name = pathlib.Path(dir), name
        self.p2p_port, self.rpc_port, self.wallet_port = free_port(), free_port(), free_port()
        self.rpc = Rpc(self.rpc_port, "x", "k")
        self.wallet_rpc = Rpc(self.wallet_port, "x", "k")
        self.process = None

    @classmethod
    def install(cls):
        """npm's own cache makes the second time quick. --ignore-scripts: nothing needs a compiler."""
        if not (cls.PACKAGE / "node_modules" / "bcoin").exists():
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=cls.PACKAGE,
                           check=True, stdout=subprocess.DEVNULL)

    def command(self):
        return ["node", self.PACKAGE / "node_modules/bcoin/bin/node"]

    def start(self):
        import os
        (self.dir / "wallet").mkdir(parents=True, exist_ok=True)
        argv = [*self.command(), "--network=regtest",
                f"--prefix={self.dir}", "--memory=true", "--api-key=k", "--host=127.0.0.1",
                f"--port={self.p2p_port}", "--http-host=127.0.0.1", f"--http-port={self.rpc_port}",
                "--wallet-http-host=127.0.0.1", f"--wallet-http-port={self.wallet_port}",
                "--wallet-api-key=k", f"--wallet-prefix={self.dir}", "--wallet-network=regtest",
                "--wallet-memory=true", "--only=127.0.0.1:1", "--log-level=warning", "--workers=false"]
        self.process = Process(f"bcoin {self.name}", argv, self.dir / "stdout.log",
                               env={**os.environ, "NODE_BACKEND": "js"})
        until(self._answers, f"answer of bcoin {self.name}")
        return self

    def _answers(self):
        if not self.process.is_running():
            raise AssertionError(f"bcoin ended:\n{self.process.tail()}")
        try:
            return self.rpc.getblockchaininfo() and self.wallet_rpc.getwalletinfo()
        except (OSError, RpcError, ValueError):
            return None

    def stop(self):
        if self.process:
            self.process.stop()

    def address(self):
        """getnewaddress gives addresses of the main network here; this one does not."""
        return self.wallet_rpc.getaccountaddress("default")

    @property
    def height(self):
        return self.rpc.getblockcount()

    @property
    def tip(self):
        return self.rpc.getbestblockhash()

    def generate(self, count, address):
        return self.rpc.generatetoaddress(count, address)

    def yaml(self):
        return f"{{name: {self.name}, url: http://127.0.0.1:{self.rpc_port}, user: x, password: k}}"
