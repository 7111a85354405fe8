/* totp.c -- see totp.h. */
#include "auth/totp.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define STEP_S 30
#define WINDOW 1
#define DIGITS 6

void totp_text(const uint8_t secret[TOTP_SECRET_LEN], char out[TOTP_TEXT_MAX])
{
	char *text = NULL;
	int rc = oath_base32_encode((const char *)secret, TOTP_SECRET_LEN, &text, NULL);

	assert(rc == OATH_OK);
	str_copy(out, TOTP_TEXT_MAX, text);
	free(text);
}

bool totp_check(
	const uint8_t secret[TOTP_SECRET_LEN], int64_t now_s, const char *code, int64_t *out_step)
{
	uint64_t step;
	int rc;

	if (strlen(code) != DIGITS || strspn(code, "0123456789") != DIGITS)
		return false;
	rc = oath_totp_validate3((const char *)secret, TOTP_SECRET_LEN, (time_t)now_s, STEP_S, 0,
		WINDOW, NULL, &step, code);
	if (rc < 0)
		return false;
	*out_step = (int64_t)step;
	return true;
}
