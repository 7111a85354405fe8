"""The database server accepts connections and says nothing (SIGSTOP), for half a minute."""
from away import check_absence


def test_the_server_is_frozen_for_30_seconds(world, daemon, server):
    check_absence(world, daemon, server, server.freeze, server.thaw, 30)
