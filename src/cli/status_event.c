/* status_event.c -- the events of the feed as plain sentences. */
#include <string.h>

#include "base/mem.h"
#include "cli/status.h"
#include "store/store_stats.h"

/* {name} is replaced by the event's value of that name, {ticker} by the coin's. */
static const struct {
	const char *kind, *text;
} sentences[] = {
	{"ban_added", "{net} was banned by the operator: {reason}"},
	{"ban_removed", "{net} may connect again."},
	{"block_found", "Block {height} found by {worker} of {finder}; it pays {reward} {ticker}."},
	{"block_credited", "Block {height}: {reward} {ticker} credited (miners: {accounts}, fee: "
			   "{fee} {ticker})."},
	{"block_matured", "Block {height} is mature: its credits can be paid."},
	{"block_orphaned",
		"Block {height} lost the race: its credits are taken back, its work counts on."},
	{"block_reopened", "Block {height} is credited anew: a block before it came late."},
	{"block_rejected", "Block {height} was refused by the daemons; its work counts on."},
	{"block_lost", "Block {height} was mature and is no longer in the chain. Payouts pause."},
	{"journal_damaged",
		"The journal of node {node} is damaged, {lost} records are lost: {text}"},
	{"audit_mismatch", "The audit found what does not agree; payouts pause: {text}"},
	{"audit_agrees", "The audit finds that everything agrees; payouts go on."},
	{"wallet_lacks_coins", "The wallet holds too little; payouts pause: {text}"},
	{"wallet_agrees", "The wallet holds what the ledger says; payouts go on."},
	{"node_written_off", "Node {node} was given up by the operator: {reason}"},
	{"payout_waiting",
		"Payout {payout} of {total} {ticker} waits for approval (kozan payout)."},
	{"payout_ordered", "{who} orders {total} {ticker} to be paid to {address}."},
	{"payout_approved", "{who} approves payout {payout} of {total} {ticker}."},
	{"payout_refused", "{who} refuses payout {payout} of {total} {ticker}: {reason}"},
	{"payouts_paused", "{who} pauses payouts: {reason}"},
	{"payouts_resumed", "{who} lets payouts go on. {reason}"},
	{"payout_replace_ordered", "{who} orders payout {payout} to be replaced: {reason}"},
	{"payout_replaced", "Payout {payout} has a transaction in place of {old}: {txid}."},
	{"payout_not_replaced", "Payout {payout} was not replaced: {text}"},
	{"block_loss_borne",
		"{who}: the pool bears the loss of block {height}, {reward} {ticker}: {reason}"},
	{"block_loss_undone",
		"{who}: block {height} counts again, {reward} {ticker} for the pool: {reason}"},
	{"chain_rewritten", "The chain was rewritten; payouts pause: {text}"},
	{"chain_restored", "The chain has all that was paid; payouts go on."},
	{"payout_repay_ordered", "{who} orders payout {payout} to be paid again: {reason}"},
	{"payout_repaid", "Payout {payout} left the chain, its money can be paid again: {txid}."},
	{"payout_not_repaid", "Payout {payout} is not paid again: {text}"},
	{"wallet_tx_unexplained",
		"The wallet moved {amount} {ticker}, and nobody has said why: {txid}."},
	{"wallet_tx_acknowledged", "{who} says that {amount} {ticker} was his, {txid}: {reason}"},
	{"account_threshold",
		"{who} sets the payout threshold of {address} to {threshold} {ticker}."},
	{"port_switched", "Port {port} works for {pool}: {who}, {reason}"},
	{"payout_sent", "Payout of {total} {ticker} sent (miners: {accounts}): {txid}."},
	{"payout_confirmed",
		"Payout confirmed, {total} {ticker} paid (miners: {accounts}): {txid}."},
	{"payout_conflicted",
		"Payout {txid} can never confirm; its {total} {ticker} can be paid again."},
};

static void add_value(struct buf *out, const json_t *value)
{
	if (json_is_string(value))
		buf_add_str(out, json_string_value(value));
	else if (value)
		buf_add_json(out, value);
	else
		buf_add_str(out, "?");
}

static void fill_in(const char *text, const json_t *data, const char *ticker, struct buf *out)
{
	char name[32];

	while (*text) {
		size_t plain = strcspn(text, "{"), len;

		buf_add(out, text, plain);
		text += plain;
		if (!*text)
			return;
		len = strcspn(text, "}") - 1;
		assert(len < sizeof(name));
		memcpy(name, text + 1, len);
		name[len] = '\0';
		text += len + 2;
		if (strcmp(name, "ticker") == 0)
			buf_add_str(out, ticker);
		else
			add_value(out, json_object_get(data, name));
	}
}

/* An event without a sentence: its kind and all it has to say. */
static void list_values(const char *kind, json_t *data, struct buf *out)
{
	const char *key;
	json_t *value;

	buf_add_str(out, kind);
	json_object_foreach(data, key, value)
	{
		buf_printf(out, " %s=", key);
		add_value(out, value);
	}
}

void status_event_text(const struct store_event *event, const char *ticker, struct buf *out)
{
	json_t *data = NULL;
	unsigned i = 0;

	if (json_read(event->json, strlen(event->json), &data, NULL))
		data = json_object();
	while (i < ARRAY_LEN(sentences) && strcmp(sentences[i].kind, event->kind) != 0)
		i++;
	if (i < ARRAY_LEN(sentences))
		fill_in(sentences[i].text, data, ticker, out);
	else
		list_values(event->kind, data, out);
	json_decref(data);
}
