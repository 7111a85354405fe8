"""TCP ports that nobody uses. Each process that asks has a range of its own, so that test workers never meet."""
import functools
import itertools
import socket

FIRST, PER_RANGE, RANGES = 10000, 300, 36
_held = []


def is_free(port, host="127.0.0.1"):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError:
            return False
    return True


@functools.cache
def _candidates():
    """The ports of the first range that no other process holds: who binds its name holds it, until it ends."""
    for number in range(RANGES):
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            holder.bind(f"\0kozan-ports-{number}")
        except OSError:
            holder.close()
            continue
        _held.append(holder)
        first = FIRST + number * PER_RANGE
        return itertools.cycle(range(first, first + PER_RANGE))
    raise RuntimeError("all ranges of test ports are in use")


def free_port():
    for port in itertools.islice(_candidates(), PER_RANGE):
        if is_free(port):
            return port
    raise RuntimeError("all ports of the test range are taken")


def prefer(port):
    """This port, or another when it is taken."""
    return port if is_free(port) else free_port()
