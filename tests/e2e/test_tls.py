"""TLS on the stratum ports: real clients, both versions, certificates that change while miners stay."""
import os
import shutil
import signal
import socket
import ssl
import subprocess

import pytest

from conftest import World
from kit.miner import Stratum
from kit.pool import ONE_HASH, ROOT
from kit.ports import free_port
from kit.wait import until

VECTORS = ROOT / "tests/vectors/tls"


def client(**settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def install(pool, name):
    """The certificate and key of that name become those of the pool, as certbot would do it."""
    for kind in ("certificate", "key"):
        source = VECTORS / f"{name}{kind}.pem"
        shutil.copy(source, pool.data / f"{kind}.new")
        os.replace(pool.data / f"{kind}.new", pool.data / f"{kind}.pem")


def certificate(name):
    return ssl.PEM_cert_to_DER_cert((VECTORS / f"{name}certificate.pem").read_text())


def shown(pool):
    """The certificate that a new connection gets."""
    with Stratum(pool.port, tls=client()) as miner:
        return miner.socket.getpeercert(True)


@pytest.fixture(scope="module")
def pool(chain):
    world = World(chain)
    try:
        a, b = world.nodes()
        tls_port = free_port()
        pool = world.pool(
            [a, b], start=False, payout="{enabled: false}", port_more=", tls: auto",
            stratum=", tls_certificate: certificate.pem, tls_key: key.pem, allow: [127.0.0.1]",
            more_ports=f'      - {{listen: "127.0.0.1:{tls_port}", name: tls, tls: true, fixed: true, '
                       f'difficulty: {ONE_HASH}, min_difficulty: {ONE_HASH}}}\n')
        pool.tls_port = tls_port
        pool.data.mkdir(parents=True)
        install(pool, "")
        pool.start()
        pool.user = b.wallet("users").getnewaddress("", "bech32") + ".test"
        yield pool
    finally:
        world.close()


def mine_a_share(miner, user):
    job = miner.login(user)
    assert miner.submit(job, "00" * miner.extranonce2_len, 1)["result"] is True


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_shares_over_tls(pool, version):
    context = client(minimum_version=version, maximum_version=version)
    for port in (pool.port, pool.tls_port):
        with Stratum(port, tls=context) as miner:
            assert miner.socket.version() == version.name.replace("_", ".")
            mine_a_share(miner, pool.user)


def test_the_same_port_without_tls(pool):
    with Stratum(pool.port) as miner:
        mine_a_share(miner, pool.user)


def test_a_plain_miner_on_a_tls_port_is_told(pool):
    with Stratum(pool.tls_port) as miner:
        miner.send({"id": 1, "method": "mining.subscribe", "params": []})
        assert miner.read()["error"] == [20, "This port is for TLS: use stratum+ssl://", None]
        assert miner.read() is None


def test_openssl_as_a_client(pool):
    asked = subprocess.run(
        ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{pool.port}", "-servername", "stratum.test",
         "-CAfile", VECTORS / "certificate.pem", "-verify_return_error", "-verify_hostname", "stratum.test"],
        # the second request is of another protocol, and ends the connection
        input=b'{"id":1,"method":"mining.subscribe","params":[]}\n{"id":2,"method":"login","params":{}}\n',
        capture_output=True, timeout=60)
    assert b'"mining.notify"' in asked.stdout, asked


def test_the_portal_says_which_port_wants_tls(pool):
    urls = [port["url"] for port in pool.http_json("/api/v1/pool")["ports"]]
    assert [url.split(":")[0] for url in urls] == ["stratum+tcp", "stratum+ssl"]


def test_old_ciphers_are_refused(pool):
    context = client(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    failed = pool.metric('kozan_stratum_tls_total{result="failed"}')
    with pytest.raises(ssl.SSLError, match="handshake failure|HANDSHAKE_FAILURE"):
        Stratum(pool.port, tls=context)
    until(lambda: pool.metric('kozan_stratum_tls_total{result="failed"}') > failed, "count of the failure")


def test_records_in_pieces_of_one_byte(pool):
    """The handshake and a request, each byte in a packet of its own."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client().wrap_bio(incoming, outgoing)
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def step(action):
            while True:
                try:
                    result = action()
                except ssl.SSLWantReadError:
                    result = None
                for byte in outgoing.read():
                    sock.sendall(bytes([byte]))
                if result is not None:
                    return result
                incoming.write(sock.recv(65536))

        step(lambda: tls.do_handshake() or True)
        step(lambda: tls.write(b'{"id":7,"method":"mining.ping"}\n'))
        assert step(lambda: tls.read(100)) == b'{"id":7,"result":"pong","error":null}\n'


def test_garbage_after_the_first_byte_ends_the_connection(pool):
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.sendall(b"\x16\x03\x01\xff\xffgarbage" + bytes(70000))
        try:
            while sock.recv(65536):
                pass
        except ConnectionError:
            pass


def test_certificates_change_under_living_connections(pool):
    assert shown(pool) == certificate("")
    with Stratum(pool.port, tls=client()) as old:
        old.login(pool.user)
        install(pool, "other_")
        pool.process.signal(signal.SIGHUP)
        until(lambda: shown(pool) == certificate("other_"), "the new certificate")
        assert old.call("mining.ping")["result"] == "pong"

        # A file that cannot be used changes nothing, and is said once.
        shutil.copy(VECTORS / "key.pem", pool.data / "key.pem")
        until(lambda: "certificate_unusable" in pool.process.tail(200), "a complaint", 60)
        assert "is not the key of the certificate" in pool.process.tail(200)
        assert shown(pool) == certificate("other_")

        # Without a signal the change is noticed too.
        install(pool, "")
        until(lambda: shown(pool) == certificate(""), "the first certificate again", 60)
        assert old.call("mining.ping")["result"] == "pong"


def test_check_looks_at_the_certificate(pool):
    done = pool.run("check", "--json", check=False)
    assert '"what":"certificate"' in done.stdout.replace(": ", ":")
    assert "can be used until" in done.stdout
    shutil.copy(VECTORS / "expired_certificate.pem", pool.data / "certificate.pem")
    assert "has expired on 2021-01-01" in pool.run("check", check=False).stdout
    until(lambda: "the certificate has EXPIRED on 2021-01-01" in pool.run("status").stdout, "warning of the node", 60)
    assert "certificate_expired" in pool.process.tail(200)
