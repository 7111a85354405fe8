"""PROXY headers and load balancers: whose connection it is, whom to believe, two nodes behind a real HAProxy."""
import contextlib
import socket
import ssl
import struct
import subprocess

import pytest

from conftest import World
from kit.miner import Stratum
from kit.pool import KOZAN, ROOT, Pool
from kit.ports import free_port
from kit.process import Process
from kit.wait import until

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V1 = b"PROXY TCP4 %s 10.0.0.1 55000 3333\r\n"
DIRECT = "127.0.0.9"  # no balancer of ours


def v2(source="192.0.2.1", command=0x21, tlvs=b""):
    family, kind = (socket.AF_INET6, 0x21) if ":" in source else (socket.AF_INET, 0x11)
    body = socket.inet_pton(family, source) * 2 + struct.pack(">HH", 55000, 3333) + tlvs
    return SIGNATURE + bytes([command, kind]) + struct.pack(">H", len(body)) + body


LOCAL = SIGNATURE + b"\x20\x00\x00\x00"


@pytest.fixture(scope="module")
def pool(chain):
    world = World(chain)
    try:
        a, b = world.nodes()
        vectors = ROOT / "tests/vectors/tls"
        port = free_port()
        pool = world.pool(
            [a, b], payout="{enabled: false}", port_more=', tls: auto, proxy_from: ["127.0.0.1"]',
            listen=f'["0.0.0.0:{port}", "[::1]:{port}"]', log_level="debug",
            stratum=f', tls_certificate: "{vectors}/certificate.pem", tls_key: "{vectors}/key.pem", ban: 1h')
        pool.port = port
        pool.user = b.wallet("users").getnewaddress("", "bech32") + ".test"
        yield pool
    finally:
        world.close()


def pings(miner):
    return miner.call("mining.ping")["result"] == "pong"


@pytest.mark.parametrize("header", [
    V1 % b"192.0.2.1", b"PROXY TCP6 2001:db8::1 2001:db8::2 55000 3333\r\n", b"PROXY UNKNOWN\r\n", v2(), v2("2001:db8::1"),
    v2(tlvs=b"\x03\0\4abcd\xea\0\x16\x01vpce-08d2bf15fac5001c9"), LOCAL, v2(command=0x20)])
def test_headers_of_a_balancer(pool, header):
    with Stratum(pool.port, first=header) as miner:
        miner.login(pool.user)
        assert pings(miner)


def test_a_header_in_pieces_with_the_first_line_behind_it(pool):
    line = b'{"id":1,"method":"mining.ping"}\n'
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = v2() + line
        for byte in data[:-len(line) + 5]:
            sock.sendall(bytes([byte]))
        sock.sendall(data[-len(line) + 5:])
        assert sock.recv(100) == b'{"id":1,"result":"pong","error":null}\n'


def test_tls_behind_the_header(pool):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Stratum(pool.port, first=v2(), tls=context) as miner:
        miner.login(pool.user)
        assert pings(miner)


@pytest.mark.parametrize("first", [b'{"id":1,"method":"mining.ping"}\n', b"PROXY TCP4 nonsense\r\n",
                                   SIGNATURE + b"\x31", b"\x16\x03\x01"])
def test_a_balancer_without_a_header_is_left(pool, first):
    name = 'kozan_stratum_refused_total{reason="no_proxy_header"}'
    before = pool.metric(name)
    with Stratum(pool.port, first=first) as miner:
        with contextlib.suppress(ConnectionError):
            assert miner.read() is None
    until(lambda: pool.metric(name) == before + 1, "count")


def test_a_balancer_that_says_nothing_is_left(pool):
    with Stratum(pool.port, first=V1[:20], timeout=60) as late, Stratum(pool.port, timeout=60) as silent:
        for miner in (late, silent):
            with contextlib.suppress(ConnectionError):
                assert miner.read() is None


def test_a_health_check_leaves_no_trace(pool):
    before = {name: pool.metric(name) for name in (
        "kozan_stratum_connections_total", 'kozan_stratum_refused_total{reason="no_proxy_header"}')}
    for first in (LOCAL, b""):
        with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
            sock.sendall(first)
    with Stratum(pool.port, first=v2()) as miner:  # came after them
        assert pings(miner)
    before["kozan_stratum_connections_total"] += 1
    assert {name: pool.metric(name) for name in before} == before


