/* test_load.c -- a configuration that is right: defaults, every key, and what is made of them. */
#include "check.h"

static void test_defaults(void **state)
{
	struct place *p = *state;
	struct conf *conf;
	char *problems = load(p, MINIMAL, &conf);
	struct conf_pool *pool;
	char *data;

	assert_string_equal(problems, "");
	data = path_join(p->dir, "data");
	assert_string_equal(conf->data_dir, data);
	assert_int_equal(conf->log.level, LOG_LEVEL_INFO);
	assert_int_equal(conf->log.format, LOG_FORMAT_TEXT);
	assert_int_equal(conf->store.engine, CONF_ENGINE_SQLITE);
	assert_int_equal(strncmp(conf->store.path, data, strlen(data)), 0);
	assert_string_equal(conf->store.path + strlen(data), "/kozan.db");
	assert_int_equal(conf->stratum.loops, 0);
	assert_int_equal(conf->stratum.flush_interval_ms, 2000);
	assert_string_equal(conf->stratum.health.host, "127.0.0.1");
	assert_int_equal(conf->stratum.health.port, 9101);
	assert_string_equal(conf->web.url, "http://localhost:8080");
	assert_int_equal(conf->ledger.interval_ms, 5000);
	assert_int_equal(conf->pools_count, 1);
	pool = &conf->pools[0];
	assert_ptr_equal(conf_pool(conf, NULL), pool);
	assert_ptr_equal(conf_pool(conf, pool->name), pool);
	assert_null(conf_pool(conf, "another"));
	assert_string_equal(pool->title, "Litecoin");
	assert_string_equal(pool->coin.name, "litecoin");
	assert_string_equal(pool->coin.algorithm, "scrypt");
	assert_ptr_equal(pool->network, &pool->coin.networks[COIN_MAIN]);
	assert_int_equal(pool->address.kind, ADDRESS_P2PKH);
	assert_int_equal(pool->daemons_count, 1);
	assert_string_equal(pool->daemons[0].password, "p");
	assert_true(pool->daemons[0].has_longpoll);
	assert_ptr_equal(pool->wallet.daemon, &pool->daemons[0]);
	assert_int_equal(pool->ports_count, 1);
	assert_string_equal(pool->ports[0].listens.list[0].host, "::");
	assert_int_equal(pool->ports[0].listens.list[0].port, 3333);
	assert_int_equal(pool->ports[0].listens.count, 1);
	assert_int_equal(pool->ports[0].tls, CONF_PORT_TLS_OFF);
	assert_int_equal(pool->ports[0].proxy_from.count, 0);
	assert_string_equal(pool->ports[0].label, "low");
	assert_int_equal(pool->ports[0].difficulty.work, 1);
	assert_int_equal(pool->ports[0].min_difficulty.work, 1);
	assert_int_equal(pool->ports[0].max_difficulty.work, 1000000000000);
	assert_int_equal(pool->ports[0].share_interval_ms, 15000);
	assert_int_equal(pool->reward.rules.scheme, REWARD_PPLNS);
	assert_int_equal(pool->reward.rules.window_ppm, 43200000);
	assert_int_equal(pool->reward.rules.fee_ppm, 10000);
	assert_true(pool->payout.is_enabled);
	assert_int_equal(amount_units(pool->payout.minimum), 10000000);
	assert_true(amount_is_zero(pool->payout.fee_rate));
	conf_free(conf);
	free(data);
	free(problems);
}

static void expect_host(const char **rest, const char *name, uint16_t port)
{
	struct conf_host host;

	assert_true(conf_host_next(rest, &host));
	assert_string_equal(host.name, name);
	assert_int_equal(host.port, port);
}

static void test_hosts(void **state)
{
	const char *rest = "db1, db2.example:3307,::1,[fe80::1%eth0]:3308,10.0.0.1,";
	struct conf_host host;

	expect_host(&rest, "db1", 0);
	expect_host(&rest, "db2.example", 3307);
	expect_host(&rest, "::1", 0);
	expect_host(&rest, "fe80::1%eth0", 3308);
	expect_host(&rest, "10.0.0.1", 0);
	assert_false(conf_host_next(&rest, &host));
}

