/* version.c -- `kozan version`: the program's version and what it is built on. */
#include <gnu/libc-version.h>
#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "cli/cli.h"
#include "pow/pow.h"

/* The fastest usable code for an algorithm with its default parameters. */
static const char *best_variant(const char *name)
{
	struct pow_variant_info info;
	struct pow_algo *algo;
	const char *best = "none";

	if (pow_algo_new(name, NULL, 0, &algo, NULL))
		return best;
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++) {
		if (info.usable)
			best = info.name;
	}
	pow_algo_free(algo);
	return best;
}

static json_t *version_json(void)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kozan", KOZAN_VERSION, "compiler",
		__VERSION__, "libc", gnu_get_libc_version(), "jansson", JANSSON_VERSION, "sha256",
		sha256_variant());
	json_t *algos = json_object();
	const char *text, *name;

	for (unsigned i = 0; (name = pow_algo_at(i, &text)); i++)
		json_object_set_new(algos, name, json_string(best_variant(name)));
	json_object_set_new(o, "algorithms", algos);
	return o;
}

int cli_version(int argc, char **argv)
{
	bool is_json = false;
	const struct cli_option options[] = {{"json", 'j', CLI_FLAG, &is_json}};
	json_t *o, *value;
	const char *key;
	int first;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	o = version_json();
	if (is_json) {
		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		printf("kozan %s\n\n", KOZAN_VERSION);
		printf("  compiler  %s\n", json_get_str(o, "compiler"));
		printf("  libc      %s\n", json_get_str(o, "libc"));
		printf("  jansson   %s\n", json_get_str(o, "jansson"));
		printf("  sha256    %s\n", json_get_str(o, "sha256"));
		json_object_foreach(json_object_get(o, "algorithms"), key, value)
			printf("  %-12s %s\n", key, json_string_value(value));
	}
	json_decref(o);
	return CLI_OK;
}
