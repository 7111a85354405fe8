"""The web role alone over a pool with a day of history (tests/unit/web/seed.c): for pages, no daemon is needed."""
import pathlib
import subprocess
import urllib.error
import urllib.request

from .ports import free_port
from .pool import KOZAN, ROOT
from .process import Process
from .wait import until

SEED = KOZAN.parent / "tests" / "unit" / "web" / "web_seed"
ADDRESS = "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"  # has rig1, rig2 and attic
CONF = """\
data_dir: "{dir}/data"
coins_dir: "{root}/coins"
web: {{listen: "127.0.0.1:{port}", url: "http://127.0.0.1:{port}"}}
pools:
  - name: litecoin
    title: Kozan Litecoin
    coin: litecoin
    address: {address}
    daemons:
      - {{name: a, url: "http://127.0.0.1:9332", user: u, password: p}}
    wallet: {{name: pool}}
    ports:
      - {{listen: "0.0.0.0:3333", name: low, label: "Low-end CPU", difficulty: 0.5}}
      - {{listen: "0.0.0.0:3334", name: high, label: "ASIC", difficulty: 4096}}
"""


class Seeded:
    def __init__(self, dir, *args):
        self.dir, self.web_port = pathlib.Path(dir) / "seeded", free_port()
        (self.dir / "data").mkdir(parents=True)
        self.config = self.dir / "kozan.yaml"
        self.config.write_text(CONF.format(dir=self.dir, root=ROOT, port=self.web_port, address=ADDRESS))
        self.process = Process("web_seed", [SEED, self.config, *args], self.dir / "seeded.log")
        until(self.is_ready, "numbers of the seeded pool")

    def is_ready(self):
        if not self.process.is_running():
            raise AssertionError(f"web_seed ended:\n{self.process.tail()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/readyz", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def run(self, *args):
        return subprocess.run([KOZAN, *args, "-c", self.config], check=True, capture_output=True, text=True, timeout=60).stdout

    def stop(self):
        if self.process.is_running():
            return self.process.stop()
        return self.process.exit_status()
