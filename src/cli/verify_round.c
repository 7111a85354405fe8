/* verify_round.c -- `kozan verify-round`: checks a published round, with nothing but the file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "cli/cli.h"
#include "reward/proof.h"

#define FILE_MAX (1024L * 1024 * 1024)

/* A file as it was read. */
struct published {
	json_t *doc;
	struct proof_round round; /* texts borrowed from doc */
	const char *id, *text;
	struct proof_leaf *leaves; /* one: a part of a round */
	size_t leaves_n;
	bool is_part;
	struct proof_step steps[PROOF_STEPS_MAX];
	size_t steps_n;
};

/* ---- reading ---- */

static enum err read_input(const char *path, struct buf *out, struct why *why)
{
	size_t got;

	if (strcmp(path, "-") != 0)
		return path_read(path, FILE_MAX, out, why);
	do {
		got = fread(buf_reserve(out, 65536), 1, 65536, stdin);
		out->len += got;
	} while (got > 0 && out->len < FILE_MAX);
	buf_add(out, "", 0);
	return ferror(stdin) ? err_fail(why, ERR_IO, "standard input: %m") : OK;
}

static bool get_hash(const json_t *doc, const char *key, uint8_t out[PROOF_HASH])
{
	const char *text = json_get_str(doc, key);

	return text && hex_decode(out, PROOF_HASH, text, strlen(text));
}

static bool get_work(const json_t *doc, const char *key, int64_t *out)
{
	const char *text = json_get_str(doc, key);
	char *end = NULL;

	*out = text ? strtoll(text, &end, 10) : 0;
	return text && *text && *end == '\0';
}

static bool get_coins(const json_t *doc, const char *key, struct amount *out)
{
	const char *text = json_get_str(doc, key);

	return text && amount_parse(text, out) == OK;
}

static bool get_sums(const json_t *doc, int64_t *work, struct amount *credit)
{
	return get_work(doc, "work", work) && get_coins(doc, "credit", credit);
}

static bool get_node(const json_t *doc, struct proof_node *out)
{
	return get_hash(doc, "hash", out->hash) && get_sums(doc, &out->work, &out->credit);
}

static bool get_leaf(const json_t *doc, struct proof_leaf *out)
{
	return get_hash(doc, "account", out->account) && get_sums(doc, &out->work, &out->credit);
}

/* A text that may stand in a line, and on a terminal. */
static const char *get_word(const json_t *doc, const char *key)
{
	const char *text = json_get_str(doc, key);

	for (const char *c = text; c && *c; c++) {
		if (*c <= ' ' || *c > '~')
			return NULL;
	}
	return text;
}

static bool read_head(struct published *p)
{
	const json_t *doc = p->doc;
	struct proof_round *r = &p->round;

	p->id = json_get_str(doc, "id");
	p->text = json_get_str(doc, "text");
	r->pool = get_word(doc, "pool");
	r->coin = get_word(doc, "coin");
	r->network = get_word(doc, "network");
	r->block = get_word(doc, "block");
	return p->id && p->text && r->pool && r->coin && r->network && r->block &&
	       json_get_i64(doc, "height", &r->height) && json_get_i64(doc, "from", &r->from) &&
	       get_work(doc, "work", &r->work) && get_coins(doc, "reward", &r->reward) &&
	       get_coins(doc, "fee", &r->fee) && json_get_i64(doc, "accounts", &r->accounts) &&
	       get_node(json_object_get(doc, "root"), &r->root);
}

static bool read_leaves(struct published *p)
{
	const json_t *leaves = json_object_get(p->doc, "leaves");
	const json_t *branch = json_object_get(p->doc, "branch");
	const json_t *row;
	size_t i;

	p->is_part = json_is_array(branch);
	p->leaves_n = p->is_part ? 1 : json_array_size(leaves);
	p->leaves = NEW_ARRAY(struct proof_leaf, p->leaves_n);
	if (p->is_part && !get_leaf(json_object_get(p->doc, "leaf"), &p->leaves[0]))
		return false;
	json_array_foreach(leaves, i, row)
	{
		if (!p->is_part && !get_leaf(row, &p->leaves[i]))
			return false;
	}
	p->steps_n = json_array_size(branch);
	if (p->steps_n > PROOF_STEPS_MAX)
		return false;
	json_array_foreach(branch, i, row)
	{
		const char *side = json_get_str(row, "side");

		p->steps[i].is_left = side && strcmp(side, "left") == 0;
		if (!side || (!p->steps[i].is_left && strcmp(side, "right") != 0) ||
			!get_node(row, &p->steps[i].other))
			return false;
	}
	return p->is_part || json_is_array(leaves);
}

