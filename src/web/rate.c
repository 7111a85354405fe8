/* rate.c -- how often something may be tried: tries are counted in the cache, for a while. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "web/account_priv.h"

int64_t rate_take(struct web *web, const struct rate *rate, const char *who, unsigned by)
{
	int64_t now_s = clock_wall_ms() / 1000, window = now_s / rate->window_s;
	char key[CACHE_KEY_MAX], hex[2 * SHA256_LEN + 1];
	uint8_t digest[SHA256_LEN];
	uint64_t count;

	sha256(who, strlen(who), digest);
	hex_encode(hex, digest, sizeof digest);
	snprintf(key, sizeof key, "rate:%s:%lld:%s", rate->what, (long long)window, hex);
	count = cache_count(web->cache, key, by, (int64_t)rate->window_s * 1000);
	if (count + (by == 0) <= rate->burst)
		return 0;
	return (window + 1) * rate->window_s - now_s;
}

void rate_client(const struct httpd_req *req, char out[STORE_CLIENT_MAX])
{
	struct in6_addr v6;

	str_copy(out, STORE_CLIENT_MAX, httpd_client(req));
	if (inet_pton(AF_INET6, out, &v6) != 1)
		return;
	memset(v6.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &v6, out, STORE_CLIENT_MAX);
}

enum err account_rate(
	struct account_call *call, const struct rate *rate, const char *who, unsigned by)
{
	char client[STORE_CLIENT_MAX];

	if (!who) {
		rate_client(call->req, client);
		who = client;
	}
	call->retry_s = rate_take(call->web, rate, who, by);
	return call->retry_s
		       ? account_refuse(call, 429, "too_many",
				 "Too many tries; try again in %lld s.", (long long)call->retry_s)
		       : OK;
}
