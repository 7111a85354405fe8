/*
 * live_coind.c -- coind/ by hand or by a test, against real daemons: reads commands, prints what
 * happens.
 *
 *   live_coind CONFIG
 *     mine                       make a block of the current template and submit it
 *     status | wake | quit
 *     lookup HEIGHT:ID           where a block stands, at every daemon
 *     wallet                     what the wallet is and holds
 *     owns ADDRESS
 *     pay ADDRESS AMOUNT …       build and sign; "send" broadcasts it, "unlock" gives the inputs
 * back send | unlock | tx
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "chain/block.h"
#include "chain/coinbase.h"
#include "chain/merkle.h"
#include "chain/target.h"
#include "coind/daemons.h"
#include "coind/lookup.h"
#include "coind/submit.h"
#include "coind/wallet.h"
#include "conf/conf.h"
#include "pow/pow.h"

#define NONCE_LEN 12

struct live {
	struct conf_pool *pool;
	struct daemons *daemons;
	struct submit *submit;
	struct wallet *wallet;
	struct wallet_signed paid;
	struct pow_ctx *pow;
	pthread_mutex_t lock;
	struct template *current; /* guarded by lock, and so is daemons while it is made */
};

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	flockfile(stdout);
	printf("%" PRId64 " ", clock_wall_ms());
	vprintf(fmt, ap);
	printf("\n");
	fflush(stdout);
	funlockfile(stdout);
	va_end(ap);
}

static void on_template(void *ctx, struct template *t, enum template_reason reason)
{
	struct live *live = ctx;

	pthread_mutex_lock(&live->lock);
	template_unref(live->current);
	live->current = template_ref(t);
	pthread_mutex_unlock(&live->lock);
	say("template height=%u txs=%u mweb=%zu witness=%d daemon=%s reason=%s", t->height,
		t->tx_count, t->mweb_len, t->has_witness, t->daemon,
		reason == TEMPLATE_NEW_TIP ? "new_tip" : "refresh");
	template_unref(t);
}

static void say_status(struct live *live)
{
	struct daemon_status list[8];
	unsigned n = daemons_status(live->daemons, list, ARRAY_LEN(list));

	for (unsigned i = 0; i < n; i++)
		say("daemon %s state=%s height=%u latency_us=%" PRId64 " text=%s", list[i].name,
			daemon_state_text(list[i].state), list[i].height, list[i].latency_us,
			list[i].text);
}

static void on_state(void *ctx)
{
	struct live *live = ctx;

	pthread_mutex_lock(&live->lock); /* waits for daemons_start() */
	pthread_mutex_unlock(&live->lock);
	say_status(live);
}

static void on_answer(void *ctx, const struct submit_report *r)
{
	say("answer daemon=%s verdict=%d answer=%s text=%s", r->daemon, r->verdict, r->answer,
		r->text);
}

static void on_settled(void *ctx, const struct submit_report *r)
{
	char id[65];

	hex_encode_reversed(id, r->id, 32);
	say("settled id=%s height=%u verdict=%d daemon=%s old=%d", id, r->height, r->verdict,
		r->daemon, r->is_old);
}

/* Count the nonce up until the hash meets the network's target. */
static void solve(
	struct live *live, const struct template *t, uint8_t header[1][80], uint8_t hash[1][32])
{
	for (uint32_t nonce = 0;; nonce++) {
		memcpy(&header[0][76], &nonce, 4);
		pow_hash(live->pow, 1, (const uint8_t(*)[80])header, hash);
		if (target_is_met(&t->target, hash[0]))
			return;
	}
}

