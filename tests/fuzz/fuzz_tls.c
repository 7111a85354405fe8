/*
 * fuzz_tls.c -- the first bytes of connections to a port with TLS: told from plain ones, and fed to
 * the server's side in pieces. Nobody gets through without the key that the handshake makes.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc -DTLS_DIR='"tests/vectors/tls"' \
 *         tests/fuzz/fuzz_tls.c LIBRARIES
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_plain(void *ctx, const char *data, size_t len)
{
	abort();
}

/* The first byte says into how large pieces the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tls *tls;
	struct tls_conn *c;
	struct buf out = {0};
	enum err err = OK;

	if (!tls) {
		struct why why = {""};

		err = tls_new(TLS_DIR "/certificate.pem", TLS_DIR "/key.pem", &tls, &why);
		assert(err == OK);
	}
	if (size < 2 || !tls_is_hello(data[1]))
		return 0;
	c = tls_conn_new(tls);
	tls_conn_write(c, "secret", 6);
	for (size_t at = 1, piece = data[0] + 1u; at < size && err == OK; at += piece) {
		size_t len = size - at < piece ? size - at : piece;
		char *copy = mem_dup(data + at, len);

		err = tls_conn_feed(c, copy, len, on_plain, NULL, &out, NULL);
		tls_conn_seal(c, false, &out);
		free(copy);
	}
	assert(!tls_conn_is_open(c));
	assert(tls_conn_waiting(c) == 6); /* nothing is said before the handshake is done */
	tls_conn_seal(c, true, &out);
	tls_conn_free(c);
	buf_free(&out);
	return 0;
}
