/* test_examples.c -- the examples of docs/rewards.md are true. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "reward/accrual.h"

#define BEGIN "```example\n"
#define END   "```"

enum { LETTERS = 27, LINES_MAX = 40 };

/* An example; accounts are letters, A is 1. */
struct example {
	const char *text; /* for the message */
	struct reward_rules rules;
	struct reward_round round;
	struct amount reward, budget, earned, expected;
	int64_t rate_ppm;
	struct reward_terms terms[LETTERS];
	struct {
		int64_t account, ppm;
	} recipients[LETTERS];
	unsigned recipients_n;
	struct reward_slot
		slots[LINES_MAX]; /* of a scheme of shares, `minute` is the network's work */
	unsigned slots_n;
	int64_t owed[LETTERS];
	int64_t pays[LETTERS], keeps;
};

static int64_t account_of(const char *word)
{
	assert_true(word && isupper((unsigned char)word[0]) && !word[1]);
	return word[0] - 'A' + 1;
}

/* "1.5%" */
static int64_t ppm_of(const char *word)
{
	char *end;
	double percent = strtod(word, &end);

	assert_string_equal(end, "%");
	return (int64_t)(percent * 10000 + 0.5);
}

static int64_t number_of(const char *word)
{
	char *end;
	int64_t n = strtoll(word, &end, 10);

	assert_true(end != word && !*end);
	return n;
}

static enum reward_scheme scheme_of(const char *word)
{
	for (enum reward_scheme s = REWARD_PROP; s <= REWARD_ESMPPS; s++)
		if (strcmp(word, reward_scheme_name(s)) == 0)
			return s;
	fail_msg("no scheme: %s", word);
	return REWARD_PROP;
}

static void read_line(struct example *e, char *line)
{
	char *words[5] = {NULL}, *rest = line;
	unsigned n = 0;

	while (n < 5 && (words[n] = strsep(&rest, " ")))
		n++;
	const char *key = words[0];

	assert_true(n >= 2);
#define IS(name) (strcmp(key, name) == 0)
	if (IS("scheme"))
		e->rules.scheme = scheme_of(words[1]);
	else if (IS("reward"))
		e->reward = amount_of(number_of(words[1]));
	else if (IS("block_value"))
		e->rules.block_value = amount_of(number_of(words[1]));
	else if (IS("budget"))
		e->budget = amount_of(number_of(words[1]));
	else if (IS("earned"))
		e->earned = amount_of(number_of(words[1]));
	else if (IS("expected"))
		e->expected = amount_of(number_of(words[1]));
	else if (IS("fee"))
		e->rules.fee_ppm = ppm_of(words[1]);
	else if (IS("finder_bonus"))
		e->rules.finder_bonus_ppm = ppm_of(words[1]);
	else if (IS("pool_bonus"))
		e->rules.pool_bonus_ppm = ppm_of(words[1]);
	else if (IS("pplnt"))
		e->rules.pplnt_ppm = ppm_of(words[1]);
	else if (IS("luck_margin"))
		e->rules.luck_margin_ppm = ppm_of(words[1]);
	else if (IS("luck_min"))
		e->rules.luck_min_ppm = ppm_of(words[1]);
	else if (IS("rate"))
		e->rate_ppm = ppm_of(words[1]);
	else if (IS("window"))
		e->rules.window_work = number_of(words[1]);
	else if (IS("score_time"))
		e->rules.score_ms = number_of(words[1]) * 60000;
	else if (IS("reverse_payout"))
		e->rules.reverse_payout = strcmp(words[1], "true") == 0;
	else if (IS("round_from"))
		e->round.from = number_of(words[1]);
	else if (IS("finder"))
		e->round.finder = account_of(words[1]);
	else if (IS("no_fee"))
		e->terms[account_of(words[1]) - 1].no_fee = true;
	else if (IS("keeps"))
		e->keeps = number_of(words[1]);
	else if (IS("donation"))
		e->terms[account_of(words[1]) - 1].donation_ppm = ppm_of(words[2]);
	else if (IS("pays"))
		e->pays[account_of(words[1])] = number_of(words[2]);
	else if (IS("owed"))
		e->owed[account_of(words[1])] = number_of(words[2]);
	else if (IS("recipient")) {
		e->recipients[e->recipients_n].account = account_of(words[1]);
		e->recipients[e->recipients_n++].ppm = ppm_of(words[2]);
	} else if (IS("slot"))
		e->slots[e->slots_n++] = (struct reward_slot){account_of(words[3]),
			number_of(words[1]), number_of(words[2]), number_of(words[4])};
	else if (IS("work"))
		e->slots[e->slots_n++] = (struct reward_slot){.account = account_of(words[1]),
			.work = number_of(words[2]),
			.minute = number_of(words[3])};
	else
		fail_msg("what is this: %s", key);
#undef IS
}

static void expect(const struct example *e, const int64_t *got)
{
	for (unsigned a = 1; a < LETTERS; a++) {
		if (got[a] != e->pays[a])
			fail_msg("%c gets %lld, the page says %lld, in\n%s", 'A' + (int)a - 1,
				(long long)got[a], (long long)e->pays[a], e->text);
	}
}

