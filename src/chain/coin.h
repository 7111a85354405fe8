/*
 * coin.h -- the consensus facts of a currency, as its profile coins/<name>.yaml gives them.
 *
 * Memory:  a struct coin is plain data, copied freely; conf/ fills it in.
 */
#ifndef CHAIN_COIN_H
#define CHAIN_COIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* stored by name in the database; the order is of no importance outside the process */
enum coin_chain { COIN_MAIN, COIN_TEST, COIN_REGTEST, COIN_CHAINS };

/* How the id of a block is made of its header. */
enum coin_block_id {
	COIN_BLOCK_ID_SHA256D, /* double SHA-256, as in Bitcoin */
	COIN_BLOCK_ID_POW,     /* the proof-of-work hash itself, as in BitZeny */
};

#define COIN_NAME_MAX     33
#define COIN_URL_MAX      160
#define COIN_VERSIONS_MAX 4
#define COIN_RULES_MAX    6
#define COIN_PARAMS_MAX   8
#define COIN_DEMANDS_MAX  8
#define COIN_MAGIC_MAX    49

/* A list of address version bytes: the first is the one that addresses are shown with. */
struct coin_versions {
	unsigned count;
	uint8_t list[COIN_VERSIONS_MAX];
};

/* A parameter of the proof of work, for pow_algo_new(). */
struct coin_param {
	char name[16];
	char value[32];
};

/* One of the networks on which the coin exists. */
struct coin_network {
	bool is_defined;
	enum coin_chain chain;
	char daemon_chain[16]; /* what getblockchaininfo calls it */
	struct coin_versions p2pkh;
	struct coin_versions p2sh;
	char hrp[16];        /* of bech32 addresses; "" when the coin has none */
	char mweb_hrp[16];   /* of MWEB addresses, which cannot be paid; "" when there are none */
	unsigned work_bits;  /* a unit of work is 2^work_bits hashes */
	bool has_genesis;    /* false: do not check it */
	uint8_t genesis[32]; /* id of block 0, internal order */
	uint16_t rpc_port;   /* the daemon's default */
	uint16_t p2p_port;   /* of its peers; 0: unknown */
	bool has_p2p_magic;
	uint8_t p2p_magic[4];         /* what their messages begin with */
	char block_url[COIN_URL_MAX]; /* explorer, "{}" stands for the id; "" none */
	char tx_url[COIN_URL_MAX];
	char address_url[COIN_URL_MAX];
};

struct coin {
	char name[COIN_NAME_MAX];  /* "litecoin": the profile's name */
	char title[COIN_NAME_MAX]; /* "Litecoin": for people */
	char ticker[16];           /* "LTC" */
	char uri[16];              /* "litecoin": what may stand before an address, with a colon */
	char algorithm[32];        /* of the proof of work: a name of pow_algo_new() */
	unsigned params_count;
	struct coin_param params[COIN_PARAMS_MAX];
	enum coin_block_id block_id;
	char message_magic[COIN_MAGIC_MAX]; /* before a signed message, without the newline */
	unsigned diff_bits;                 /* stratum difficulty 1 is 2^diff_bits hashes */
	int64_t block_time_ms;              /* average interval of blocks */
	unsigned maturity;                  /* confirmations after which a coinbase may be spent */
	bool version_rolling; /* miners may change the version bits 0x1fffe000 (BIP320) */
	bool has_taproot;     /* witness version 1 is enforced; else it could be spent by anybody */
	unsigned rules_count; /* what getblocktemplate is asked with */
	char rules[COIN_RULES_MAX][16];
	/* Members of getblocktemplate, beside those that are known, whose payments the coinbase
	 * must make; "+name": they come on top of coinbasevalue. */
	unsigned demands_count;
	char demands[COIN_DEMANDS_MAX][48];
	bool tx_time;         /* transactions have a time behind their version */
	bool tx_comment;      /* transactions end with a text */
	bool block_signature; /* blocks end with a signature: empty when it was mined */
	struct coin_network networks[COIN_CHAINS];
};

/** coin_network_of(coin, chain): NULL when the profile does not have that network. */
const struct coin_network *coin_network_of(const struct coin *coin, enum coin_chain chain);
/** coin_chain_name(chain): "main", "test", "regtest". */
const char *coin_chain_name(enum coin_chain chain);

/** coin_same_pow(a, b): both have the same proof of work, parameters included. */
bool coin_same_pow(const struct coin *a, const struct coin *b);

/** coin_share_multiplier(coin): by what NOMP and miners multiply the daemon's difficulty:
 * 2^(32 - diff_bits), 65536 for scrypt. */
int64_t coin_share_multiplier(const struct coin *coin);

/** coin_block_id_of(coin, header, pow_hash, out): the block's id in internal order.
 *   pow_hash  the proof of work of header; read only where the id is made of it */
void coin_block_id_of(const struct coin *coin, const uint8_t header[80], const uint8_t pow_hash[32],
	uint8_t out[32]);

#endif
