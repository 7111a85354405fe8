/* Who may connect: counts, points that fade, bans that grow, on a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "stratum/guard.h"

enum { MINUTE_MS = 60000 };

struct world {
	struct guard *guard;
	struct guard_options options;
	struct net_set allow;
	struct ban last;
	unsigned bans;
	int64_t now_ms;
};

static void on_ban(void *ctx, const struct ban *ban, enum fault last)
{
	struct world *w = ctx;

	w->last = *ban;
	w->bans++;
}

static void open_world(struct world *w)
{
	*w = (struct world){
		.options = {.conns_per_ip = 300,
			.conns_per_64 = 400,
			.new_per_ip = 50,
			.ban_score = 100,
			.ban_ms = MINUTE_MS,
			.ban_max_ms = 60 * MINUTE_MS,
			.allow = &w->allow,
			.on_ban = on_ban,
			.ctx = w},
	};
	assert_int_equal(net_read("198.51.100.0/24", &w->allow.list[w->allow.count++], NULL), OK);
	w->guard = guard_new(&w->options);
}

static struct net_addr addr(const char *text)
{
	struct net_addr a;

	assert_true(net_addr_read(text, &a));
	return a;
}

static enum guard_answer knock(struct world *w, const char *text)
{
	struct net_addr a = addr(text);

	return guard_may_enter(w->guard, &a, w->now_ms);
}

static struct guard_seat enter(struct world *w, const char *text)
{
	struct net_addr a = addr(text);
	struct guard_seat seat;

	assert_int_equal(guard_may_enter(w->guard, &a, w->now_ms), GUARD_WELCOME);
	guard_enter(w->guard, &a, w->now_ms, &seat);
	return seat;
}

/* One connection with one fault. */
static bool offend(struct world *w, const char *text, enum fault fault)
{
	struct guard_seat seat = enter(w, text);
	bool is_banned = guard_fault(w->guard, &seat, fault, w->now_ms);

	guard_leave(w->guard, &seat);
	return is_banned;
}

static void test_a_farm_behind_one_address_is_welcome(void **state)
{
	struct guard_seat seats[200];
	struct world w;

	open_world(&w);
	for (unsigned i = 0; i < ARRAY_LEN(seats); i++) {
		seats[i] = enter(&w, "192.0.2.1");
		guard_authorized(w.guard, &seats[i]);
		guard_proven(w.guard, &seats[i]);
	}
	/* Ten of its rigs never log in right, at every retry, for an hour. */
	for (unsigned i = 0; i < 1200; i++) {
		w.now_ms += 3000;
		assert_false(offend(&w, "192.0.2.1", FAULT_LOGIN));
	}
	assert_int_equal(w.bans, 0);
	for (unsigned i = 0; i < ARRAY_LEN(seats); i++)
		guard_leave(w.guard, &seats[i]);
	guard_free(w.guard);
}

static void test_connections_are_counted(void **state)
{
	struct guard_seat seats[400];
	struct world w;
	unsigned n = 0;

	open_world(&w);
	for (; n < 50; n++)
		seats[n] = enter(&w, "192.0.2.1");
	assert_int_equal(guard_new_conns(w.guard), 50);
	assert_int_equal(knock(&w, "192.0.2.1"), GUARD_TOO_MANY_NEW);
	assert_int_equal(knock(&w, "192.0.2.2"), GUARD_WELCOME);
	for (unsigned i = 0; i < n; i++)
		guard_authorized(w.guard, &seats[i]);
	for (; n < 300; n++) {
		seats[n] = enter(&w, "192.0.2.1");
		guard_authorized(w.guard, &seats[n]);
	}
	assert_int_equal(guard_new_conns(w.guard), 0);
	assert_int_equal(knock(&w, "192.0.2.1"), GUARD_TOO_MANY);
	for (unsigned i = 0; i < n; i++)
		guard_leave(w.guard, &seats[i]);
	assert_int_equal(knock(&w, "192.0.2.1"), GUARD_WELCOME);
	guard_free(w.guard);
}

