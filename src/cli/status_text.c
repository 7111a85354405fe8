/* status_text.c -- `kozan status` for people: the JSON of status_collect.c as a page of text. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/status.h"

#define CERTIFICATE_WARN_MS (14LL * 86400 * 1000)

static int64_t number(const json_t *o, const char *key)
{
	int64_t n = 0;

	json_get_i64(o, key, &n);
	return n;
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_get_str(o, key);

	return s ? s : "";
}

static const char *age_text(int64_t ms, char out[32])
{
	if (ms < 60 * 1000)
		snprintf(out, 32, "%lld s", (long long)(ms < 0 ? 0 : ms / 1000));
	else if (ms < 2 * 3600 * 1000LL)
		snprintf(out, 32, "%lld min", (long long)(ms / 60000));
	else if (ms < 2 * 86400 * 1000LL)
		snprintf(out, 32, "%lld h", (long long)(ms / 3600000));
	else
		snprintf(out, 32, "%lld days", (long long)(ms / 86400000));
	return out;
}

static const char *rate_text(double hashes, char out[32])
{
	static const char *const units[] = {"H/s", "kH/s", "MH/s", "GH/s", "TH/s", "PH/s", "EH/s"};
	unsigned u = 0;

	while (hashes >= 1000 && u + 1 < sizeof(units) / sizeof(units[0])) {
		hashes /= 1000;
		u++;
	}
	snprintf(out, 32, "%.2f %s", hashes, units[u]);
	return out;
}

/* "0.50000000" -> "0.5": zeroes at the end say nothing to people. */
static const char *coins(const json_t *o, const char *key, char out[32])
{
	size_t len;

	snprintf(out, 32, "%s", text(o, key));
	len = strlen(out);
	if (strchr(out, '.')) {
		while (len && out[len - 1] == '0')
			out[--len] = '\0';
		if (len && out[len - 1] == '.')
			out[--len] = '\0';
	}
	return out;
}

/* Only when there is something to do. */
static void print_journal(const json_t *journal, struct buf *out)
{
	if (number(journal, "damaged_records"))
		buf_printf(out,
			"  journal  DAMAGED: %lld records cannot be read: kozan journal verify\n",
			(long long)number(journal, "damaged_records"));
	if (json_is_true(json_object_get(journal, "is_over_limit")))
		buf_printf(out,
			"  journal  %lld bytes, more than stratum.journal_max; the rest is not in "
			"the database yet\n",
			(long long)number(journal, "bytes"));
}

static void print_node(const json_t *node, const char *pool_name, int64_t now_ms, struct buf *out)
{
	const json_t *status = json_object_get(node, "status"), *pool, *daemon;
	int64_t seen_ms = number(node, "seen_ms"), expires_ms = number(status, "tls_expires_ms");
	char age[32], when[CLOCK_TEXT_MAX];
	size_t i, k;
	bool is_ready = false;

	json_get_bool(status, "ready", &is_ready);
	buf_printf(out, "  node %-3lld %s, seen %s ago", (long long)number(node, "id"),
		text(node, "state"), age_text(now_ms - seen_ms, age));
	if (!json_is_object(status)) {
		buf_add_str(out, "\n");
		return;
	}
	buf_printf(out, ": %s; %lld connections, %lld workers\n",
		is_ready ? "ready" : text(status, "ready_text"),
		(long long)number(status, "connections"), (long long)number(status, "workers"));
	print_journal(json_object_get(status, "journal"), out);
	if (expires_ms > 0 && expires_ms < now_ms + CERTIFICATE_WARN_MS)
		buf_printf(out, "  TLS      the certificate %s on %s\n",
			expires_ms <= now_ms ? "has EXPIRED" : "expires",
			clock_text(expires_ms, when));
	json_array_foreach(json_object_get(status, "pools"), i, pool)
	{
		if (strcmp(text(pool, "pool"), pool_name) != 0)
			continue;
		buf_printf(out, "  network  height %lld, difficulty %s\n",
			(long long)number(pool, "height"), text(pool, "network_difficulty"));
		json_array_foreach(json_object_get(pool, "daemons"), k, daemon) buf_printf(out,
			"  daemon   %s: %s%s%s, height %lld\n", text(daemon, "name"),
			text(daemon, "state"), text(daemon, "text")[0] ? ": " : "",
			text(daemon, "text"), (long long)number(daemon, "height"));
	}
}

static void print_blocks(const json_t *blocks, const char *ticker, int64_t now_ms, struct buf *out)
{
	const json_t *block;
	char age[32], reward[32];
	size_t i;

	buf_printf(out,
		"\nBlocks    %lld mature, %lld immature, %lld pending, %lld orphan, %lld "
		"rejected\n",
		(long long)number(blocks, "mature"), (long long)number(blocks, "immature"),
		(long long)number(blocks, "pending"), (long long)number(blocks, "orphan"),
		(long long)number(blocks, "rejected"));
	json_array_foreach(json_object_get(blocks, "latest"), i, block)
		buf_printf(out, "  %-8lld %-9s %4lld conf.  %14s %s  %s.%s, %s ago\n",
			(long long)number(block, "height"), text(block, "state"),
			(long long)number(block, "confirmations"), coins(block, "reward", reward),
			ticker, text(block, "finder"), text(block, "worker"),
			age_text(now_ms - number(block, "found_ms"), age));
}

