#include "chain/coin.h"

#include <assert.h>
#include <string.h>

#include "base/sha256.h"
#include "chain/header.h"

const struct coin_network *coin_network_of(const struct coin *coin, enum coin_chain chain)
{
	assert((unsigned)chain < COIN_CHAINS);
	return coin->networks[chain].is_defined ? &coin->networks[chain] : NULL;
}

const char *coin_chain_name(enum coin_chain chain)
{
	static const char *const names[COIN_CHAINS] = {"main", "test", "regtest"};

	assert((unsigned)chain < COIN_CHAINS);
	return names[chain];
}

static bool has_param(const struct coin *coin, const struct coin_param *param)
{
	for (unsigned i = 0; i < coin->params_count; i++) {
		if (strcmp(coin->params[i].name, param->name) == 0)
			return strcmp(coin->params[i].value, param->value) == 0;
	}
	return false;
}

bool coin_same_pow(const struct coin *a, const struct coin *b)
{
	if (strcmp(a->algorithm, b->algorithm) != 0 || a->params_count != b->params_count)
		return false;
	for (unsigned i = 0; i < a->params_count; i++) {
		if (!has_param(b, &a->params[i]))
			return false;
	}
	return true;
}

int64_t coin_share_multiplier(const struct coin *coin)
{
	assert(coin->diff_bits <= 32);
	return (int64_t)1 << (32 - coin->diff_bits);
}

void coin_block_id_of(const struct coin *coin, const uint8_t header[80], const uint8_t pow_hash[32],
	uint8_t out[32])
{
	switch (coin->block_id) {
	case COIN_BLOCK_ID_SHA256D: sha256d(header, HEADER_LEN, out); return;
	case COIN_BLOCK_ID_POW: memmove(out, pow_hash, 32); return;
	}
}