static void published_fini(struct published *p)
{
	free(p->leaves);
	json_decref(p->doc);
}

/* published_fini() in any case. */
static enum err read_published(const char *path, struct published *out, struct why *why)
{
	struct buf bytes = {0};
	int64_t format = 0;
	enum err err;

	*out = (struct published){0};
	err = read_input(path, &bytes, why);
	if (err == OK)
		err = json_read(buf_str(&bytes), bytes.len, &out->doc, why);
	buf_free(&bytes);
	if (err != OK)
		return err;
	if (!json_get_i64(out->doc, "format", &format))
		return err_fail(why, ERR_SYNTAX, "this is no published round");
	if (format != PROOF_FORMAT)
		return err_fail(why, ERR_RANGE, "format %" PRId64 " is not known here", format);
	if (!read_head(out) || !read_leaves(out))
		return err_fail(
			why, ERR_SYNTAX, "a member of the round is missing or makes no sense");
	return OK;
}

/* ---- checking ---- */

static int by_account(const void *a, const void *b)
{
	return memcmp(((const struct proof_leaf *)a)->account,
		((const struct proof_leaf *)b)->account, PROOF_HASH);
}

static enum err expect_each_once(const struct published *p, struct why *why)
{
	struct proof_leaf *sorted = mem_dup(p->leaves, p->leaves_n * sizeof(*p->leaves));
	enum err err = OK;

	qsort(sorted, p->leaves_n, sizeof(*sorted), by_account);
	for (size_t i = 1; i < p->leaves_n && err == OK; i++) {
		if (by_account(&sorted[i - 1], &sorted[i]) == 0)
			err = err_fail(why, ERR_CONFLICT, "an account stands in it twice");
	}
	free(sorted);
	return err;
}

static enum err expect_root(const struct published *p, struct why *why)
{
	const struct proof_node *said = &p->round.root;
	struct proof_node root;
	enum err err = OK;

	if (p->is_part)
		err = proof_climb(p->leaves, p->steps, p->steps_n, &root, why);
	else
		err = proof_root(p->leaves, p->leaves_n, &root, why);
	if (err != OK)
		return err;
	if (!p->is_part && p->round.accounts != (int64_t)p->leaves_n)
		return err_fail(why, ERR_CONFLICT, "it says %" PRId64 " accounts and has %zu",
			p->round.accounts, p->leaves_n);
	if (root.work != said->work || amount_cmp(root.credit, said->credit) != 0)
		return err_fail(
			why, ERR_CONFLICT, "the sums of the accounts are not those of the root");
	if (memcmp(root.hash, said->hash, PROOF_HASH) != 0)
		return err_fail(why, ERR_CONFLICT, "the accounts do not lead to the root");
	return OK;
}

static enum err expect_text(const struct published *p, struct why *why)
{
	uint8_t id[SHA256_LEN];
	char id_text[2 * SHA256_LEN + 1];
	struct buf text = {0};
	bool same;

	if (amount_is_negative(p->round.reward) || amount_is_negative(p->round.fee) ||
		amount_cmp(amount_sub(p->round.reward, p->round.root.credit), p->round.fee) != 0)
		return err_fail(why, ERR_CONFLICT, "fee and credits together are not the reward");
	proof_text(&p->round, &text);
	same = strcmp(buf_str(&text), p->text) == 0;
	buf_free(&text);
	if (!same)
		return err_fail(why, ERR_CONFLICT, "the text says something else than the numbers");
	sha256(p->text, strlen(p->text), id);
	hex_encode(id_text, id, sizeof id);
	if (strcmp(id_text, p->id) != 0)
		return err_fail(why, ERR_CONFLICT, "the id is not the SHA-256 of the text");
	return OK;
}

