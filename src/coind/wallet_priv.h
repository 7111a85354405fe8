/* wallet_priv.h -- what the parts of wallet.h share. */
#ifndef COIND_WALLET_PRIV_H
#define COIND_WALLET_PRIV_H

#include "coind/coind.h"
#include "coind/wallet.h"
#include "conf/conf.h"

#define WALLET_CALL_MS 60000 /* a wallet with many coins takes its time */

struct wallet {
	const struct conf_pool *pool;
	struct coind *coind;
	bool is_probed;
	enum wallet_generation generation;
};

/** wallet_call(w, method, params, out, error, why): coind_call() with errors as in wallet.h. error
 * may be NULL. */
enum err wallet_call(struct wallet *w, const char *method, json_t *params, json_t **out,
	struct coind_error *error, struct why *why) MUST_CHECK BLOCKS;

/** wallet_inputs_json(inputs, n): a list as the calls want it; a new reference. */
json_t *wallet_inputs_json(const struct wallet_input *inputs, unsigned n);

#endif