static void play_block(const struct example *e)
{
	struct reward_grant grants[LETTERS];
	struct reward_terms_list special = {e->terms, LETTERS - 1, grants, e->recipients_n};
	struct reward_tally *t = reward_tally_new(&e->rules, &e->round);
	struct reward_credit *credits;
	int64_t got[LETTERS] = {0}, kept = amount_units(e->reward);
	unsigned n;

	for (unsigned i = 0; i < e->recipients_n; i++)
		grants[i] = (struct reward_grant){
			e->recipients[i].account, reward_fee(e->reward, e->recipients[i].ppm)};
	if (e->rules.finder_bonus_ppm)
		grants[special.grants_n++] = (struct reward_grant){
			e->round.finder, reward_fee(e->reward, e->rules.finder_bonus_ppm)};
	for (unsigned i = 0; i < e->slots_n && reward_tally_add(t, &e->slots[i]);)
		i++;
	reward_divide(t, &e->rules, e->reward, &special, &credits, &n);
	for (unsigned i = 0; i < n; i++) {
		got[credits[i].account] = amount_units(credits[i].amount);
		kept -= amount_units(credits[i].amount);
	}
	expect(e, got);
	assert_int_equal(kept, e->keeps);
	free(credits);
	reward_tally_free(t);
}

static void play_shares(const struct example *e)
{
	const struct reward_terms_list special = {.terms = e->terms, .n = LETTERS - 1};
	int64_t got[LETTERS] = {0};
	struct reward_accrual *a;
	struct reward_credit *credits;
	struct reward_accrued sums;
	unsigned n;

	if (e->rules.scheme == REWARD_DPPS)
		assert_int_equal(reward_dpps_rate(&e->rules, e->earned, e->expected), e->rate_ppm);
	a = reward_accrual_new(
		&e->rules, &special, e->rules.block_value, e->rate_ppm ? e->rate_ppm : REWARD_PPM);
	for (unsigned i = 0; i < e->slots_n; i++)
		reward_accrual_add(a, e->slots[i].account, e->slots[i].work, e->slots[i].minute);
	reward_accrual_end(a, &sums, &credits, &n);
	for (unsigned i = 0; i < n; i++)
		got[credits[i].account] = amount_units(credits[i].amount);
	expect(e, got);
	assert_int_equal(amount_units(sums.fee), e->keeps);
	free(credits);
	reward_accrual_free(a);
}

static void play_debts(const struct example *e)
{
	struct amount owed[LETTERS], paid[LETTERS], whole = amount_of(0);
	int64_t got[LETTERS] = {0};

	for (unsigned a = 0; a < LETTERS; a++) {
		owed[a] = amount_of(e->owed[a]);
		whole = amount_add(whole, owed[a]);
	}
	if (e->rules.scheme == REWARD_ESMPPS)
		reward_pay_debts(e->budget, owed, LETTERS, paid);
	for (unsigned a = 0; a < LETTERS && e->rules.scheme == REWARD_SMPPS; a++)
		paid[a] = reward_pay_part(owed[a], whole, amount_of(0), e->budget);
	for (unsigned a = 0; a < LETTERS; a++)
		got[a] = amount_units(paid[a]);
	expect(e, got);
}

static void play(const struct example *e)
{
	if (amount_units(e->budget) > 0)
		play_debts(e);
	else if (reward_is_share_based(e->rules.scheme))
		play_shares(e);
	else
		play_block(e);
}

static unsigned read_and_play(char *text)
{
	struct example e = {.text = text,
		.rules = {.window_by = REWARD_WINDOW_FIXED, .reverse_payout = true},
		.round = {.network_work = 1}};
	char *copy = str_dup(text), *rest = copy, *line;

	for (unsigned a = 1; a < LETTERS; a++)
		e.terms[a - 1].account = a;
	while ((line = strsep(&rest, "\n")) && *line)
		read_line(&e, line);
	play(&e);
	free(copy);
	return 1u << e.rules.scheme;
}

static void test_page(void **state)
{
	struct buf page = {0};
	unsigned seen = 0, without = 1u << REWARD_FPPS | 1u << REWARD_PPS_PLUS;
	char *p;

	assert_int_equal(path_read(DOCS_DIR "/rewards.md", 1 << 20, &page, NULL), OK);
	for (p = strstr((char *)page.data, BEGIN); p; p = strstr(p, BEGIN)) {
		char *end;

		p += strlen(BEGIN);
		end = strstr(p, END);
		assert_non_null(end);
		*end = '\0';
		seen |= read_and_play(p);
		p = end + 1;
	}
	for (enum reward_scheme s = REWARD_PROP; s <= REWARD_ESMPPS; s++) {
		if (!(seen & 1u << s) && !(without & 1u << s))
			fail_msg("no example of %s", reward_scheme_name(s));
	}
	buf_free(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_page)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