static void test_one_customer_of_ipv6_has_a_network(void **state)
{
	struct guard_seat seats[400];
	struct world w;

	open_world(&w);
	for (unsigned i = 0; i < ARRAY_LEN(seats); i++) {
		seats[i] = enter(&w, i < 300 ? "2001:db8::1" : "2001:db8::2");
		guard_authorized(w.guard, &seats[i]);
		if (i == 299)
			assert_int_equal(knock(&w, "2001:db8::1"), GUARD_TOO_MANY);
	}
	assert_int_equal(knock(&w, "2001:db8::3"), GUARD_TOO_MANY);
	assert_int_equal(knock(&w, "2001:db8:0:1::3"), GUARD_WELCOME);
	for (unsigned i = 0; i < ARRAY_LEN(seats); i++)
		guard_leave(w.guard, &seats[i]);
	for (unsigned i = 0; i < 5; i++)
		offend(&w, i % 2 ? "2001:db8::5" : "2001:db8::6", FAULT_MALFORMED);
	assert_int_equal(knock(&w, "2001:db8::7"), GUARD_BANNED);
	assert_int_equal(w.last.net.bits, 64);
	guard_free(w.guard);
}

static void test_points_fade(void **state)
{
	struct world w;
	unsigned n = 0;

	open_world(&w);
	for (unsigned i = 0; i < 100; i++) { /* 5 points in 10 minutes never become 100 */
		w.now_ms += 10 * MINUTE_MS;
		assert_false(offend(&w, "192.0.2.1", FAULT_LOGIN));
	}
	do {
		w.now_ms += 100;
		n++;
	} while (!offend(&w, "192.0.2.1", FAULT_LOGIN));
	assert_in_range(n, 18, 22);
	assert_int_equal(knock(&w, "192.0.2.1"), GUARD_BANNED);
	assert_int_equal(guard_bans(w.guard), 1);
	guard_free(w.guard);
}

static void test_one_connection_alone_bans_nobody(void **state)
{
	struct guard_seat seat;
	struct world w;

	open_world(&w);
	seat = enter(&w, "192.0.2.1");
	for (unsigned i = 0; i < 100; i++)
		assert_false(guard_fault(w.guard, &seat, FAULT_FLOOD, w.now_ms));
	assert_false(offend(&w, "192.0.2.1", FAULT_HASTY));
	assert_true(offend(&w, "192.0.2.1", FAULT_HASTY));
	guard_leave(w.guard, &seat);
	guard_free(w.guard);
}

static void test_bans_grow_up_to_a_limit(void **state)
{
	static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct world w;

	open_world(&w);
	for (unsigned i = 0; i < ARRAY_LEN(minutes); i++) {
		int64_t before_ms = clock_wall_ms();
		struct ban over;

		while (!offend(&w, "192.0.2.1", FAULT_FLOOD))
			w.now_ms++;
		assert_in_range(w.last.until_ms, before_ms + minutes[i] * MINUTE_MS,
			clock_wall_ms() + minutes[i] * MINUTE_MS);
		assert_int_equal(w.last.times, i + 1);
		over = w.last; /* it is over, and remembered */
		over.until_ms = before_ms - 1;
		guard_set_bans(w.guard, &over, 1);
	}
	guard_set_bans(w.guard, NULL, 0);
	while (!offend(&w, "192.0.2.1", FAULT_FLOOD))
		w.now_ms++;
	assert_int_equal(w.last.times, 1);
	guard_free(w.guard);
}

static void test_who_is_allowed_is_never_banned(void **state)
{
	struct net_addr a = addr("198.51.100.7");
	struct ban all = {.until_ms = BAN_FOREVER};
	struct world w;

	open_world(&w);
	for (unsigned i = 0; i < 100; i++)
		assert_false(offend(&w, "198.51.100.7", FAULT_FLOOD));
	assert_false(guard_fault_of(w.guard, &a, FAULT_FLOOD, w.now_ms));
	assert_int_equal(net_read("198.51.0.0/16", &all.net, NULL), OK);
	guard_set_bans(w.guard, &all, 1);
	assert_int_equal(knock(&w, "198.51.100.7"), GUARD_WELCOME);
	assert_int_equal(knock(&w, "198.51.101.7"), GUARD_BANNED);
	guard_free(w.guard);
}

static void test_news_only_when_there_are_some(void **state)
{
	struct ban one = {.until_ms = BAN_FOREVER};
	struct world w;
	unsigned news;

	open_world(&w);
	assert_int_equal(net_read("192.0.2.1", &one.net, NULL), OK);
	news = guard_news(w.guard);
	guard_set_bans(w.guard, &one, 1);
	assert_int_not_equal(guard_news(w.guard), news);
	news = guard_news(w.guard);
	guard_set_bans(w.guard, &one, 1);
	assert_int_equal(guard_news(w.guard), news);
	guard_set_bans(w.guard, NULL, 0);
	assert_int_not_equal(guard_news(w.guard), news);
	guard_free(w.guard);
}

