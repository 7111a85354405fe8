/* sections.c -- the tables of all sections, and how they hang together. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "conf/table_priv.h"

#define CHOICE_END                                                                                 \
	{                                                                                          \
		NULL, 0                                                                            \
	}

static const struct conf_word words_log_level[] = {{"debug", LOG_LEVEL_DEBUG},
	{"info", LOG_LEVEL_INFO}, {"odd", LOG_LEVEL_ODD}, {"broken", LOG_LEVEL_BROKEN}, CHOICE_END};
static const struct conf_word words_log_format[] = {
	{"text", LOG_FORMAT_TEXT}, {"json", LOG_FORMAT_JSON}, CHOICE_END};
static const struct conf_word words_conf_engine[] = {
	{"sqlite", CONF_ENGINE_SQLITE}, {"mariadb", CONF_ENGINE_MARIADB}, CHOICE_END};
static const struct conf_word words_conf_tls[] = {{"off", CONF_TLS_OFF},
	{"require", CONF_TLS_REQUIRE}, {"verify", CONF_TLS_VERIFY}, CHOICE_END};
static const struct conf_word words_conf_port_tls[] = {{"off", CONF_PORT_TLS_OFF},
	{"on", CONF_PORT_TLS_ON}, {"auto", CONF_PORT_TLS_AUTO}, {"true", CONF_PORT_TLS_ON},
	{"false", CONF_PORT_TLS_OFF}, CHOICE_END};
static const struct conf_word words_conf_port_reward[] = {
	{"pool", CONF_PORT_REWARD_POOL}, {"solo", CONF_PORT_REWARD_SOLO}, CHOICE_END};
static const struct conf_word words_conf_sync[] = {
	{"disk", CONF_SYNC_DISK}, {"os", CONF_SYNC_OS}, CHOICE_END};
static const struct conf_word words_reward_scheme[] = {{"pplns", REWARD_PPLNS},
	{"prop", REWARD_PROP}, {"pplnt", REWARD_PPLNT}, {"score", REWARD_SCORE},
	{"solo", REWARD_SOLO}, {"pps", REWARD_PPS}, {"fpps", REWARD_FPPS},
	{"pps+", REWARD_PPS_PLUS}, {"dpps", REWARD_DPPS}, {"smpps", REWARD_SMPPS},
	{"esmpps", REWARD_ESMPPS}, CHOICE_END};
static const struct conf_word words_reward_window[] = {{"network", REWARD_WINDOW_NETWORK},
	{"fixed", REWARD_WINDOW_FIXED}, {"average", REWARD_WINDOW_AVERAGE},
	{"dynamic", REWARD_WINDOW_DYNAMIC}, CHOICE_END};
static const struct conf_word words_conf_switch[] = {
	{"hand", CONF_SWITCH_HAND}, {"profit", CONF_SWITCH_PROFIT}, CHOICE_END};
static const struct conf_word words_conf_registration[] = {{"open", CONF_REGISTRATION_OPEN},
	{"invited", CONF_REGISTRATION_INVITED}, {"closed", CONF_REGISTRATION_CLOSED}, CHOICE_END};
static const struct conf_word words_conf_fee_payer[] = {
	{"pool", CONF_FEE_POOL}, {"miners", CONF_FEE_MINERS}, CHOICE_END};
static const struct conf_word words_coin_chain[] = {
	{"main", COIN_MAIN}, {"test", COIN_TEST}, {"regtest", COIN_REGTEST}, CHOICE_END};
static const struct conf_word words_coin_block_id[] = {
	{"sha256d", COIN_BLOCK_ID_SHA256D}, {"pow", COIN_BLOCK_ID_POW}, CHOICE_END};

/* The two members "type, words" of a key. */
#define TYPE_text          &conf_text, NULL
#define TYPE_name          &conf_name, NULL
#define TYPE_path          &conf_path, NULL
#define TYPE_folder        &conf_folder, NULL
#define TYPE_url           &conf_url, NULL
#define TYPE_secret        &conf_secret, NULL
#define TYPE_flag          &conf_flag, NULL
#define TYPE_count         &conf_count, NULL
#define TYPE_duration      &conf_duration, NULL
#define TYPE_size          &conf_size, NULL
#define TYPE_percent       &conf_percent, NULL
#define TYPE_factor        &conf_factor, NULL
#define TYPE_amount        &conf_amount, NULL
#define TYPE_difficulty    &conf_difficulty, NULL
#define TYPE_listen        &conf_listen, NULL
#define TYPE_listen_or_off &conf_listen_or_off, NULL
#define TYPE_listens       &conf_listens, NULL
#define TYPE_nets          &conf_nets, NULL
#define TYPE_times         &conf_times, NULL
#define TYPE_chars         &conf_chars, NULL
#define TYPE_params        &conf_params, NULL
#define TYPE_rules         &conf_rules, NULL
#define TYPE_demands       &conf_demands, NULL
#define TYPE_versions      &conf_versions, NULL
#define TYPE_hash          &conf_hash, NULL
#define TYPE_magic         &conf_magic, NULL
#define TYPE_port          &conf_port, NULL
#define TYPE_hosts         &conf_hosts, NULL
#define TYPE_names         &conf_names, NULL
#define TYPE_choice(e)     &conf_choice, words_##e

