/* test_wrong.c -- configurations that are wrong: every problem at once, with its line, in words. */
#include "check.h"

static void expect(void **state, const char *text, const char *expected)
{
	struct conf *conf;
	char *problems = load(*state, text, &conf);

	assert_string_equal(problems, expected);
	conf_free(conf);
	free(problems);
}

static void test_no_file(void **state)
{
	struct conf_errors errors = {0};
	struct conf *conf = NULL;
	struct buf text = {0};

	assert_int_equal(conf_load("/nonexistent/kozan.yaml", &conf, &errors), ERR_NOT_FOUND);
	assert_null(conf);
	conf_errors_text(&errors, &text);
	assert_string_equal(buf_str(&text),
		"/nonexistent/kozan.yaml: cannot open /nonexistent/kozan.yaml: No such file or "
		"directory\n");
	buf_free(&text);
	conf_errors_fini(&errors);
}

static void test_not_yaml(void **state)
{
	expect(state, "data_dir: x\npools: [\n",
		"kozan.yaml:3: not valid YAML: did not find "
		"expected node content while parsing a flow "
		"node\n");
	expect(state, "a: b: c\n",
		"kozan.yaml:1: not valid YAML: mapping values are not allowed in this context\n");
	expect(state, MINIMAL "---\na: b\n", "kozan.yaml:12: a second document (after \"---\")\n");
}

static void test_empty(void **state)
{
	static const char missing[] =
		"kozan.yaml:1: data_dir: is missing: where everything is kept: the database, the "
		"share journal, blocks not yet known to a daemon. A relative path starts at the "
		"folder of this file\n"
		"kozan.yaml:1: pools: is missing: at least one is needed\n";

	expect(state, "", missing);
	expect(state, "# nothing\n", missing);
	expect(state, "- a\n- b\n",
		"kozan.yaml:1: here should be keys and values, \"key: value\"\n");
}

static void test_names(void **state)
{
	expect(state,
		MINIMAL "strtum: {}\nstratum:\n  lopps: 1\n  loops: 2\n  loops: 3\nxyzzy: 1\n",
		"kozan.yaml:11: strtum: there is no such key here; did you mean \"stratum\"?\n"
		"kozan.yaml:16: xyzzy: there is no such key here\n"
		"kozan.yaml:13: lopps: there is no such key here; did you mean \"loops\"?\n"
		"kozan.yaml:15: loops: is here twice\n");
}