static void test_every_key(void **state)
{
	struct place *p = *state;
	struct conf *conf;
	struct conf_pool *pool;
	char *problems;

	problems = load(p,
		"data_dir: /nowhere/data\n"
		"coins_dir: " COINS_DIR "\n"
		"log: {level: debug, format: json}\n"
		"store: {engine: sqlite, path: /else/where.db, host: [db1, \"db2:3307\", "
		"\"[::1]:3308\"]}\n"
		"stratum:\n"
		"  loops: 3\n"
		"  hash_threads: 5\n"
		"  max_conns: 1000\n"
		"  sync: os\n"
		"  flush_interval: 500ms\n"
		"  health: off\n"
		"web: {listen: \"[::1]:80\", url: https://pool.example/, portal_dir: pages}\n"
		"ledger: {interval: 1m}\n"
		"pools:\n"
		"  - name: zny-1\n"
		"    title: \"鉱山\"\n"
		"    coin: bitzeny\n"
		"    network: regtest\n"
		"    address: mix6eC25BNfY3fn8Z4F95MrFL2q39FLr32\n"
		"    tag: /x/\n"
		"    daemon_poll: 250ms\n"
		"    template_refresh: 1m\n"
		"    daemons:\n"
		"      - name: a\n"
		"        url: http://10.0.0.1:9252\n"
		"        cookie_file: /var/lib/bitzeny/.cookie\n"
		"      - name: b\n"
		"        url: https://b.example/rpc\n"
		"        user: u\n"
		"        password_env: KOZAN_TEST_PASSWORD\n"
		"        zmq: tcp://10.0.0.2:28332\n"
		"        longpoll: no\n"
		"    wallet: {daemon: b, url: \"http://w:1\", name: pool, passphrase: secret}\n"
		"    ports:\n"
		"      - listen: 127.0.0.1:3333\n"
		"        name: one\n"
		"        label: Low-end CPU\n"
		"        difficulty: 0.5\n"
		"        fixed: yes\n"
		"        min_difficulty: 1e-05\n"
		"        max_difficulty: 100000\n"
		"        share_interval: 20s\n"
		"      - {listen: \"127.0.0.2:3333\", name: two}\n"
		"    reward: {scheme: prop, window: 0.5, fee: 0.25 %}\n"
		"    payout: {enabled: false, minimum: 0.00000001, interval: 1d, confirmations: "
		"12,\n"
		"             max_outputs: 7, fee_rate: 0.001}\n",
		&conf);
	assert_string_equal(problems, "");
	assert_int_equal(conf->log.level, LOG_LEVEL_DEBUG);
	assert_string_equal(conf->store.path, "/else/where.db");
	const char *hosts = conf->store.host;
	expect_host(&hosts, "db1", 0);
	expect_host(&hosts, "db2", 3307);
	expect_host(&hosts, "::1", 3308);
	assert_int_equal(conf->stratum.sync, CONF_SYNC_OS);
	assert_int_equal(conf->stratum.flush_interval_ms, 500);
	assert_int_equal(conf->stratum.health.port, 0);
	assert_string_equal(conf->web.listen.host, "::1");
	assert_string_equal(conf->web.url, "https://pool.example");
	assert_string_equal(conf->web.portal_dir, "/nowhere/data/pages");
	pool = &conf->pools[0];
	assert_int_equal(pool->chain, COIN_REGTEST);
	assert_int_equal(pool->coin.block_id, COIN_BLOCK_ID_POW);
	assert_string_equal(pool->daemons[1].password, "from env");
	assert_false(pool->daemons[1].has_longpoll);
	assert_ptr_equal(pool->wallet.daemon, &pool->daemons[1]);
	assert_string_equal(pool->wallet.passphrase, "secret");
	assert_int_equal(pool->ports[0].difficulty.work, 32768);
	assert_int_equal(pool->ports[0].min_difficulty.work, 1);
	assert_true(pool->ports[0].is_fixed);
	assert_int_equal(pool->reward.rules.scheme, REWARD_PROP);
	assert_int_equal(pool->reward.rules.window_ppm, 500000);
	assert_int_equal(pool->reward.rules.fee_ppm, 2500);
	assert_false(pool->payout.is_enabled);
	assert_int_equal(amount_units(pool->payout.minimum), 1);
	assert_int_equal(pool->payout.interval_ms, 86400000);
	assert_int_equal(amount_units(pool->payout.fee_rate), 100000);
	conf_free(conf);
	free(problems);
}

/* A difficulty below the unit is raised, and said so only when somebody wrote it. */
static void test_unit_note(void **state)
{
	struct conf *conf;
	char *problems = load(*state,
		MINIMAL "      - {listen: \":3334\", name: x, difficulty: 1, "
			"min_difficulty: 0.5}\n",
		&conf);
	assert_string_equal(problems,
		"kozan.yaml:11: note: min_difficulty: 0.5 is less than a unit of work on this "
		"network: 1 is used\n");
	assert_int_equal(conf->pools[0].ports[1].min_difficulty.work, 1);
	conf_free(conf);
	free(problems);
}

static void test_profile_by_path(void **state)
{
	struct place *p = *state;
	struct conf *conf;
	char *problems;

	put_file(p, "mycoin.yaml",
		"{title: My, ticker: MY, algorithm: yespower, params: {N: 2048, r: 32, pers: x},\n"
		" difficulty_bits: 16, block_time: 1m, networks: {main: {chain: main, p2pkh: 111,\n"
		" p2sh: 196, work_bits: 8, rpc_port: 1}}}\n");
	problems = load(p,
		"data_dir: d\n"
		"pools:\n"
		"  - name: my\n"
		"    coin: ./mycoin.yaml\n"
		"    address: mix6eC25BNfY3fn8Z4F95MrFL2q39FLr32\n"
		"    daemons: [{name: a, url: \"http://a:1\", user: u}]\n"
		"    ports: [{listen: \":1\", name: p}]\n",
		&conf);
	assert_string_equal(problems, "");
	assert_string_equal(conf->pools[0].coin.name, "mycoin");
	assert_int_equal(conf->pools[0].coin.params_count, 3);
	assert_string_equal(conf->pools[0].coin.params[1].name, "r");
	assert_string_equal(conf->pools[0].coin.params[1].value, "32");
	assert_false(conf->pools[0].network->has_genesis);
	conf_free(conf);
	free(problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, make_place, drop_place),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test_setup_teardown(test_every_key, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_unit_note, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_profile_by_path, make_place, drop_place),
	};

	setenv("KOZAN_TEST_PASSWORD", "from env", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
