"""The demo: two coin daemons, a pool and three miners on this machine; started by scripts/demo.

Everything lives in one folder below /tmp and in child processes that end with this one.
"""
import argparse
import json
import pathlib
import shutil
import signal
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from kit.node import LITECOIND, Litecoind, in_sync  # noqa: E402
from kit.pool import KOZAN, Pool  # noqa: E402
from kit.ports import prefer  # noqa: E402
from kit.process import Process  # noqa: E402
from kit.wait import TooLong, until  # noqa: E402

# name, kind of payout address, hashes a second: on this test network every second hash is a block
MINERS = [("anna", "legacy", 2.2), ("ben", "p2sh-segwit", 1.6), ("chiyo", "bech32", 1.0)]
CALM = 0.03      # of that pace, once the first payout is through
CHECK_S = 240    # what --check may take
TOLD_BLOCKS = 3  # blocks told one by one; after that in dozens


class Failed(Exception):
    pass


def say(text=""):
    print(text, flush=True)


def coins(amount):
    """An amount, as text or Decimal, without zeroes at its end."""
    text = format(amount, "f") if not isinstance(amount, str) else amount
    return text.rstrip("0").rstrip(".") if "." in text else text


def miners(count):
    return f"{count} miner{'' if count == 1 else 's'}"


