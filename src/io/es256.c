/* es256.c -- see es256.h. */
#include "io/es256.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#define POINT_LEN 65 /* 4, x, y */

static EVP_PKEY *key_of(const uint8_t x[32], const uint8_t y[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t point[POINT_LEN] = {4};
	char group[] = "prime256v1";
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
		OSSL_PARAM_construct_end()};

	memcpy(point + 1, x, 32);
	memcpy(point + 33, y, 32);
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

bool es256_verify(const uint8_t x[32], const uint8_t y[32], const void *text, size_t len,
	const void *signature, size_t signature_len)
{
	EVP_PKEY *key = key_of(x, y);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is_right = key && ctx &&
			EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
			EVP_DigestVerify(ctx, signature, signature_len, text, len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return is_right;
}
