/* rate.c -- how often something may be tried: a bucket of tries for each who, kept in the cache. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "web/account_priv.h"

/* When the bucket will be full again. */
struct bucket {
	int64_t full_ms;
};

static void key_of(const char *what, const char *who, char key[CACHE_KEY_MAX])
{
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];

	sha256(who, strlen(who), digest);
	hex_encode(hex, digest, sizeof digest);
	snprintf(key, CACHE_KEY_MAX, "rate:%s:%s", what, hex);
}

int64_t rate_take(
	struct web *web, const char *what, const char *who, unsigned burst, unsigned every_s)
{
	int64_t now_ms = clock_wall_ms(), step_ms = (int64_t)every_s * 1000, wait_ms;
	struct bucket bucket = {now_ms};
	struct buf found = {0};
	char key[CACHE_KEY_MAX];

	key_of(what, who, key);
	pthread_mutex_lock(&web->rate_lock);
	cache_get(web->cache, key, &found);
	if (found.len == sizeof bucket)
		memcpy(&bucket, found.data, sizeof bucket);
	buf_free(&found);
	if (bucket.full_ms < now_ms)
		bucket.full_ms = now_ms;
	bucket.full_ms += step_ms;
	wait_ms = bucket.full_ms - now_ms - burst * step_ms;
	if (wait_ms <= 0)
		cache_set(web->cache, key, &bucket, sizeof bucket, bucket.full_ms - now_ms,
			bucket.full_ms - now_ms);
	pthread_mutex_unlock(&web->rate_lock);
	return wait_ms <= 0 ? 0 : (wait_ms + 999) / 1000;
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