#define REQUIRED NULL
#define KEY(key, field, type, fallback, min, max, text)                                            \
	{#key, TYPE_##type, offsetof(STRUCT, field), sizeof(((STRUCT *)NULL)->field), fallback,    \
		min, max, text},

#define STRUCT struct conf_log
static const struct conf_key log_keys[] = {
#include "conf/log.tbl"
};
#undef STRUCT
#define STRUCT struct conf_store
static const struct conf_key store_keys[] = {
#include "conf/store.tbl"
};
#undef STRUCT
#define STRUCT struct conf_store_login
static const struct conf_key store_login_keys[] = {
#include "conf/store_login.tbl"
};
#undef STRUCT
#define STRUCT struct conf_stratum
static const struct conf_key stratum_keys[] = {
#include "conf/stratum.tbl"
};
#undef STRUCT
#define STRUCT struct conf_cache
static const struct conf_key cache_keys[] = {
#include "conf/cache.tbl"
};
#undef STRUCT
#define STRUCT struct conf_web
static const struct conf_key web_keys[] = {
#include "conf/web.tbl"
};
#undef STRUCT
#define STRUCT struct conf_mail
static const struct conf_key mail_keys[] = {
#include "conf/mail.tbl"
};
#undef STRUCT
#define STRUCT struct conf_accounts
static const struct conf_key accounts_keys[] = {
#include "conf/accounts.tbl"
};
#undef STRUCT
#define STRUCT struct conf_ledger
static const struct conf_key ledger_keys[] = {
#include "conf/ledger.tbl"
};
#undef STRUCT
#define STRUCT struct conf_switching
static const struct conf_key switching_keys[] = {
#include "conf/switching.tbl"
};
#undef STRUCT
#define STRUCT struct conf_daemon
static const struct conf_key daemon_keys[] = {
#include "conf/daemon.tbl"
};
#undef STRUCT
#define STRUCT struct conf_wallet
static const struct conf_key wallet_keys[] = {
#include "conf/wallet.tbl"
};
#undef STRUCT
#define STRUCT struct conf_port
static const struct conf_key port_keys[] = {
#include "conf/port.tbl"
};
#undef STRUCT
#define STRUCT struct conf_recipient
static const struct conf_key recipient_keys[] = {
#include "conf/recipient.tbl"
};
#undef STRUCT
#define STRUCT struct conf_reward
static const struct conf_key reward_keys[] = {
#include "conf/reward.tbl"
};
#undef STRUCT
#define STRUCT struct conf_payout
static const struct conf_key payout_keys[] = {
#include "conf/payout.tbl"
};
#undef STRUCT
#define STRUCT struct conf_pool
static const struct conf_key pool_keys[] = {
#include "conf/pool.tbl"
};
#undef STRUCT
#define STRUCT struct conf
static const struct conf_key top_keys[] = {
#include "conf/top.tbl"
};
#undef STRUCT
#define STRUCT struct coin
static const struct conf_key coin_keys[] = {
#include "conf/coin.tbl"
};
#undef STRUCT
#define STRUCT struct coin_network
static const struct conf_key coin_network_keys[] = {
#include "conf/coin_network.tbl"
};
#undef STRUCT

