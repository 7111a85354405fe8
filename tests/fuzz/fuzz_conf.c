/*
 * fuzz_conf.c -- configuration files of any content. Whatever loads is complete; whatever does not
 * is refused with at least one problem.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_conf.c LIBRARIES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Beside the configuration, as c.yaml: what a `coin: ./c.yaml` finds. */
static const char profile[] = "{title: Coin, ticker: C, algorithm: scrypt, difficulty_bits: 16, "
			      "block_time: 1m, networks: "
			      "{main: {chain: main, p2pkh: [48], p2sh: [50, 5], hrp: ltc, "
			      "work_bits: 16, rpc_port: 1}}}\n";

static void clean_up(void)
{
	char *command = str_printf("rm -rf /dev/shm/kozan-fuzz-conf-%d", (int)getpid());
	int ignored __attribute__((unused)) = system(command);

	free(command);
}

static void put(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "w");

	assert(f);
	fwrite(data, 1, size, f);
	fclose(f);
}

static void check_pool(const struct conf_pool *pool)
{
	assert(pool->network && pool->network->is_defined && pool->address.text[0]);
	assert(pool->daemons_count > 0 && pool->wallet.daemon && pool->ports_count > 0);
	for (size_t i = 0; i < pool->ports_count; i++) {
		const struct conf_port *p = &pool->ports[i];

		assert(p->listens.list[0].port > 0 && p->min_difficulty.work >= 1);
		assert(p->min_difficulty.work <= p->difficulty.work);
		assert(p->difficulty.work <= p->max_difficulty.work);
	}
	assert(pool->reward.rules.fee_ppm >= 0 && pool->reward.rules.fee_ppm <= REWARD_PPM);
	assert(pool->reward.rules.window_ppm > 0);
}

static void check_complete(const struct conf *conf)
{
	assert(conf->pools_count >= 1 && conf->pools_count <= CONF_POOLS_MAX);
	assert(conf->data_dir[0] == '/');
	for (size_t i = 0; i < conf->pools_count; i++)
		check_pool(&conf->pools[i]);
}

/* The same bytes as a configuration and as a coin's profile. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *dir = str_printf("/dev/shm/kozan-fuzz-conf-%d", (int)getpid());
	char *path = path_join(dir, "kozan.yaml"), *coin_path = path_join(dir, "c.yaml");
	struct conf_errors errors = {0}, coin_errors = {0};
	struct conf *conf = NULL;
	struct coin coin;

	if (mkdir(dir, 0700) == 0) {
		put(coin_path, profile, strlen(profile));
		atexit(clean_up);
	}
	put(path, data, size);
	if (conf_load(path, &conf, &errors) == OK)
		check_complete(conf);
	else
		assert(!conf && errors.wrong > 0);
	if (conf_coin_load(path, &coin, &coin_errors) != OK)
		assert(coin_errors.wrong > 0);
	conf_free(conf);
	conf_errors_fini(&errors);
	conf_errors_fini(&coin_errors);
	free(coin_path);
	free(path);
	free(dir);
	return 0;
}