static void mine(struct live *live)
{
	struct template *t;
	struct coinbase_output output;
	struct coinbase_spec spec = {.tag = "/live/",
		.time_ns = (uint64_t)clock_wall_ns(),
		.nonce_len = NONCE_LEN,
		.outputs = &output,
		.outputs_count = 1};
	static const uint8_t nonce[NONCE_LEN];
	uint8_t header[1][80], hash[1][32], txid[32];
	struct merkle_branch branch;
	struct submit_block block = {.meta = "{}"};
	struct header h;
	struct coinbase cb;
	struct buf bytes = {0};
	struct block_body body;

	pthread_mutex_lock(&live->lock);
	t = live->current ? template_ref(live->current) : NULL;
	pthread_mutex_unlock(&live->lock);
	if (!t) {
		say("no template");
		return;
	}
	output = (struct coinbase_output){t->value, live->pool->address.script};
	spec.height = t->height;
	spec.flags = t->flags;
	spec.flags_len = t->flags_len;
	spec.commitment = t->has_witness ? &t->commitment : NULL;
	assert(coinbase_init(&cb, &spec, NULL) == OK);
	coinbase_txid(&cb, nonce, txid);
	assert(merkle_branch_of((const uint8_t(*)[32])t->txids, t->tx_count, &branch) == OK);
	h = (struct header){.version = t->version, .time = t->curtime, .bits = t->bits};
	memcpy(h.prev, t->prev, 32);
	merkle_fold(&branch, txid, h.merkle_root);
	header_encode(&h, header[0]);
	solve(live, t, header, hash);
	body = template_body(t);
	block_assemble(header[0], &cb, nonce, &body, &bytes);
	coin_block_id_of(&live->pool->coin, header[0], hash[0], block.id);
	memcpy(block.prev, t->prev, 32);
	block.height = t->height;
	block.bytes = bytes.data;
	block.len = bytes.len;
	submit_block(live->submit, &block);
	say("mined height=%u bytes=%zu", t->height, bytes.len);
	coinbase_fini(&cb);
	buf_free(&bytes);
	template_unref(t);
}

static void lookup(struct live *live, const char *id_text)
{
	static const char *const places[] = {"unknown", "side", "in_chain"};
	uint8_t id[32];

	if (!hex_decode_reversed(id, 32, id_text, strlen(id_text))) {
		say("not an id");
		return;
	}
	for (size_t i = 0; i < live->pool->daemons_count; i++) {
		struct coind *d = coind_new(&live->pool->daemons[i]);
		struct coind_error error;
		struct lookup_block found;

		if (lookup_block(d, id, &found, &error) == OK)
			say("lookup daemon=%s place=%s confirmations=%u tip=%u", coind_name(d),
				places[found.place], found.confirmations, found.tip_height);
		else
			say("lookup daemon=%s error=%s", coind_name(d), error.why.text);
		coind_free(d);
	}
}

static void say_wallet(struct live *live)
{
	struct wallet_info info;
	struct why why = {0};
	char a[AMOUNT_TEXT_MAX], b[AMOUNT_TEXT_MAX];
	enum err err = wallet_probe(live->wallet, &info, &why);

	if (err != OK)
		say("wallet error=%s: %s", err_text(err), why.text);
	else
		say("wallet generation=%d version=%" PRId64
		    " encrypted=%d unlocked=%d available=%s immature=%s",
			info.generation, info.version, info.is_encrypted, info.is_unlocked,
			amount_text(info.available, a), amount_text(info.immature, b));
}

static void owns(struct live *live, const char *address)
{
	struct why why = {0};
	bool is_mine;
	enum err err = wallet_owns(live->wallet, address, &is_mine, &why);

	if (err != OK)
		say("owns error=%s: %s", err_text(err), why.text);
	else
		say("owns %d", is_mine);
}

static void pay(struct live *live, char *words)
{
	struct wallet_payment payments[64];
	struct why why = {0};
	char *address, *amount, *rest = NULL, text[AMOUNT_TEXT_MAX];
	unsigned n = 0;
	enum err err;

	for (address = strtok_r(words, " ", &rest); address && n < ARRAY_LEN(payments);
		address = strtok_r(NULL, " ", &rest)) {
		amount = strtok_r(NULL, " ", &rest);
		payments[n].address = address;
		if (!amount || amount_parse(amount, &payments[n++].amount) != OK) {
			say("pay error=not an amount");
			return;
		}
	}
	wallet_signed_fini(&live->paid);
	err = wallet_build(live->wallet, payments, n, NULL, &live->paid, &why);
	if (err != OK)
		say("pay error=%s: %s", err_text(err), why.text);
	else
		say("pay txid=%s fee=%s inputs=%u", live->paid.txid,
			amount_text(live->paid.fee, text), live->paid.input_count);
}

static void send_paid(struct live *live)
{
	static const char *const names[] = {
		"sent", "mined", "conflict", "no_inputs", "not_relayed"};
	struct why why = {0};
	enum wallet_sent sent;
	enum err err;

	if (!live->paid.raw) {
		say("send error=nothing was built");
		return;
	}
	err = wallet_send(live->wallet, live->paid.raw, live->paid.txid, &sent, &why);
	if (err != OK)
		say("send error=%s: %s", err_text(err), why.text);
	else
		say("send %s", names[sent]);
}