static enum err check(const struct published *p, struct why *why)
{
	enum err err = p->is_part ? OK : expect_each_once(p, why);

	if (err == OK)
		err = expect_root(p, why);
	return err == OK ? expect_text(p, why) : err;
}

/* Whether every credit is the account's part by work: largest remainder, in the order of the file.
 */
static bool is_by_work(const struct published *p)
{
	int64_t *work = NEW_ARRAY(int64_t, p->leaves_n);
	struct amount *part = NEW_ARRAY(struct amount, p->leaves_n);
	bool is = p->round.root.work > 0;

	for (size_t i = 0; i < p->leaves_n; i++)
		work[i] = p->leaves[i].work;
	if (is)
		amount_split(p->round.root.credit, work, (unsigned)p->leaves_n, p->round.root.work,
			part);
	for (size_t i = 0; i < p->leaves_n && is; i++)
		is = amount_cmp(part[i], p->leaves[i].credit) == 0;
	free(work);
	free(part);
	return is;
}

static const struct proof_leaf *find_address(const struct published *p, const char *address)
{
	uint8_t account[PROOF_HASH];

	proof_account(p->round.block, address, account);
	for (size_t i = 0; i < p->leaves_n; i++) {
		if (memcmp(p->leaves[i].account, account, PROOF_HASH) == 0)
			return &p->leaves[i];
	}
	return NULL;
}

/* ---- telling ---- */

static void print_text(const struct published *p, const struct proof_leaf *own)
{
	char text[AMOUNT_TEXT_MAX];

	printf("%s", p->text);
	if (p->is_part)
		printf("The account's branch of %zu steps leads to the root.\n", p->steps_n);
	else
		printf("All %zu accounts lead to the root. %s\n", p->leaves_n,
			is_by_work(p) ? "Every credit follows from its work."
				      : "Not every credit follows from its work alone.");
	if (own)
		printf("Its work: %" PRId64 " of %" PRId64 ", its credit: %s\n", own->work,
			p->round.root.work, amount_text(own->credit, text));
	printf("verified: %s\n", p->id);
}

static void print_json(const struct published *p, const struct proof_leaf *own)
{
	char text[AMOUNT_TEXT_MAX];
	json_t *doc = json_pack("{s:b,s:s,s:s,s:I,s:I}", "verified", 1, "id", p->id, "block",
		p->round.block, "height", (json_int_t)p->round.height, "accounts",
		(json_int_t)p->round.accounts);
	struct buf out = {0};

	if (!p->is_part)
		json_object_set_new(doc, "by_work", json_boolean(is_by_work(p)));
	if (own)
		json_object_set_new(doc, "own",
			json_pack("{s:I,s:s}", "work", (json_int_t)own->work, "credit",
				amount_text(own->credit, text)));
	buf_add_json(&out, doc);
	puts(buf_str(&out));
	buf_free(&out);
	json_decref(doc);
}

static int verify(const char *path, const char *address, bool is_json)
{
	const struct proof_leaf *own = NULL;
	struct why why = {""};
	struct published p;
	enum err err = read_published(path, &p, &why);

	if (err == OK)
		err = check(&p, &why);
	if (err == OK && address) {
		own = find_address(&p, address);
		if (!own)
			err = err_fail(&why, ERR_NOT_FOUND, "%s has no part in it", address);
	}
	if (err != OK)
		fprintf(stderr, "kozan verify-round: %s: %s\n", path,
			why.text[0] ? why.text : err_text(err));
	else if (is_json)
		print_json(&p, own);
	else
		print_text(&p, own);
	published_fini(&p);
	return err == OK ? CLI_OK : CLI_FAILED;
}

int cli_verify_round(int argc, char **argv)
{
	const char *address = NULL;
	bool is_json = false;
	const struct cli_option options[] = {
		{"address", 'a', CLI_TEXT, &address}, {"json", 'j', CLI_FLAG, &is_json}};
	int first;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (argc - first != 1)
		return cli_usage("verify-round", "one FILE is needed; - is standard input");
	return verify(argv[first], address, is_json);
}