static void test_who_is_gone_and_good_is_forgotten(void **state)
{
	struct world w;

	open_world(&w);
	offend(&w, "192.0.2.1", FAULT_MALFORMED);
	offend(&w, "192.0.2.1", FAULT_MALFORMED);
	guard_sweep(w.guard, w.now_ms); /* too early */
	assert_false(offend(&w, "192.0.2.1", FAULT_MALFORMED));
	assert_false(offend(&w, "192.0.2.1", FAULT_MALFORMED));
	assert_true(offend(&w, "192.0.2.1", FAULT_MALFORMED));
	w.now_ms += 120 * MINUTE_MS;
	guard_sweep(w.guard, w.now_ms);
	guard_free(w.guard);
}

/* ---- the table ---- */

static struct ban ban(const char *net, int64_t until_ms)
{
	struct ban b = {.until_ms = until_ms};

	assert_int_equal(net_read(net, &b.net, NULL), OK);
	return b;
}

static const struct ban *find(const struct bans *b, const char *text, int64_t now_ms)
{
	struct net_addr a = addr(text);

	return bans_find(b, &a, now_ms);
}

static void test_the_smallest_network_that_holds_counts(void **state)
{
	const struct ban list[] = {ban("10.0.0.0/8", 100), ban("10.1.0.0/16", 200),
		ban("10.1.2.3", 50), ban("2001:db8::/32", 100), ban("2001:db8::/64", 300),
		ban("192.0.2.0/24", 10), ban("192.0.2.0/24", 20), ban("0.0.0.0/0", 5)};
	struct bans *b = bans_new();

	assert_null(find(b, "10.1.2.3", 0));
	bans_set(b, list, ARRAY_LEN(list));
	assert_int_equal(find(b, "10.1.2.3", 0)->net.bits, 128);
	assert_int_equal(find(b, "10.1.2.3", 50)->net.bits, 96 + 16);
	assert_int_equal(find(b, "10.2.2.3", 50)->net.bits, 96 + 8);
	assert_null(find(b, "10.2.2.3", 100));
	assert_int_equal(find(b, "11.2.2.3", 4)->net.bits, 96);
	assert_null(find(b, "11.2.2.3", 5));
	assert_int_equal(find(b, "2001:db8::1", 0)->net.bits, 64);
	assert_int_equal(find(b, "2001:db8:1::1", 0)->net.bits, 32);
	assert_null(find(b, "2001:db9::1", 0));
	assert_int_equal(find(b, "192.0.2.255", 15)->until_ms, 20);
	assert_int_equal(bans_count(b, 0), 7);
	bans_free(b);
}

static void test_a_large_table_is_searched_right(void **state)
{
	struct bans *b = bans_new();
	struct ban *list = NEW_ARRAY(struct ban, 20000);

	for (unsigned i = 0; i < 20000; i++) {
		uint8_t v4[4] = {(uint8_t)(i * 7), (uint8_t)(i >> 8), (uint8_t)i, (uint8_t)(i * 3)};
		struct net_addr a = net_addr_v4(v4);

		list[i] = (struct ban){net_of(&a, i % 3 ? 128 : 120), 1 + i, 0};
	}
	bans_set(b, list, 20000);
	for (unsigned i = 0; i < 20000; i++) {
		const struct ban *found = bans_find(b, &list[i].net.addr, 0);

		assert_non_null(found);
		assert_true(net_has(&found->net, &list[i].net.addr));
		assert_int_equal(bans_of(b, &list[i].net)->net.bits, list[i].net.bits);
	}
	free(list);
	bans_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_farm_behind_one_address_is_welcome),
		cmocka_unit_test(test_connections_are_counted),
		cmocka_unit_test(test_one_customer_of_ipv6_has_a_network),
		cmocka_unit_test(test_points_fade),
		cmocka_unit_test(test_one_connection_alone_bans_nobody),
		cmocka_unit_test(test_bans_grow_up_to_a_limit),
		cmocka_unit_test(test_who_is_allowed_is_never_banned),
		cmocka_unit_test(test_news_only_when_there_are_some),
		cmocka_unit_test(test_who_is_gone_and_good_is_forgotten),
		cmocka_unit_test(test_the_smallest_network_that_holds_counts),
		cmocka_unit_test(test_a_large_table_is_searched_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
