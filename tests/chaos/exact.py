"""The rule that all of this is about: acknowledged shares = audited work = database sums, to the last unit."""
import collections
import json

import journal
from miners import Share
from pools import settled

# What a miner may be told when the world breaks; anything else is a fault of the pool's.
EXPECTED = {"Stale share (job is no longer valid)", "Job not found", "Share could not be recorded, try again"}


def by_account(shares):
    sums = collections.Counter()
    for share in shares:
        sums[share.account] += share.work
    return sums


def exported(pool):
    lines = map(json.loads, pool.run("journal", "export").stdout.splitlines())
    return collections.Counter(Share(s["account"], s["worker"], s["work"], int(s["hash_top"], 16)) for s in lines)


def check_exact(pool, *crowds):
    """End the miners, let the pool settle, and compare share by share; what the miners saw is returned.

    1. A share that was answered `true` is in the journal exactly once, under its account and worker, with the work
       that its difficulty was worth.
    2. A share that was refused is nowhere.
    3. Whatever else is in the journal was under way on a connection that was lost: nobody but the pool can know its
       fate. Where no connection was lost, journal and acknowledged shares are equal.
    4. `kozan journal` finds no fault in the journal, and exports the same shares.
    5. The audit finds the journal's shares and work, account by account and height by height, in the database.
    """
    sums = [crowd.end() for crowd in crowds]
    acknowledged, refused, lost = (set().union(*(crowd.shares(fate) for crowd in crowds))
                                   for fate in ("acknowledged", "refused", "lost"))
    audit = settled(pool)
    recorded = journal.read(pool.data / "stratum" / "journal")

    assert len(acknowledged) == sum(s["acknowledged"]["shares"] for s in sums) > 0
    assert by_account(acknowledged) == collections.Counter(
        {name: a["acknowledged"]["work"] for s in sums for name, a in s["accounts"].items() if a["acknowledged"]["work"]})
    twice = {share: times for share, times in recorded.items() if times != 1}
    assert not twice, f"recorded more than once: {twice}"
    missing = acknowledged - recorded.keys()
    assert not missing, f"{len(missing)} acknowledged shares are lost, such as {sorted(missing)[:3]}"
    assert not refused & recorded.keys(), "shares that were refused are recorded"
    extra = recorded.keys() - acknowledged
    assert extra <= lost, f"recorded, but never sent: {sorted(extra - lost)[:3]}"
    assert {reason for s in sums for reason in s["reasons"]} <= EXPECTED

    assert json.loads(pool.run("journal", "verify", "--json").stdout)["ok"]
    assert exported(pool) == recorded

    assert audit["ok"], audit
    assert audit["facts"]["journal_shares"] == len(recorded)
    assert audit["facts"]["journal_work"] == sum(share.work for share in recorded)
    print(f"{len(acknowledged)} acknowledged; {len(refused)} refused; {len(lost)} lost on the way, {len(extra)} of them "
          f"counted; {sum(s['reconnects'] for s in sums)} reconnects; {audit['facts']['journal_work']} work")
    return Seen(acknowledged, refused, lost, sums)


Seen = collections.namedtuple("Seen", "acknowledged refused lost sums")


def check_undisturbed(pool, miners):
    """Every miner kept its connection, so every share that is recorded was acknowledged, too."""
    seen = check_exact(pool, miners)
    assert not seen.lost and not any(s["reconnects"] for s in seen.sums)
    assert not any("could not be recorded" in reason for s in seen.sums for reason in s["reasons"])