static void print_money(const json_t *pool, const char *ticker, struct buf *out)
{
	static const struct {
		const char *key, *text;
	} lines[] = {
		{"immature", "of miners, not yet spendable"},
		{"available", "of miners, to be paid"},
		{"paying", "in payouts on their way"},
		{"paid", "paid to miners"},
		{"fee_immature", "fees of the pool, not yet spendable"},
		{"fee", "fees of the pool"},
		{"network_fee", "spent on transaction fees"},
	};
	const json_t *books = json_object_get(pool, "books");
	char amount[32];

	buf_printf(out, "\nLedger    %s\n",
		json_is_true(json_object_get(pool, "is_balanced"))
			? "balanced"
			: "NOT BALANCED: run kozan audit");
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		buf_printf(out, "  %18s %s  %s\n", coins(books, lines[i].key, amount), ticker,
			lines[i].text);
}

static void print_pause(const json_t *pause, int64_t now_ms, struct buf *out)
{
	char age[32];

	if (json_is_object(pause))
		buf_printf(out, "\nPAYOUTS ARE PAUSED by %s for %s: %s\n", text(pause, "who"),
			age_text(now_ms - number(pause, "since_ms"), age), text(pause, "reason"));
}

static void print_wallet(const json_t *wallet, const char *ticker, struct buf *out)
{
	char amount[32];

	if (!number(wallet, "time_ms"))
		return;
	buf_printf(
		out, "  %18s %s  spendable in the wallet\n", coins(wallet, "held", amount), ticker);
	if (strcmp(coins(wallet, "difference", amount), "0") != 0)
		buf_printf(out, "  %18s %s  THE WALLET AND THE LEDGER DIFFER\n", amount, ticker);
	if (strcmp(coins(wallet, "unexplained", amount), "0") != 0)
		buf_printf(out, "  %18s %s  moved, unexplained: kozan payout reconcile\n", amount,
			ticker);
}

static void print_payouts(const json_t *payouts, const char *ticker, struct buf *out)
{
	const json_t *payout;
	char total[32];
	size_t i;

	if (json_array_size(payouts) == 0)
		return;
	buf_add_str(out, "\nPayouts\n");
	json_array_foreach(payouts, i, payout)
		buf_printf(out, "  %14s %s to %lld miner%s, %s, %lld conf., %s\n",
			coins(payout, "total", total), ticker, (long long)number(payout, "miners"),
			number(payout, "miners") == 1 ? "" : "s", text(payout, "state"),
			(long long)number(payout, "confirmations"), text(payout, "txid"));
}

static void print_pool(const json_t *pool, int64_t now_ms, struct buf *out)
{
	const char *ticker = text(pool, "ticker");
	double hashrate;
	char rate[32], when[CLOCK_TEXT_MAX];
	const json_t *item;
	size_t i;

	buf_printf(out, "%s (%s, %s), %s\n", text(pool, "title"), text(pool, "coin"),
		text(pool, "network"), clock_text(now_ms, when));
	if (!json_is_true(json_object_get(pool, "has_run"))) {
		buf_add_str(out, "  has not run yet with this database\n");
		return;
	}
	json_array_foreach(json_object_get(pool, "nodes"), i, item)
		print_node(item, text(pool, "name"), now_ms, out);
	hashrate = json_real_value(json_object_get(pool, "hashrate"));
	buf_printf(out,
		"\nWork      %s of %lld workers of %lld miners, %lld shares in %lld minutes\n",
		rate_text(hashrate, rate), (long long)number(pool, "workers"),
		(long long)number(pool, "miners"), (long long)number(pool, "shares"),
		(long long)number(pool, "window_minutes"));
	print_blocks(json_object_get(pool, "blocks"), ticker, now_ms, out);
	print_money(pool, ticker, out);
	print_wallet(json_object_get(pool, "wallet"), ticker, out);
	print_pause(json_object_get(pool, "payouts_paused"), now_ms, out);
	print_payouts(json_object_get(pool, "payouts"), ticker, out);
	if (json_array_size(json_object_get(pool, "events")))
		buf_add_str(out, "\nLately\n");
	json_array_foreach(json_object_get(pool, "events"), i, item) buf_printf(out, "  %.8s  %s\n",
		clock_text(number(item, "time_ms"), when) + 11, text(item, "text"));
}

void status_print(const json_t *o, struct buf *out)
{
	const json_t *pool;
	size_t i;

	json_array_foreach(json_object_get(o, "pools"), i, pool)
	{
		if (i > 0)
			buf_add_str(out, "\n");
		print_pool(pool, number(o, "time_ms"), out);
	}
	if (number(o, "bans") > 0)
		buf_printf(out, "\nBans      %lld address%s banned: kozan ban list\n",
			(long long)number(o, "bans"), number(o, "bans") == 1 ? " is" : "es are");
}