static void say_tx(struct live *live)
{
	struct why why = {0};
	struct wallet_tx tx;
	char text[AMOUNT_TEXT_MAX];
	enum err err = wallet_tx(live->wallet, live->paid.txid, &tx, &why);

	if (err != OK)
		say("tx error=%s: %s", err_text(err), why.text);
	else
		say("tx known=%d confirmations=%" PRId64 " fee=%s block=%s", tx.is_known,
			tx.confirmations, amount_text(tx.fee, text), tx.block);
}

static void unlock(struct live *live)
{
	struct why why = {0};
	enum err err =
		wallet_unlock_inputs(live->wallet, live->paid.inputs, live->paid.input_count, &why);

	say("unlock %s %s", err_text(err), why.text);
}

/* False: enough. */
static bool obey(struct live *live, char *line)
{
	char *rest = line + strcspn(line, " ");

	if (*rest)
		*rest++ = '\0';
	if (strcmp(line, "quit") == 0)
		return false;
	if (strcmp(line, "mine") == 0)
		mine(live);
	else if (strcmp(line, "status") == 0)
		say_status(live);
	else if (strcmp(line, "wake") == 0)
		daemons_wake(live->daemons);
	else if (strcmp(line, "lookup") == 0)
		lookup(live, rest);
	else if (strcmp(line, "wallet") == 0)
		say_wallet(live);
	else if (strcmp(line, "owns") == 0)
		owns(live, rest);
	else if (strcmp(line, "pay") == 0)
		pay(live, rest);
	else if (strcmp(line, "send") == 0)
		send_paid(live);
	else if (strcmp(line, "tx") == 0)
		say_tx(live);
	else if (strcmp(line, "unlock") == 0)
		unlock(live);
	else
		say("unknown command");
	return true;
}

static struct pow_ctx *make_pow(const struct coin *coin)
{
	struct pow_param params[COIN_PARAMS_MAX];
	struct pow_algo *algo;
	struct pow_ctx *ctx;

	for (unsigned i = 0; i < coin->params_count; i++)
		params[i] = (struct pow_param){coin->params[i].name, coin->params[i].value};
	if (pow_algo_new(coin->algorithm, params, coin->params_count, &algo, NULL) != OK ||
		pow_ctx_new(algo, NULL, &ctx, NULL) != OK)
		return NULL;
	pow_algo_free(algo);
	return ctx;
}

static void run(struct live *live)
{
	char line[8192];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!obey(live, line))
			return;
	}
}

int main(int argc, char **argv)
{
	static const struct daemons_callbacks daemons_callbacks = {on_template, on_state};
	static const struct submit_callbacks submit_callbacks = {on_answer, on_settled};
	struct live live = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct conf_errors errors = {0};
	struct conf *conf;
	struct buf text = {0};
	struct why why = {0};
	int64_t stop_ms;
	char *outbox;

	if (argc != 2 || conf_load(argv[1], &conf, &errors) != OK) {
		conf_errors_text(&errors, &text);
		fprintf(stderr, "usage: live_coind CONFIG\n%s", buf_str(&text));
		buf_free(&text);
		conf_errors_fini(&errors);
		return 2;
	}
	conf_errors_fini(&errors);
	live.pool = &conf->pools[0];
	live.pow = make_pow(&live.pool->coin);
	live.wallet = wallet_new(live.pool);
	outbox = path_join(conf->data_dir, "outbox");
	if (submit_start(live.pool, outbox, &submit_callbacks, &live, &live.submit, &why) != OK) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	pthread_mutex_lock(&live.lock);
	live.daemons = daemons_start(live.pool, &daemons_callbacks, &live);
	pthread_mutex_unlock(&live.lock);
	run(&live);
	stop_ms = clock_mono_ms();
	daemons_stop(live.daemons);
	if (submit_stop(live.submit, &why) != OK)
		say("outbox: %s", why.text);
	say("stopped after_ms=%" PRId64, clock_mono_ms() - stop_ms);
	wallet_signed_fini(&live.paid);
	wallet_free(live.wallet);
	template_unref(live.current);
	pow_ctx_free(live.pow);
	free(outbox);
	conf_free(conf);
	return 0;
}
