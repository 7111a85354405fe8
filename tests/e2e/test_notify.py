"""`kozan notify`: the daemon's -blocknotify wakes the pool at once, even when polling is slow."""
import time

from kit.miner import Stratum
from kit.node import in_sync
from kit.wait import until


def test_a_new_block_reaches_the_miner_without_polling(world, users):
    a, b = world.nodes()
    pool = world.pool([a], start=False)
    text = pool.config.read_text()
    pool.config.write_text(text.replace("daemon_poll: 100ms", "daemon_poll: 1m")
                           .replace("template_refresh: 1s", "template_refresh: 10m")
                           .replace("password: p}", "password: p, longpoll: false}"))
    pool.start()
    with Stratum(pool.port) as miner:
        job = miner.login(users(b)["bech32"] + ".w")
        b.generate(1, b.wallet("users").getnewaddress())
        in_sync(a, b)
        began = time.monotonic()
        assert pool.run("notify", a.tip).stdout == ""
        while miner.jobs[-1].prev == job.prev:
            miner.read()
        assert miner.jobs[-1].is_clean
        assert time.monotonic() - began < 20  # polling would have taken a minute


def test_a_new_block_is_heard_as_a_peer(world, users):
    """No polling, no long poll, no notice: the daemon's own inv; also after its restart."""
    a, b = world.nodes()
    pool = world.pool([a], start=False)
    text = pool.config.read_text()
    pool.config.write_text(text.replace("daemon_poll: 100ms", "daemon_poll: 1m")
                           .replace("template_refresh: 1s", "template_refresh: 10m")
                           .replace("password: p}", f"password: p, longpoll: false, p2p: '127.0.0.1:{a.p2p_port}'}}"))
    pool.start()
    until(lambda: any("/Kozan:" in p["subver"] for p in a.rpc.getpeerinfo()), "the pool among its peers")
    with Stratum(pool.port) as miner:
        job = miner.login(users(b)["bech32"] + ".w")
        b.generate(1, b.wallet("users").getnewaddress())
        in_sync(a, b)
        began = time.monotonic()
        while miner.jobs[-1].prev == job.prev:
            miner.read()
        assert time.monotonic() - began < 20
    for peer in a.rpc.getpeerinfo():
        if "/Kozan:" in peer["subver"]:
            a.rpc.disconnectnode("", peer["id"])
    until(lambda: not any("/Kozan:" in p["subver"] for p in a.rpc.getpeerinfo()), "the pool gone", every=0.01)
    until(lambda: any("/Kozan:" in p["subver"] for p in a.rpc.getpeerinfo()), "the pool back")
    assert "p2p" not in str(pool.run("check").stderr)


def test_without_a_pool_it_fails_and_says_so(world):
    a, b = world.nodes()
    pool = world.pool([a], start=False)
    done = pool.run("notify", "00" * 32, check=False)
    assert done.returncode == 1
    assert "no pool is running" in done.stderr


def test_a_long_path_is_no_hindrance(world):
    a, b = world.nodes()
    pool = world.pool([a], name="a folder with a name that is too long for the address of a socket " * 2, start=False)
    pool.start(wait=False)
    until(lambda: pool.run("notify", check=False).returncode == 0, "notice received", timeout=15)
