/*
 * submit_classify.c -- the words in which daemons answer submitblock, and what they mean.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "coind/submit.h"

/* A trailing '*' stands for any end. */
static const struct meaning {
	const char *answer;
	enum submit_verdict verdict;
	const char *text;
} meanings[] = {
	{"duplicate", SUBMIT_ACCEPTED, "the daemon has this block already"},
	{"duplicate-inconclusive", SUBMIT_SIDE,
		"the daemon has this block and has not judged it yet"},
	{"duplicate-invalid", SUBMIT_REJECTED,
		"the daemon has judged this very block invalid before"},
	{"inconclusive", SUBMIT_SIDE,
		"a valid block, but another one is the tip: it came too late, or lost a race"},
	{"inconclusive-not-best-prevblk", SUBMIT_STALE, "it does not build on the daemon's tip"},
	{"prev-blk-not-found", SUBMIT_STALE,
		"the daemon does not know the block before it: it is behind, or that block never "
		"was"},
	{"bad-prevblk", SUBMIT_STALE,
		"the block before it is not known to the daemon, or is invalid"},
	{"stale-prevblk", SUBMIT_STALE, "it builds on a block that is no longer the tip"},
	{"stale-work", SUBMIT_STALE, "it builds on a block that is no longer the tip"},
	{"high-hash", SUBMIT_REJECTED, "its hash is above the network's target"},
	{"bad-diffbits", SUBMIT_REJECTED, "its target is not the one that the network demands now"},
	{"time-too-old", SUBMIT_REJECTED, "its time is not after the median of the last 11 blocks"},
	{"time-too-new", SUBMIT_REJECTED,
		"its time is too far ahead of the daemon's clock: check both clocks"},
	{"bad-version*", SUBMIT_REJECTED, "its version is too old for this height"},
	{"bad-txnmrklroot", SUBMIT_REJECTED, "its merkle root does not fit its transactions"},
	{"bad-txns-duplicate", SUBMIT_REJECTED, "a transaction is in it twice"},
	{"bad-witness-merkle-match", SUBMIT_REJECTED,
		"its witness commitment does not fit its transactions"},
	{"bad-witness-nonce-size", SUBMIT_REJECTED, "its coinbase lacks the 32 bytes of witness"},
	{"unexpected-witness", SUBMIT_REJECTED,
		"it has a witness although segwit is not active, or no commitment"},
	{"bad-cb-amount", SUBMIT_REJECTED, "its coinbase pays more than subsidy and fees"},
	{"bad-cb-height", SUBMIT_REJECTED, "its coinbase does not begin with the right height"},
	{"bad-cb-length", SUBMIT_REJECTED, "its coinbase script is not 2 to 100 bytes long"},
	{"bad-cb-*", SUBMIT_REJECTED, "its coinbase is against the rules"},
	{"bad-blk-length", SUBMIT_REJECTED, "it is too large"},
	{"bad-blk-weight", SUBMIT_REJECTED, "it is too large"},
	{"bad-blk-sigops", SUBMIT_REJECTED, "it has too many signature checks"},
	{"mweb-missing", SUBMIT_REJECTED, "its MWEB extension block is missing"},
	{"bad-blk-mweb*", SUBMIT_REJECTED, "its MWEB extension block is damaged"},
	{"bad-txns-*", SUBMIT_REJECTED, "one of its transactions is invalid"},
	{"mandatory-script-verify-*", SUBMIT_REJECTED, "a script in it fails"},
	{"blk-bad-inputs", SUBMIT_REJECTED, "one of its transactions spends what is not there"},
	{"rejected", SUBMIT_REJECTED, "the daemon refused it without a reason"},
};

static bool matches(const char *pattern, const char *answer)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] == '*')
		return strncmp(pattern, answer, len - 1) == 0;
	return strcmp(pattern, answer) == 0;
}

static void classify_words(const char *words, struct submit_answer *out)
{
	static const char prefix[] = "rejected: "; /* bcoin */

	str_copy(out->answer, sizeof(out->answer), words);
	if (strncmp(words, prefix, sizeof(prefix) - 1) == 0)
		words += sizeof(prefix) - 1;
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (matches(meanings[i].answer, words)) {
			out->verdict = meanings[i].verdict;
			out->text = meanings[i].text;
			return;
		}
	}
	out->verdict = SUBMIT_REJECTED;
	out->text = "the daemon refused it for a reason that this program does not know";
}

static void classify_error(enum err err, const struct coind_error *error, struct submit_answer *out)
{
	out->verdict = SUBMIT_PENDING;
	if (err != ERR_REFUSED) {
		str_copy(out->answer, sizeof(out->answer), error->why.text);
		out->text = err == ERR_TIMEOUT ? "no answer: it may have been taken"
					       : "the daemon cannot take it now";
		return;
	}
	snprintf(
		out->answer, sizeof(out->answer), "error %d: %.100s", error->code, error->why.text);
	out->text = "the daemon cannot judge it now";
	if (error->code == COIND_CODE_DECODE) {
		out->verdict = SUBMIT_REJECTED;
		out->text = "the daemon cannot read it: a part is missing or damaged";
	}
}

void submit_classify(enum err err, const json_t *result, const struct coind_error *error,
	struct submit_answer *out)
{
	*out = (struct submit_answer){0};
	if (err != OK) {
		classify_error(err, error, out);
	} else if (json_is_null(result)) {
		out->verdict = SUBMIT_ACCEPTED;
		out->text = "accepted";
		str_copy(out->answer, sizeof(out->answer), "null");
	} else if (json_is_string(result)) {
		classify_words(json_string_value(result), out);
	} else {
		out->text = "the daemon gave an answer that makes no sense";
		str_copy(out->answer, sizeof(out->answer), "?");
	}
}
