"""Two web servers that share memcached; it is lost, frozen and found again, and pages stay right."""
import signal
import subprocess

import pytest

from kit.miner import mine
from kit.pool import KOZAN
from kit.ports import free_port
from kit.process import Process
from kit.wait import until


class Memcached:
    def __init__(self, dir):
        self.dir, self.port, self.process = dir, free_port(), None

    def start(self):
        self.process = Process("memcached", ["memcached", "-l", "127.0.0.1", "-p", str(self.port), "-U", "0", "-u", "nobody"],
                               self.dir / "memcached.log")
        until(lambda: subprocess.run(["bash", "-c", f"echo >/dev/tcp/127.0.0.1/{self.port}"], stderr=subprocess.DEVNULL).returncode == 0,
              "memcached")
        return self

    def stop(self):
        self.process.kill()


@pytest.fixture
def memcached(world):
    return world.add(Memcached(world.dir).start())


def second_web(world, pool):
    """Another web server on the same database and cache: its port."""
    port = free_port()
    config = pool.dir / "second.yaml"
    config.write_text(pool.config.read_text().replace(f"127.0.0.1:{pool.web_port}", f"127.0.0.1:{port}"))
    world.add(Process("second web", [KOZAN, "run", "-c", config, "--role", "web"], pool.dir / "second.log"))
    until(lambda: pool.http_status("/readyz", port) == 200, "the second web server")
    return port


def test_web_servers_share_what_they_computed(world, users, memcached):
    a, b = world.nodes()
    pool = world.pool([a, b], cache=f"{{servers: 127.0.0.1:{memcached.port}, timeout: 300ms}}")
    address = users(b)["bech32"]
    mine(pool, f"{address}.rig", "--shares", 3, rate=20)
    path = f"/api/v1/accounts/{address}"
    until(lambda: pool.http_status(path, pool.web_port) == 200, "the account")
    other = second_web(world, pool)

    def hits(port):
        return pool.metric("kozan_cache_server_hits_total", port)

    def one_has_filled_for_the_other():
        pool.http_json(path)
        pool.http_json(path, other)
        return hits(pool.web_port) + hits(other) > 0
    until(one_has_filled_for_the_other, "a value that came from memcached")

    def out(port):
        pool.http_json(path, port)
        return pool.metric("kozan_cache_servers_out", port)
    memcached.stop()
    until(lambda: out(other) == 1, "the loss noticed")
    assert pool.http_json(path, other)["address"] == address
    memcached.start()
    until(lambda: out(other) == 0, "the return noticed")
    memcached.process.signal(signal.SIGSTOP)
    until(lambda: out(other) == 1, "the freeze noticed")
    assert pool.http_json(path, other)["address"] == address
    memcached.process.signal(signal.SIGCONT)
    until(lambda: out(other) == 0, "the thaw noticed")
