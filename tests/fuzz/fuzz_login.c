/*
 * fuzz_login.c -- what a miner says about itself: user, password, session id. What is read is
 * within its limits, and only what we wrote is a token.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_login.c LIBRARIES
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stratum/agent.h"
#include "stratum/token.h"
#include "stratum/username.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_user(const char *text)
{
	struct why why = {""};
	struct username name;

	if (username_read(text, &name, &why) != OK) {
		assert(why.text[0]);
		return;
	}
	assert(name.address[0] && strlen(name.address) <= USERNAME_MAX);
	assert(name.worker[0] && strlen(name.worker) <= WORKER_MAX);
	for (const char *p = name.worker; *p; p++)
		assert(*p > ' ' && *p < 127 && !strchr("\"\\<>&'", *p));
}

static void check_password(const char *text)
{
	struct password p;

	password_read(text, &p);
	assert(isfinite(p.difficulty) && p.difficulty >= 0);
	assert(isfinite(p.start_difficulty) && p.start_difficulty >= 0);
	assert(isfinite(p.min_difficulty) && p.min_difficulty >= 0);
}

static void check_token(const char *text)
{
	static const uint8_t key[TOKEN_KEY_LEN] = "the fuzzer does not guess this";
	char again[TOKEN_TEXT_MAX];
	struct token t;

	if (!token_read(key, text, 1700000000, &t))
		return;
	token_write(key, &t, again);
	assert(strcasecmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup(data, size);

	check_user(text);
	check_password(text);
	check_token(text);
	agent_skills(text);
	free(text);
	return 0;
}