class Demo:
    def __init__(self, args):
        self.args = args
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-demo-"))
        self.started, self.running = time.monotonic(), []
        self.found = self.credited = self.matured = self.lost = 0
        self.confirmed = []  # events of confirmed payouts
        self.miners, self.addresses = {}, {}

    # -- starting

    def start(self):
        say("Starting two Litecoin daemons on a private test network (regtest) …")
        self.a = self._node("a", 19444, 19443)
        self.b = self._node("b", 19454, 19453)
        self.b.connect(self.a)
        self.a.make_wallet("pool")
        wallet = self.b.make_wallet("miners")
        for name, kind, _ in MINERS:
            self.addresses[name] = wallet.getnewaddress(name, kind)
        say("Starting the pool: stratum, ledger and web, with everything in one folder …")
        self.pool = Pool(
            self.dir / "pool", [self.a, self.b], self.a.wallet("pool").getnewaddress("", "bech32"),
            ports=(prefer(3333), prefer(8080), prefer(9101)), title="Kozan demo", log_level="info",
            payout="{minimum: 1, interval: 3s, confirmations: 3}",
            reward='{scheme: pplns, window: 10, fee: "1.0%"}')
        self.running.append(self.pool)
        self.pool.start()
        say(f"""
  Portal    http://localhost:{self.pool.web_port}/
  Stratum   stratum+tcp://localhost:{self.pool.port}
  Folder    {self.dir}
""")
        self._follow()
        self.start_miners(1)

    def _node(self, name, p2p_port, rpc_port):
        node = Litecoind(self.dir / name, name, p2p_port=prefer(p2p_port), rpc_port=prefer(rpc_port))
        self.running.append(node)
        return node.start()

    def _follow(self):
        """Events of the pool, read from what `kozan status --follow` prints."""
        self.events = Process("events", [KOZAN, "status", "-c", self.pool.config, "--follow", "--json"],
                              self.dir / "events.log")
        self.running.append(self.events)
        self._offset = 0

    def start_miners(self, pace):
        for name, kind, rate in MINERS:
            log = self.dir / f"{name}-{pace}.log"
            argv = [KOZAN, "miner", "--url", self.pool.url, "--user", f"{self.addresses[name]}.{name}",
                    "--algo", "scrypt", "--rate", rate * pace, "--json", "--quiet", "--log-acks",
                    self.dir / "acknowledged.log"]
            self.miners[name] = Process(name, argv, log)
            self.running.append(self.miners[name])
            if pace == 1:
                say(f"{name} mines with {rate} hashes a second, paid to a {kind} address.")

    # -- telling

    def watch(self):
        """Tell what is new; fail when something that must run does not."""
        for thing in (self.a.process, self.b.process, self.pool.process, self.events):
            if not thing.is_running():
                raise Failed(f"{thing.name} ended:\n{thing.tail()}")
        with open(self.events.log, encoding="utf-8") as f:
            f.seek(self._offset)
            for line in iter(f.readline, ""):
                if not line.endswith("\n"):
                    break
                self._offset += len(line.encode())
                event = json.loads(line)
                getattr(self, "on_" + event["kind"], lambda data: None)(event["data"])

    def tell(self, text):
        say(f"{time.monotonic() - self.started:6.1f} s  {text}")

    def on_block_found(self, e):
        self.found += 1
        if self.found <= TOLD_BLOCKS:
            self.tell(f"{e['worker']} found block {e['height']}: {coins(e['reward'])} LTC.")
        elif self.found % 12 == 0:
            self.tell(f"{self.found} blocks found, {self.credited} credited to miners, {self.matured} mature, "
                      f"{self.lost} lost to a faster block. {self._shares()}")

    def _shares(self):
        return f"{sum(1 for _ in open(self.dir / 'acknowledged.log', encoding='utf-8'))} shares acknowledged."

    def on_block_credited(self, e):
        self.credited += 1
        if self.credited <= TOLD_BLOCKS:
            self.tell(f"Block {e['height']} is in the chain: {coins(e['reward'])} LTC credited to {miners(e['accounts'])}"
                      f", of which {coins(e['fee'])} LTC are the pool's fee.")
        if self.credited == TOLD_BLOCKS:
            self.tell("Credits can be paid when their block has 100 confirmations. Mining on …")

    def on_block_matured(self, e):
        self.matured += 1
        if self.matured == 1:
            self.tell(f"Block {e['height']} is mature: its credits can be paid now.")

    def on_block_orphaned(self, e):
        self.lost += 1
        if self.lost == 1:
            self.tell(f"Block {e['height']} of {e['worker']} came second at its height: nothing is paid for it, "
                      "its shares count for the next block.")

    def on_payout_sent(self, e):
        if not self.confirmed:
            self.tell(f"Payout sent: {coins(e['total'])} LTC to {miners(e['accounts'])}, transaction {e['txid']}")

    def on_payout_confirmed(self, e):
        self.confirmed.append(e)
        if len(self.confirmed) == 1:
            self.tell(f"Payout confirmed on the chain: {coins(e['total'])} LTC, "
                      f"fee {coins(e['network_fee'])} LTC, block {e['block_hash']}")
            wallet = self.b.wallet("miners")
            for name, _, _ in MINERS:
                got = wallet.getreceivedbyaddress(self.addresses[name], 1)
                say(f"          {name}'s wallet holds {coins(got)} LTC at {self.addresses[name]}")

    # -- running

    def run(self):
        self.start()
        until(lambda: self.watch() or self.confirmed, "confirmed payout", CHECK_S, every=0.2)
        if self.args.check:
            return self.check()
        self.stop_miners()
        self.start_miners(CALM)
        say("\nThe miners go on at a calm pace. Ctrl-C ends the demo.\n")
        while True:
            self.watch()
            time.sleep(0.5)

    def stop_miners(self):
        for miner in self.miners.values():
            miner.signal(signal.SIGTERM)
        for miner in self.miners.values():
            miner.stop()

    def check(self):
        """Let everything mature and be paid, then compare all sums."""
        self.tell("Checking. The miners stop; all of their blocks mature and are paid.")
        self.stop_miners()
        summaries = [json.loads(m.tail(1)) for m in self.miners.values()]
        self._wait_flushed()
        elsewhere = self.a.make_wallet("elsewhere").getnewaddress()
        self.a.generate(110, elsewhere)
        self._confirm_all(elsewhere)
        faults = self.faults(summaries)
        for fault in faults:
            say(f"FAULT: {fault}")
        if faults:
            raise Failed("the sums do not agree")
        self.tell("All sums agree: acknowledged shares = journal = database, rewards = credits + fees, "
                  "ledger = wallet, books sum to zero.")

    def _wait_flushed(self):
        def is_flushed():
            self.watch()
            audit = self.pool.audit("--no-wallet")
            return audit["facts"].get("journal_unflushed") == 0
        until(is_flushed, "end of the flushing", every=0.5)

    def _confirm_all(self, address):
        """Mine for nobody until no block is open and no payout is under way."""
        def is_settled():
            self.watch()
            self.a.generate(1, address)
            in_sync(self.a, self.b)
            is_open = self.pool.blocks(1, 2) or [p for p in self.pool.payouts() if p["state"] in (1, 2, 3)]
            due = self.pool.sql("SELECT 1 FROM entry WHERE book = 3 GROUP BY account_id HAVING SUM(amount) >= ?",
                                100_000_000)
            return not is_open and not due
        until(is_settled, "settlement of all blocks and payouts", 90, every=0.3)

    def faults(self, summaries):
        audit = self.pool.audit()
        facts, faults = audit["facts"], list(audit["faults"])
        acknowledged = sum(s["accepted"] for s in summaries)
        unanswered = sum(s["unanswered"] for s in summaries)
        rejected = sum(s["rejected"] for s in summaries)
        slots = self.pool.sql("SELECT SUM(shares) AS n FROM batch")[0]["n"]
        logged = sum(1 for _ in open(self.dir / "acknowledged.log", encoding="utf-8"))
        self.tell(f"{acknowledged} shares acknowledged, {rejected} refused, {facts['journal_shares']} in the journal, "
                  f"{slots} in the database; {facts['blocks']} blocks paid for; wallet {facts.get('wallet')} LTC, "
                  f"owed {facts.get('owed')} LTC.")
        if not audit["ok"]:
            faults.append("kozan audit found faults")
        if not acknowledged == logged == facts["journal_shares"] == slots or unanswered:
            faults.append(f"shares: {acknowledged} acknowledged, {logged} logged, {unanswered} unanswered, "
                          f"{facts['journal_shares']} in the journal, {slots} in the database")
        if facts.get("wallet") != facts.get("owed"):
            faults.append(f"the wallet holds {facts.get('wallet')}, and {facts.get('owed')} is owed")
        return faults + self._payouts_on_chain()

    def _payouts_on_chain(self):
        wallet, faults = self.b.wallet("miners"), []
        for name, _, _ in MINERS:
            paid = self.pool.sql("SELECT COALESCE(SUM(i.amount), 0) AS n FROM payout_item i JOIN payout p ON p.id = "
                                 "i.payout_id WHERE i.address = ? AND p.state = 4", self.addresses[name])[0]["n"]
            got = int(wallet.getreceivedbyaddress(self.addresses[name], 1) * 100_000_000)
            if paid != got or not got:
                faults.append(f"{name}: paid {paid}, received on the chain {got}")
        return faults

    def stop(self):
        for thing in reversed(self.running):
            thing.stop()

    def logs(self):
        for path in sorted(self.dir.rglob("*.log")):
            yield path, path.read_text(errors="replace").splitlines()[-15:]


def main():
    parser = argparse.ArgumentParser(description="A whole pool at work on this machine.")
    parser.add_argument("--check", action="store_true", help="end after the first payout; check all sums")
    args = parser.parse_args()
    if not pathlib.Path(LITECOIND).exists():
        sys.exit(f"demo: {LITECOIND} is not there; scripts/setup run installs it")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT is off in a shell's background jobs
        signal.signal(number, signal.default_int_handler)
    demo, code = Demo(args), 1
    try:
        demo.run()
        code = 0
    except KeyboardInterrupt:
        say("\nStopping …")
        code = 1 if args.check else 0
    except (Failed, TooLong) as error:
        for path, lines in demo.logs():
            say(f"---- {path.relative_to(demo.dir)}\n" + "\n".join(lines))
        say(f"demo: {error}")
    finally:
        demo.stop()
        shutil.rmtree(demo.dir, ignore_errors=True)
    say("demo: passed" if args.check and code == 0 else "Everything that the demo started has ended." if code == 0
        else "demo: failed")
    return code


if __name__ == "__main__":
    sys.exit(main())