#define SECTION(title, type, keys, ...)                                                            \
	{                                                                                          \
		title, sizeof(type), keys, ARRAY_LEN(keys), __VA_ARGS__                            \
	}

static const struct conf_section log_section = SECTION("log", struct conf_log, log_keys);
static const struct conf_section store_login_section =
	SECTION("store.<role>", struct conf_store_login, store_login_keys);
static const struct conf_child store_children[] = {
	{"stratum", CONF_CHILD_ONE, &store_login_section, offsetof(struct conf_store, stratum), 0},
	{"ledger", CONF_CHILD_ONE, &store_login_section, offsetof(struct conf_store, ledger), 0},
	{"web", CONF_CHILD_ONE, &store_login_section, offsetof(struct conf_store, web), 0},
};
static const struct conf_section store_section =
	SECTION("store", struct conf_store, store_keys, store_children, ARRAY_LEN(store_children));
static const struct conf_section stratum_section =
	SECTION("stratum", struct conf_stratum, stratum_keys);
static const struct conf_section cache_section = SECTION("cache", struct conf_cache, cache_keys);
static const struct conf_section web_section = SECTION("web", struct conf_web, web_keys);
static const struct conf_section mail_section = SECTION("mail", struct conf_mail, mail_keys);
static const struct conf_section accounts_section =
	SECTION("accounts", struct conf_accounts, accounts_keys);
static const struct conf_section ledger_section =
	SECTION("ledger", struct conf_ledger, ledger_keys);
static const struct conf_section switching_section =
	SECTION("switching", struct conf_switching, switching_keys);
static const struct conf_section daemon_section =
	SECTION("pools[].daemons[]", struct conf_daemon, daemon_keys);
static const struct conf_section wallet_section =
	SECTION("pools[].wallet", struct conf_wallet, wallet_keys);
static const struct conf_section port_section =
	SECTION("pools[].ports[]", struct conf_port, port_keys);
static const struct conf_section recipient_section =
	SECTION("pools[].reward.recipients[]", struct conf_recipient, recipient_keys);
static const struct conf_child reward_children[] = {
	{"recipients", CONF_CHILD_ANY, &recipient_section, offsetof(struct conf_reward, recipients),
		offsetof(struct conf_reward, recipients_count)},
};
static const struct conf_section reward_section = SECTION("pools[].reward", struct conf_reward,
	reward_keys, reward_children, ARRAY_LEN(reward_children));
static const struct conf_section payout_section =
	SECTION("pools[].payout", struct conf_payout, payout_keys);
static const struct conf_section coin_network_section =
	SECTION("networks", struct coin_network, coin_network_keys);

static const struct conf_child pool_children[] = {
	{"daemons", CONF_CHILD_SOME, &daemon_section, offsetof(struct conf_pool, daemons),
		offsetof(struct conf_pool, daemons_count)},
	{"wallet", CONF_CHILD_ONE, &wallet_section, offsetof(struct conf_pool, wallet), 0},
	{"ports", CONF_CHILD_SOME, &port_section, offsetof(struct conf_pool, ports),
		offsetof(struct conf_pool, ports_count)},
	{"reward", CONF_CHILD_ONE, &reward_section, offsetof(struct conf_pool, reward), 0},
	{"payout", CONF_CHILD_ONE, &payout_section, offsetof(struct conf_pool, payout), 0},
};
static const struct conf_section pool_section =
	SECTION("pools[]", struct conf_pool, pool_keys, pool_children, ARRAY_LEN(pool_children));

