"""A sha256d coin with another daemon: bcoin, whose HTTP status is always 200 and whose side blocks look accepted."""
import shutil

import pytest

from kit.miner import mine
from kit.node import Bcoin
from kit.pool import ROOT
from kit.wait import until

ONE_HASH = "0.00000000023283064365386963"  # sha256d difficulty 1 is 2^32 hashes

pytestmark = pytest.mark.skipif(not shutil.which("npm"), reason="bcoin is installed with npm")


@pytest.fixture
def node(world):
    Bcoin.install()
    return world.add(Bcoin(world.dir / "bcoin", "b")).start()


def test_blocks_of_a_sha256d_coin(world, node):
    pool_address = node.address()
    node.generate(2, pool_address)
    pool = world.pool([node], pool_address, coin=f'"{ROOT}/tests/e2e/bcoin/coin.yaml"', difficulty=ONE_HASH,
                      wallet="{}", payout="{enabled: false}")
    before = node.height
    summary = mine(pool, f"{pool_address}.w", "--blocks", 5, algo="sha256d", rate=10)
    assert summary["blocks"] >= 5 and summary["rejected"] == 0
    until(lambda: node.height > before, "blocks in the chain")
    node.generate(8, pool_address)  # decides who lost a race
    until(lambda: not pool.blocks(1), "verdict on all blocks")
    credited = pool.blocks(2)
    assert credited and all(node.rpc.getblockhash(block["height"]) == block["hash"] for block in credited)
    node.generate(101, pool_address)
    until(lambda: not pool.blocks(1, 2), "maturity")
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit
