"""bcoin on a regtest of its own, where a block takes 2^BLOCK_BITS hashes."""
import pathlib

from kit.node import Bcoin

BLOCK_BITS = 17  # at 1000 shares a second, a block in some 30 s


class HardBcoin(Bcoin):
    def command(self):
        return ["node", pathlib.Path(__file__).parent / "hard_bcoin.js", self.PACKAGE / "node_modules/bcoin", BLOCK_BITS]