static const struct conf_child top_children[] = {
	{"log", CONF_CHILD_ONE, &log_section, offsetof(struct conf, log), 0},
	{"store", CONF_CHILD_ONE, &store_section, offsetof(struct conf, store), 0},
	{"cache", CONF_CHILD_ONE, &cache_section, offsetof(struct conf, cache), 0},
	{"stratum", CONF_CHILD_ONE, &stratum_section, offsetof(struct conf, stratum), 0},
	{"web", CONF_CHILD_ONE, &web_section, offsetof(struct conf, web), 0},
	{"mail", CONF_CHILD_ONE, &mail_section, offsetof(struct conf, mail), 0},
	{"accounts", CONF_CHILD_ONE, &accounts_section, offsetof(struct conf, accounts), 0},
	{"ledger", CONF_CHILD_ONE, &ledger_section, offsetof(struct conf, ledger), 0},
	{"switching", CONF_CHILD_ONE, &switching_section, offsetof(struct conf, switching), 0},
	{"pools", CONF_CHILD_SOME, &pool_section, offsetof(struct conf, pools),
		offsetof(struct conf, pools_count)},
};
const struct conf_section conf_top_section =
	SECTION("top", struct conf, top_keys, top_children, ARRAY_LEN(top_children));

#define NETWORK(name, chain)                                                                       \
	{                                                                                          \
		name, CONF_CHILD_OPTIONAL, &coin_network_section,                                  \
			offsetof(struct coin, networks[chain]),                                    \
			offsetof(struct coin, networks[chain].is_defined)                          \
	}

static const struct conf_child networks_children[] = {
	NETWORK("main", COIN_MAIN), NETWORK("test", COIN_TEST), NETWORK("regtest", COIN_REGTEST)};
/* `networks:` has no keys of its own, only the three below it */
static const struct conf_section networks_section = {
	"networks", sizeof(struct coin), NULL, 0, networks_children, ARRAY_LEN(networks_children)};
static const struct conf_child coin_children[] = {
	{"networks", CONF_CHILD_ONE, &networks_section, 0, 0},
};
const struct conf_section conf_coin_section =
	SECTION("coin", struct coin, coin_keys, coin_children, ARRAY_LEN(coin_children));

void conf_visit(const struct conf_section *section, void *base,
	void (*fn)(const struct conf_key *key, void *field, void *ctx), void *ctx)
{
	for (unsigned i = 0; i < section->keys_count; i++)
		fn(&section->keys[i], (char *)base + section->keys[i].offset, ctx);
	for (unsigned i = 0; i < section->children_count; i++) {
		const struct conf_child *child = &section->children[i];
		char *sub = (char *)base + child->offset;
		size_t count = 1;

		if (conf_child_is_array(child)) {
			count = *(size_t *)((char *)base + child->count_offset);
			sub = *(char **)sub;
		}
		for (size_t n = 0; n < count; n++)
			conf_visit(child->section, sub + n * child->section->size, fn, ctx);
	}
}

static void clear_key(const struct conf_key *key, void *field, void *ctx)
{
	char *text;

	if (!key->type->is_text)
		return;
	text = *(char **)field;
	if (text && key->type == &conf_secret)
		explicit_bzero(text, strlen(text));
	free(text);
	*(char **)field = NULL;
}

/* After the keys are gone: the arrays, the deepest first. */
static void clear_arrays(const struct conf_section *section, void *base)
{
	for (unsigned i = 0; i < section->children_count; i++) {
		const struct conf_child *child = &section->children[i];
		char *sub = (char *)base + child->offset;
		size_t *count = (size_t *)((char *)base + child->count_offset);

		if (!conf_child_is_array(child)) {
			clear_arrays(child->section, sub);
			continue;
		}
		for (size_t n = 0; n < *count; n++)
			clear_arrays(child->section, *(char **)sub + n * child->section->size);
		free(*(char **)sub);
		*(char **)sub = NULL;
		*count = 0;
	}
}

void conf_clear(const struct conf_section *section, void *base)
{
	conf_visit(section, base, clear_key, NULL);
	clear_arrays(section, base);
}
