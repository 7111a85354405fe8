/* block_meta.c -- see block_meta.h. */
#include "stratum/block_meta.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "reward/reward.h"
#include "stratum/pay.h"
#include "stratum/payee.h"
#include "stratum/share.h"

/* ---- writing ---- */

/* What the coinbase pays to others than the pool. */
static void add_outputs(struct buf *meta, const struct pay *pay)
{
	if (pay->direct_n == 0)
		return;
	buf_add_str(meta, ",\"outputs\":");
	for (unsigned i = 0; i < pay->direct_n; i++) {
		buf_add_str(meta, i ? ",{\"address\":" : "[{\"address\":");
		buf_add_json_str(meta, pay->direct[i].address);
		buf_printf(meta, ",\"amount\":%" PRId64 "}", amount_units(pay->direct[i].amount));
	}
	buf_add_u8(meta, ']');
}

char *block_meta_text(const struct share *share, const uint8_t id[32], unsigned node_id)
{
	const struct job *job = share->job;
	char hash[65], prev[65];
	struct buf meta = {0};
	struct pay pay;

	pay_init(&pay, job->pool, job->template, share->payee ? payee_address(share->payee) : NULL);
	hex_encode_reversed(hash, id, 32);
	hex_encode_reversed(prev, job->template->prev, 32);
	buf_printf(&meta,
		"{\"height\":%" PRIu32 ",\"hash\":\"%s\",\"prev_hash\":\"%s\",\"reward\":%" PRId64,
		job->height, hash, prev, amount_units(pay.reward));
	buf_printf(&meta,
		",\"found_ms\":%" PRId64 ",\"network_work\":%" PRId64 ",\"node\":%u,\"address\":",
		clock_wall_ms(), job->network_work, node_id);
	buf_add_json_str(&meta, share->address);
	buf_add_str(&meta, ",\"worker\":");
	buf_add_json_str(&meta, share->worker);
	if (share->payee || share->is_apart)
		buf_add_str(&meta, ",\"solo\":true");
	if (share->is_apart)
		buf_add_str(&meta, ",\"apart\":true");
	add_outputs(&meta, &pay);
	pay_fini(&pay);
	buf_add_str(&meta, "}");
	return buf_take(&meta);
}

/* ---- reading ---- */

static bool read_output(const json_t *json, struct store_output *out)
{
	const char *address = json_get_str(json, "address");
	int64_t amount;

	if (!address || !json_get_i64(json, "amount", &amount) || amount <= 0)
		return false;
	out->amount = amount_of(amount);
	return str_copy(out->address, sizeof(out->address), address);
}

static enum err read_outputs(const json_t *json, struct store_output **out, size_t *n)
{
	const json_t *list = json_object_get(json, "outputs"), *item;
	size_t i;

	*n = json_array_size(list);
	*out = NEW_ARRAY(struct store_output, *n);
	json_array_foreach(list, i, item)
	{
		if (!read_output(item, &(*out)[i])) {
			free(*out);
			return ERR_CORRUPT;
		}
	}
	return OK;
}

static bool read_block(const json_t *json, struct store_block *out)
{
	const char *hash = json_get_str(json, "hash");
	const char *prev = json_get_str(json, "prev_hash");
	const char *address = json_get_str(json, "address");
	const char *worker = json_get_str(json, "worker");
	int64_t reward;

	*out = (struct store_block){0};
	if (!hash || !prev || !address || !worker || !json_get_i64(json, "height", &out->height) ||
		!json_get_i64(json, "reward", &reward) ||
		!json_get_i64(json, "found_ms", &out->found_ms) ||
		!json_get_i64(json, "network_work", &out->network_work) ||
		!json_get_i64(json, "node", &out->node))
		return false;
	out->reward = amount_of(reward);
	if (json_is_true(json_object_get(json, "solo")))
		out->scheme = REWARD_SOLO;
	if (json_is_true(json_object_get(json, "apart")))
		out->round_from = out->height;
	str_copy(out->hash, sizeof(out->hash), hash);
	str_copy(out->prev_hash, sizeof(out->prev_hash), prev);
	str_copy(out->finder_address, sizeof(out->finder_address), address);
	str_copy(out->finder_worker, sizeof(out->finder_worker), worker);
	return true;
}

enum err block_meta_read(
	const char *text, struct store_block *out, struct store_output **outputs, size_t *n)
{
	struct why why;
	json_t *json;
	enum err err;

	if (json_read(text, strlen(text), &json, &why) != OK)
		return ERR_CORRUPT;
	err = read_block(json, out) ? read_outputs(json, outputs, n) : ERR_CORRUPT;
	json_decref(json);
	return err;
}
