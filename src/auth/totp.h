/* totp.h -- one-time passwords of an app: six digits, a new one every 30 s (RFC 6238). */
#ifndef AUTH_TOTP_H
#define AUTH_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOTP_SECRET_LEN 20 /* [bytes] */
#define TOTP_TEXT_MAX   40 /* [bytes] of the secret in base32, with its NUL */

/** totp_text(secret, out): base32, as apps take it. */
void totp_text(const uint8_t secret[TOTP_SECRET_LEN], char out[TOTP_TEXT_MAX]);
/** totp_check(secret, now_s, code, out_step): whether code is that of now, or of 30 s before or
 * after; out_step counts up, and each may be used once only. */
bool totp_check(
	const uint8_t secret[TOTP_SECRET_LEN], int64_t now_s, const char *code, int64_t *out_step);

#endif