def test_nobody_else_is_believed(pool):
    with Stratum(pool.port, source=DIRECT) as miner:
        miner.login(pool.user)
        assert pings(miner)
    with Stratum(pool.port, source=DIRECT, first=V1 % b"192.0.2.7") as miner:
        assert pings(miner)  # a line that is no JSON, and no more
    assert pool.metric("kozan_stratum_malformed_total") >= 1


def test_ipv6(pool):
    with Stratum(pool.port, host="::1") as miner:
        miner.login(pool.user)
        assert pings(miner)


def test_bans_are_for_the_miner_not_the_balancer(pool):
    victim = V1 % b"203.0.113.5"

    def is_refused():
        with Stratum(pool.port, first=victim) as miner:
            with contextlib.suppress(ConnectionError):
                for _ in range(5):
                    miner.send(b"garbage\n")
                while miner.read():
                    pass
        return any(ban["net"] == "203.0.113.5" for ban in bans())

    def bans():
        import json
        return json.loads(pool.run("ban", "list", "--json").stdout)

    until(is_refused, "ban", 60)
    with Stratum(pool.port, first=victim) as miner, contextlib.suppress(ConnectionError):
        miner.send({"id": 1, "method": "mining.ping"})
        assert miner.read() is None
    with Stratum(pool.port, first=V1 % b"203.0.113.6") as miner:
        assert pings(miner)
    assert [ban["net"] for ban in bans()] == ["203.0.113.5"]


# ---- HAProxy

HAPROXY = """\
global
    maxconn 500
    log stdout format raw local0 notice
    stats socket {dir}/admin.sock mode 600 level admin
defaults
    mode tcp
    log global
    timeout connect 3s
    timeout client 1h
    timeout server 1h
    timeout check 2s
    option redispatch 1
    retries 2
listen stratum
    bind 127.0.0.1:{front}
    balance leastconn
    option httpchk GET /readyz
    http-check expect status 200
    default-server send-proxy-v2 check inter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
{servers}
"""


def second_node(pool, dir):
    """Another stratum node of the same pool: a folder and ports of its own, the same database."""
    node = Pool.__new__(Pool)
    node.__dict__.update(pool.__dict__)
    node.dir, node.data, node.config = dir, dir / "data", dir / "kozan.yaml"
    node.port, node.health_port = free_port(), free_port()
    dir.mkdir()
    text = pool.config.read_text()
    for old, new in ((f'data_dir: "{pool.data}"', f'data_dir: "{node.data}"\nstore: {{path: "{pool.data}/kozan.db"}}'),
                     (f"127.0.0.1:{pool.port}", f"127.0.0.1:{node.port}"),
                     (f"127.0.0.1:{pool.health_port}", f"127.0.0.1:{node.health_port}")):
        assert old in text
        text = text.replace(old, new)
    node.config.write_text(text)
    node.process = Process("second node", [KOZAN, "run", "-c", node.config, "--role", "stratum"], dir / "kozan.log")
    return node


def test_two_nodes_behind_haproxy(world):
    a, b = world.nodes()
    first = world.pool([a, b], payout="{enabled: false}", port_more=', proxy_from: ["127.0.0.1"]')
    second = world.add(second_node(first, world.dir / "second"))
    until(lambda: second.http_status("/readyz", second.health_port) == 200, "readiness of the second node")
    user, front = b.wallet("users").getnewaddress("", "bech32") + ".rig", free_port()
    config = world.dir / "haproxy.cfg"
    config.write_text(HAPROXY.format(dir=world.dir, front=front, servers="".join(
        f"    server s{n} 127.0.0.1:{node.port} port {node.health_port}\n" for n, node in enumerate((first, second)))))
    haproxy = world.add(Process("haproxy", ["haproxy", "-f", config, "-db"], world.dir / "haproxy.log"))

    def log_in():
        miner = None
        try:
            miner = Stratum(front)
            job = miner.login(user)
            assert miner.submit(job, "00" * miner.extranonce2_len, 1)["result"] is True
            return miner
        except (AssertionError, OSError):  # the balancer has not found the nodes yet
            if miner:
                miner.close()
            return None

    miners = [until(log_in, f"a miner's login through {haproxy.name}") for _ in range(4)]
    until(lambda: [n.metric("kozan_stratum_sessions") for n in (first, second)] == [2, 2], "two miners at each node")
    assert first.metric("kozan_stratum_proxied_total") >= 2
    assert first.metric('kozan_stratum_refused_total{reason="no_proxy_header"}') == 0  # for all the health checks
    second.process.kill()
    replacements = [until(log_in, "a login after a node's death") for _ in range(2)]
    assert first.metric("kozan_stratum_sessions") == 4
    for miner in miners + replacements:
        miner.close()