/* One faulty line each, at line 12. */
static void test_values(void **state)
{
	static const struct {
		const char *line, *problem;
	} cases[] = {
		{"  loops: x", "loops: \"x\" is not a whole number"},
		{"  loops: -1", "loops: \"-1\" is not a whole number"},
		{"  loops: 65", "loops: 65 is more than 64"},
		{"  loops: 99999999999999999999", "loops: 99999999999999999999 is too large"},
		{"  loops:", "loops: needs a whole number"},
		{"  loops: [1]", "loops: must be one value"},
		{"  loops: {a: 1}", "loops: must be one value"},
		{"  sync: dsk", "sync: \"dsk\" is not one of disk, os; did you mean \"disk\"?"},
		{"  flush_interval: 2",
			"flush_interval: \"2\" needs a unit: 2ms, 2s, 2m, 2h or 2d"},
		{"  flush_interval: 1.5s",
			"flush_interval: \"1.5s\" needs a unit: 1ms, 1s, 1m, 1h or 1d"},
		{"  flush_interval: soon", "flush_interval: \"soon\" is not a duration: write "
					   "500ms, 2s, 10m, 1h or 7d"},
		{"  flush_interval: 99ms", "flush_interval: 99ms is less than 100ms"},
		{"  flush_interval: 2h", "flush_interval: 2h is more than 1m"},
		{"  journal_max: 10",
			"journal_max: \"10\" is not a size: write 64K, 64M, 10G or 1T"},
		{"  journal_max: 10GB",
			"journal_max: \"10GB\" is not a size: write 64K, 64M, 10G or 1T"},
		{"  journal_max: 9999999999T", "journal_max: 9999999999T is too large"},
		{"  journal_file: 8K", "journal_file: 8K is less than 16K"},
		{"  health: 9101", "health: \"9101\" is not an address to listen on: write "
				   "0.0.0.0:3333, [::]:3333 or :3333"},
		{"  health: \"::1:9101\"", "health: \"::1:9101\" is not an address to listen on: "
					   "write 0.0.0.0:3333, [::]:3333 or :3333"},
		{"  health: \"example.com:9101\"",
			"health: \"example.com:9101\" is not an address to listen on: write "
			"0.0.0.0:3333, [::]:3333 or :3333"},
		{"  health: \"1.2.3.4:70000\"", "health: port 70000 is not between 1 and 65535"},
		{"  health: \":0\"", "health: port 0 is not between 1 and 65535"},
		{"  health: \"a\\0b\"", "health: has a zero byte in it"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = str_printf("%sstratum:\n%s\n", MINIMAL, cases[i].line);
		char *problem = str_printf("kozan.yaml:12: %s\n", cases[i].problem);

		expect(state, text, problem);
		free(problem);
		free(text);
	}
}

static void test_hosts(void **state)
{
	static const char *const hosts[] = {
		"db:0", "db:70000", "db:x", "[::1", "[::1]3306", "db,d/b", "", ","};

	for (unsigned i = 0; i < ARRAY_LEN(hosts); i++) {
		char *text = str_printf("%sstore:\n  host: \"%s\"\n", MINIMAL, hosts[i]);
		struct conf *conf;
		char *problems = load(*state, text, &conf);

		assert_null(conf);
		assert_int_equal(strncmp(problems, "kozan.yaml:12: ", 15), 0);
		free(problems);
		free(text);
	}
}

static void test_pool_values(void **state)
{
	static const struct {
		const char *line, *problem; /* at line 11 */
	} cases[] = {
		{"    reward: {fee: 101%}", "fee: 101% is more than 100%"},
		{"    reward: {fee: 1 percent}", "fee: \"1 percent\" is not a percentage"},
		{"    reward: {fee: 0.00001%}", "fee: 0.00001% has more than four decimals"},
		{"    reward: {window: 0}", "window: 0 is less than 0.001"},
		{"    reward: {scheme: pps2}", "scheme: \"pps2\" is not one of pplns, prop, pplnt, "
					       "score, solo, pps, fpps, "
					       "pps+, dpps, smpps, esmpps; did you mean \"pps\"?"},
		{"    reward: {scheme: pps}",
			"block_value: pps needs it: what a block is worth without transaction "
			"fees, in coins"},
		{"    reward: {scheme: fpps, block_value: 1, finder_bonus: 1%}",
			"finder_bonus: fpps pays for work, not for blocks: leave it out"},
		{"    reward: {fee: 1%, pool_bonus: 1.1%}",
			"pool_bonus: is paid out of the fee and cannot be more than that"},
		{"    reward: {score_time: 1m}", "score_time: 1m is less than 2m"},
		{"    reward: {recipients: [{address: nowhere, percent: 1%}]}",
			"address: the address is mistyped or cut: its checksum does not match"},
		{"    reward: {recipients: 5}",
			"recipients: must be a list: each item begins with \"- \""},
		{"    payout: {minimum: 0.123456789}",
			"minimum: 0.123456789 is too large or too exact"},
		{"    payout: {minimum: -1}", "minimum: -1 is less than 0.00000001"},
		{"    payout: {minimum: lots}", "minimum: \"lots\" is not a number"},
		{"    payout: {enabled: maybe}", "enabled: \"maybe\" is neither true nor false"},
		{"    tag: 123456789012345678901", "tag: has 21 bytes, 20 are allowed"},
		{"    tag: \"a\\nb\"", "tag: has a control character in it"},
		{"    payout: {times: [\"25:00\"]}",
			"times: needs times of day: [\"06:00\", \"18:30\"]"},
		{"    payout: {threshold_min: 2, threshold_max: 1}",
			"threshold_min: is more than threshold_max"},
		{"    wallet: {hot_limit: 5}", "hot_limit: needs cold_address, to send it to"},
		{"    wallet: {daemon: z}", "daemon: no daemon is called \"z\""},
		{"    wallet: {url: \"ftp://x\"}",
			"url: \"ftp://x\" must begin with http:// or https://"},
		{"    wallet: {url: \"http://u:p@x\"}", "url: user and password do not belong in "
							"the URL but in keys of their own"},
		{"    wallet: {url: \"http://\"}", "url: \"http://\" is not a URL"},
		{"    wallet: {passphrase: a, passphrase_env: B}",
			"passphrase_file: more than one source of the same secret"},
		{"    wallet: {passphrase_env: KOZAN_NOT_SET}",
			"passphrase_env: the environment variable KOZAN_NOT_SET is not set"},
		{"    network: teste",
			"network: \"teste\" is not one of main, test, regtest; did you mean "
			"\"test\"?"},
		{"      - {listen: \":3333\", name: b}",
			"listen: port 3333 is taken by another part of this file"},
		{"      - {listen: \"127.0.0.1:8080\", name: b}",
			"listen: port 8080 is taken by another part of this file"},
		{"      - {listen: [\"127.0.0.1:1\", \"[::]:1\"], name: b}",
			"listen: port 1 is taken by another part of this file"},
		{"      - {listen: [], name: b}",
			"listen: \"\" is not an address to listen on: write 0.0.0.0:3333, "
			"[::]:3333 or :3333"},
		{"      - {listen: \":1\", name: b, tls: auto}",
			"tls: needs stratum.tls_certificate and stratum.tls_key"},
		{"      - {listen: \":1\", name: b, proxy_from: [10.1.0.0/8]}",
			"proxy_from: \"10.1.0.0/8\" has bits behind its /8; the network is "
			"10.0.0.0/8"},
		{"      - {listen: \":1\", name: b, proxy_from: lb.example}",
			"proxy_from: \"lb.example\" is not an IP address or network: write "
			"192.0.2.1, 10.0.0.0/8 or 2001:db8::/32"},
		{"      - {listen: \":1\", name: low}", "name: \"low\" is here twice"},
		{"      - {listen: \":1\", name: Low}",
			"name: \"Low\" may have only a-z, 0-9 and - in it"},
		{"      - {listen: \":1\", name: \"\"}", "name: needs a value"},
		{"      - {listen: \":1\", name: b, difficulty: 0}",
			"difficulty: must be more than 0"},
		{"      - {listen: \":1\", name: b, difficulty: hard}",
			"difficulty: \"hard\" is not a number"},
		{"      - {listen: \":1\", name: b, difficulty: 5, max_difficulty: 4}",
			"difficulty: 5 is not between min_difficulty, 0.0001, and max_difficulty, "
			"4"},
		{"      - {listen: \":1\", name: b, min_difficulty: 5, max_difficulty: 4}",
			"min_difficulty: 5 is more than max_difficulty, 4"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = str_printf("%s%s\n", MINIMAL, cases[i].line);
		char *problem = str_printf("kozan.yaml:11: %s\n", cases[i].problem);

		expect(state, text, problem);
		free(problem);
		free(text);
	}
}

#define POOL(coin, address)                                                                        \
	"data_dir: data\n"                                                                         \
	"coins_dir: " COINS_DIR "\n"                                                               \
	"pools:\n"                                                                                 \
	"  - name: x\n"                                                                            \
	"    coin: " coin "\n"                                                                     \
	"    address: " address "\n"                                                               \
	"    daemons: [{name: a, url: \"http://a:1\", user: u}]\n"                                 \
	"    ports: [{listen: \":1\", name: p}]\n"

static void test_coin(void **state)
{
	expect(state, POOL("litcoin", "x"),
		"kozan.yaml:5: coin: no coin \"litcoin\" in " COINS_DIR
		"; did you mean \"litecoin\"? (there are: bitcoin, bitzeny, litecoin)\n");
	expect(state, POOL("litecoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
		"kozan.yaml:6: address: this is a Bitcoin address; this pool mines Litecoin\n");
	expect(state, POOL("./none.yaml", "x"),
		"none.yaml: cannot open none.yaml: No such file or directory\n");
}

static void test_profile(void **state)
{
	put_file(*state, "bad.yaml",
		"title: Bad\n"
		"ticker: BAD\n"
		"algorithm: scrypt\n"
		"params: {N: 1000}\n"
		"difficulty_bits: 33\n"
		"block_time: 1m\n"
		"rules: [a, b, c, d, e, f, g]\n"
		"networks:\n"
		"  main: {chain: main, p2pkh: 256, p2sh: [], work_bits: 8, rpc_port: 0}\n"
		"  mian: {}\n"
		"  test:\n");
	expect(state, POOL("./bad.yaml", "x"),
		"bad.yaml:5: difficulty_bits: 33 is more than 32\n"
		"bad.yaml:7: rules: more than 6 rules\n"
		"bad.yaml:10: mian: there is no such key here; did you mean \"main\"?\n"
		"bad.yaml:9: p2pkh: \"256\" is not a version byte, 0 to 255\n"
		"bad.yaml:9: p2sh: needs a version byte\n"
		"bad.yaml:9: rpc_port: 0 is less than 1\n"
		"bad.yaml:11: chain: is missing: what `getblockchaininfo` calls the network\n"
		"bad.yaml:11: p2pkh: is missing: version bytes of P2PKH addresses, the usual one "
		"first\n"
		"bad.yaml:11: p2sh: is missing: version bytes of P2SH addresses, the usual one "
		"first\n"
		"bad.yaml:11: work_bits: is missing: work is counted in units of 2^this hashes: "
		"the smallest share. Never change it once shares are recorded\n"
		"bad.yaml:11: rpc_port: is missing: the daemon's usual JSON-RPC port\n");
	put_file(*state, "bad.yaml",
		"{title: Bad, ticker: BAD, algorithm: scripty, difficulty_bits: 16,\n"
		"block_time: 1m, networks: {}}\n");
	expect(state, POOL("./bad.yaml", "x"),
		"bad.yaml: networks: at least one of main, test and regtest is needed\n"
		"bad.yaml:1: algorithm: no proof of work is called 'scripty'; did you mean "
		"'scrypt'?\n");
}

#define SECOND(name, daemon, wallet, port)                                                         \
	"  - name: " name "\n"                                                                     \
	"    coin: litecoin\n"                                                                     \
	"    address: LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij\n"                                        \
	"    daemons: [{name: a, url: \"" daemon "\", user: u}]\n" wallet                          \
	"    ports: [{listen: \":" port "\", name: p}]\n"

static void test_two_pools(void **state)
{
	expect(state, MINIMAL SECOND("two", "http://a:1", "", "1"), "");
	expect(state,
		MINIMAL SECOND("two", "http://127.0.0.1:9332", "    wallet: {name: b}\n", "1"), "");
	expect(state, MINIMAL SECOND("ltc", "http://a:1", "", "1"),
		"kozan.yaml:11: name: \"ltc\" is here twice\n");
	expect(state, MINIMAL SECOND("two", "http://a:1", "", "3333"),
		"kozan.yaml:15: listen: port 3333 is taken by another part of this file\n");
	expect(state,
		MINIMAL SECOND("two", "http://127.0.0.1:9332", "    wallet: {daemon: a}\n", "1"),
		"kozan.yaml:15: wallet: is that of pool \"ltc\": each pool pays from a wallet of "
		"its own\n");
}

#define SWITCHING(coin, address, more)                                                             \
	MINIMAL                                                                                    \
	"  - name: two\n"                                                                          \
	"    coin: " coin "\n"                                                                     \
	"    address: " address "\n"                                                               \
	"    daemons: [{name: a, url: \"http://a:1\", user: u}]\n"                                 \
	"    ports: [{listen: \":1\", name: p, " more "}]\n"
#define LTC_ADDRESS "LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij"

static void test_switching(void **state)
{
	expect(state, SWITCHING("litecoin", LTC_ADDRESS, "switch_to: [ltc]"), "");
	expect(state, SWITCHING("litecoin", LTC_ADDRESS, "switch_to: [two]"),
		"kozan.yaml:15: switch_to: there is no other pool \"two\"\n");
	expect(state, SWITCHING("litecoin", LTC_ADDRESS, "switch_to: [ltc, three]"),
		"kozan.yaml:15: switch_to: there is no other pool \"three\"\n");
	expect(state, SWITCHING("litecoin", LTC_ADDRESS, "switch_to: [ltc, ltc]"),
		"kozan.yaml:15: switch_to: \"ltc\" is here twice\n");
	expect(state,
		SWITCHING("bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
			"switch_to: [ltc]"),
		"kozan.yaml:15: switch_to: pool \"ltc\" has another algorithm\n");
	expect(state, SWITCHING("litecoin", LTC_ADDRESS, "switch_to: [ltc], switch_by: profit"),
		"kozan.yaml:15: switch_by: needs switching.prices\n");
}

/* References that bite their own tail end like any other wrong value. */
static void test_cycle(void **state)
{
	expect(state, "data_dir: x\npools: &p [*p]\n",
		"kozan.yaml:2: here should be keys and values, \"key: value\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_file),
		cmocka_unit_test_setup_teardown(test_not_yaml, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_empty, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_names, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_values, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_hosts, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_pool_values, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_coin, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_profile, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_two_pools, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_switching, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_cycle, make_place, drop_place),
	};

	unsetenv("KOZAN_NOT_SET");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
