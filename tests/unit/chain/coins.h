/* coins.h -- two coins for the tests of addresses, filled in by hand. */
#ifndef TEST_CHAIN_COINS_H
#define TEST_CHAIN_COINS_H

#include "chain/coin.h"

static const struct coin litecoin = {
	.name = "litecoin",
	.title = "Litecoin",
	.uri = "litecoin",
	.message_magic = "Litecoin Signed Message:",
	.diff_bits = 16,
	.has_taproot = true,
	.networks =
		{
			[COIN_MAIN] = {true, COIN_MAIN, "main", {1, {48}}, {2, {50, 5}}, "ltc",
				"ltcmweb"},
			[COIN_TEST] = {true, COIN_TEST, "test", {1, {111}}, {2, {58, 196}}, "tltc",
				"tmweb"},
			[COIN_REGTEST] = {true, COIN_REGTEST, "regtest", {1, {111}}, {2, {58, 196}},
				"rltc", "tmweb"},
		},
};

static const struct coin bitzeny = {
	.name = "bitzeny",
	.title = "BitZeny",
	.uri = "bitzeny",
	.message_magic = "BitZeny Signed Message:",
	.diff_bits = 16,
	.block_id = COIN_BLOCK_ID_POW,
	.networks =
		{
			[COIN_MAIN] = {true, COIN_MAIN, "main", {1, {81}}, {1, {5}}},
		},
};

static const struct coin bitcoin = {
	.name = "bitcoin",
	.title = "Bitcoin",
	.uri = "bitcoin",
	.message_magic = "Bitcoin Signed Message:",
	.diff_bits = 32,
	.has_taproot = true,
	.networks =
		{
			[COIN_MAIN] = {true, COIN_MAIN, "main", {1, {0}}, {1, {5}}, "bc"},
		},
};

#endif
