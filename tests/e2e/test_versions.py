"""Two versions of Kozan on one database, as while a pool is upgraded: both serve, both write, both read."""
import pytest

from kit.mariadb import Mariadb, MariaPool
from kit.miner import start_miner
from kit.wait import until
from test_kill import settle, shares_in_database

NEXT = """\
ALTER TABLE node ADD COLUMN region {text 63} NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN colour BIGINT NOT NULL DEFAULT 0;
ALTER TABLE block ADD COLUMN luck BIGINT NOT NULL DEFAULT 0;
CREATE TABLE something_new (
	id {id},
	name {text 63} NOT NULL
) {table};
"""


@pytest.fixture
def server(world):
    return world.add(Mariadb(world.dir / "maria")).start()


def test_side_by_side(world, users, server, monkeypatch):
    a, b = world.nodes()
    address = a.wallet("pool").getnewaddress("", "bech32")
    older, newer = (world.add(MariaPool(world.dir / name, [a, b], address, server, payout="{enabled: false}"))
                    for name in ("older", "newer"))
    older.start()
    (world.dir / "next.sql").write_text(NEXT)
    known = older.sql("SELECT MAX(version) AS n FROM schema_version")[0]["n"]
    miners = [world.add(start_miner(older, users(b)["bech32"] + ".w", world.dir, rate=20, name="at-older"))]
    until(lambda: shares_in_database(older) > 10, "shares before")

    with monkeypatch.context() as m:  # in builds for tests this makes the program its own next version
        m.setenv("KOZAN_NEXT_MIGRATION", f"1:{world.dir}/next.sql")
        newer.start()
        assert f"this program at {known + 1}" in newer.run("db", "status").stdout
    miners.append(world.add(start_miner(newer, users(b)["p2sh-segwit"] + ".w", world.dir, rate=20, name="at-newer")))
    by_node = "SELECT COUNT(*) AS n FROM journal_cursor WHERE seq > 30"
    until(lambda: older.sql(by_node)[0]["n"] == 2, "work from both")

    status = older.run("db", "status").stdout
    assert f"at version {known + 1}, this program at {known}." in status and "may use it." in status
    miners[0].stop()
    accepted = miners[0].summary()["accepted"]
    assert older.stop() == 0
    older.start()  # on the newer tables
    miners[0] = world.add(start_miner(older, users(b)["legacy"] + ".w", world.dir, rate=20, name="at-older-again"))
    stored = shares_in_database(older)
    until(lambda: shares_in_database(older) > stored + 40, "more shares")
    for pool in (older, newer):
        until(lambda p=pool: len(p.http_json("/api/v1/blocks")["items"]) > 0, "blocks on the page")
    for miner in miners:
        miner.stop()
        assert miner.summary()["unanswered"] == 0
        accepted += miner.summary()["accepted"]
    for pool in (older, newer):
        settle(pool)
    assert shares_in_database(older) == accepted

    server.query("UPDATE schema_version SET min_reader = version WHERE version = ?", [known + 1], "kozan")
    refused = older.run("db", "migrate", check=False)
    assert refused.returncode == 1 and "made by a newer program" in refused.stderr
    assert "this one may not." in older.run("db", "status").stdout
