"""TCP ports that nobody uses. Each test worker has a range of its own, so that they never meet."""
import itertools
import os
import socket

FIRST, PER_WORKER, WORKERS = 24000, 900, 3


def is_free(port, host="127.0.0.1"):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError:
            return False
    return True


def _range():
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    first = FIRST + worker % WORKERS * PER_WORKER
    return itertools.cycle(range(first, first + PER_WORKER))


_candidates = _range()


def free_port():
    for port in itertools.islice(_candidates, PER_WORKER):
        if is_free(port):
            return port
    raise RuntimeError("all ports of the test range are taken")


def prefer(port):
    """This port, or another when it is taken."""
    return port if is_free(port) else free_port()
