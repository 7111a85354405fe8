"""The database server is stopped for a minute."""
from away import check_absence


def test_the_server_is_stopped_for_60_seconds(world, daemon, server):
    check_absence(world, daemon, server, server.stop, server.start, 60)
