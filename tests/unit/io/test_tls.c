/* TLS over bytes in memory, against OpenSSL's own client; certificates that change, and bad ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/tls.h"

#define FILE_OF(name) TLS_DIR "/" name ".pem"

/* ---- a client, and a connection to it ---- */

struct pair {
	struct tls_conn *server;
	SSL_CTX *ctx;
	SSL *client;
	BIO *in, *out;    /* of the client */
	struct buf heard; /* by the server */
	struct buf wire;  /* from the server */
	enum err err;     /* of the last tls_conn_feed() */
	size_t piece_max; /* [bytes] the client's output arrives in such pieces */
};

static void on_plain(void *ctx, const char *data, size_t len)
{
	struct pair *p = ctx;

	buf_add(&p->heard, data, len);
}

static void open_pair(struct pair *p, struct tls *tls, int version, size_t piece_max)
{
	*p = (struct pair){.server = tls_conn_new(tls), .piece_max = piece_max};
	p->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(p->ctx, version);
	p->client = SSL_new(p->ctx);
	p->in = BIO_new(BIO_s_mem());
	p->out = BIO_new(BIO_s_mem());
	SSL_set_bio(p->client, p->in, p->out);
	SSL_set_connect_state(p->client);
}

static void close_pair(struct pair *p)
{
	tls_conn_free(p->server);
	SSL_free(p->client);
	SSL_CTX_free(p->ctx);
	buf_free(&p->heard);
	buf_free(&p->wire);
}

/* Carry what the server has to say over to the client. */
static void to_client(struct pair *p)
{
	if (p->wire.len > 0)
		BIO_write(p->in, p->wire.data, (int)p->wire.len);
	buf_clear(&p->wire);
}

static void to_server(struct pair *p)
{
	char bytes[70000];
	int n = BIO_read(p->out, bytes, sizeof(bytes));

	for (int at = 0; at < n && p->err == OK; at += (int)p->piece_max) {
		size_t len = (size_t)(n - at) < p->piece_max ? (size_t)(n - at) : p->piece_max;

		p->err = tls_conn_feed(p->server, bytes + at, len, on_plain, p, &p->wire, NULL);
	}
}

static void shake_hands(struct pair *p)
{
	for (int i = 0; i < 10 && SSL_do_handshake(p->client) != 1; i++) {
		to_server(p);
		to_client(p);
	}
	assert_true(SSL_is_init_finished(p->client));
	to_server(p);
	assert_int_equal(p->err, OK);
	assert_true(tls_conn_is_open(p->server));
}

static struct tls *usual(void)
{
	struct why why = {""};
	struct tls *t;

	if (tls_new(FILE_OF("certificate"), FILE_OF("key"), &t, &why) != OK)
		fail_msg("%s", why.text);
	return t;
}

static void talk(struct tls *t, int version, size_t piece_max)
{
	char *much = mem_alloc(100000), *got = mem_alloc(100000);
	struct pair p;
	int n = 0;

	open_pair(&p, t, version, piece_max);
	tls_conn_write(p.server, "early", 5); /* waits for the handshake */
	tls_conn_seal(p.server, false, &p.wire);
	assert_int_equal(p.wire.len, 0);
	shake_hands(&p);
	assert_int_equal(SSL_write(p.client, "hello\n", 6), 6);
	to_server(&p);
	assert_int_equal(p.heard.len, 6);
	assert_memory_equal(p.heard.data, "hello\n", 6);
	memset(much, 'x', 100000);
	tls_conn_write(p.server, much, 99995);
	assert_int_equal(tls_conn_waiting(p.server), 100000);
	tls_conn_seal(p.server, true, &p.wire);
	assert_int_equal(tls_conn_waiting(p.server), 0);
	to_client(&p);
	for (int some; (some = SSL_read(p.client, got + n, 100000 - n)) > 0;)
		n += some;
	assert_int_equal(n, 100000);
	assert_memory_equal(got, "earlyxxxxx", 10);
	assert_int_equal(SSL_get_shutdown(p.client) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
	SSL_shutdown(p.client);
	to_server(&p);
	assert_int_equal(p.err, ERR_CLOSED);
	close_pair(&p);
	free(much);
	free(got);
}

static void test_both_versions_whole_and_in_bytes(void **state)
{
	struct tls *t = usual();

	talk(t, TLS1_3_VERSION, 70000);
	talk(t, TLS1_2_VERSION, 70000);
	talk(t, TLS1_3_VERSION, 1);
	talk(t, TLS1_2_VERSION, 1);
	tls_free(t);
}

static void test_what_is_no_tls_ends_with_an_alert(void **state)
{
	static const char line[] = "\x16{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n";
	struct tls *t = usual();
	struct why why = {""};
	struct pair p;

	open_pair(&p, t, TLS1_3_VERSION, 1);
	assert_int_equal(
		tls_conn_feed(p.server, line, sizeof(line) - 1, on_plain, &p, &p.wire, &why),
		ERR_PROTOCOL);
	assert_string_not_equal(why.text, "");
	assert_int_equal(p.heard.len, 0);
	close_pair(&p);
	tls_free(t);
}

static void test_old_versions_are_refused(void **state)
{
	struct tls *t = usual();
	struct pair p;

	open_pair(&p, t, TLS1_1_VERSION, 70000);
	SSL_set_security_level(p.client, 0);
	SSL_do_handshake(p.client);
	to_server(&p);
	assert_int_equal(p.err, ERR_PROTOCOL);
	assert_int_equal(p.wire.data[0], 0x15); /* an alert */
	close_pair(&p);
	tls_free(t);
}

/* ---- files ---- */

static void test_files_that_cannot_be_used_are_explained(void **state)
{
	static const struct {
		const char *certificate, *key, *says;
		enum err err;
	} wrong[] = {
		{FILE_OF("nowhere"), FILE_OF("key"), "No such file", ERR_NOT_FOUND},
		{FILE_OF("certificate"), FILE_OF("nowhere"), "No such file", ERR_NOT_FOUND},
		{FILE_OF("key"), FILE_OF("key"), "no certificate in PEM form", ERR_INVALID},
		{FILE_OF("certificate"), FILE_OF("certificate"), "no private key", ERR_INVALID},
		{FILE_OF("certificate"), FILE_OF("other_key"), "is not the key of", ERR_INVALID},
		{FILE_OF("certificate"), FILE_OF("locked_key"), "without a passphrase",
			ERR_INVALID},
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct why why = {""};
		struct tls *t;

		assert_int_equal(
			tls_new(wrong[i].certificate, wrong[i].key, &t, &why), wrong[i].err);
		if (!strstr(why.text, wrong[i].says))
			fail_msg("%s", why.text);
	}
}

static void copy(const char *from, const char *to)
{
	struct buf text = {0};

	assert_int_equal(path_read(from, 1 << 20, &text, NULL), OK);
	assert_int_equal(path_write(to, text.data, text.len, NULL), OK);
	buf_free(&text);
}

static void test_reload(void **state)
{
	char dir[] = "/tmp/kozan-test-XXXXXX";
	struct why why = {""};
	char *certificate, *key;
	struct pair old;
	struct tls *t;
	bool is_new;

	assert_non_null(mkdtemp(dir));
	certificate = str_printf("%s/certificate.pem", dir);
	key = str_printf("%s/key.pem", dir);
	copy(FILE_OF("certificate"), certificate);
	copy(FILE_OF("key"), key);
	assert_int_equal(tls_new(certificate, key, &t, &why), OK);
	assert_int_equal(tls_reload(t, false, &is_new, &why), OK);
	assert_false(is_new);
	assert_int_equal(tls_reload(t, true, &is_new, &why), OK);
	assert_true(is_new);
	assert_true(tls_expires_ms(t) > 4000000000000);

	open_pair(&old, t, TLS1_3_VERSION, 70000);
	shake_hands(&old);
	copy(FILE_OF("expired_certificate"), certificate);
	assert_int_equal(tls_reload(t, false, &is_new, &why), OK);
	assert_true(is_new);
	assert_int_equal(tls_expires_ms(t), 1609459200000);

	copy(FILE_OF("other_certificate"), certificate); /* and not its key */
	assert_int_equal(tls_reload(t, false, &is_new, &why), ERR_INVALID);
	assert_int_equal(tls_reload(t, false, &is_new, &why), OK); /* it was said */
	assert_false(is_new);
	assert_int_equal(tls_expires_ms(t), 1609459200000);
	assert_int_equal(unlink(certificate), 0);
	assert_int_equal(tls_reload(t, false, &is_new, &why), ERR_NOT_FOUND);
	assert_int_equal(tls_reload(t, false, &is_new, &why), OK);

	/* Whoever has a connection keeps it, to the end and beyond. */
	tls_free(t);
	assert_int_equal(SSL_write(old.client, "still\n", 6), 6);
	to_server(&old);
	assert_memory_equal(old.heard.data, "still\n", 6);
	close_pair(&old);
	assert_int_equal(unlink(key), 0);
	assert_int_equal(rmdir(dir), 0);
	free(certificate);
	free(key);
}

static void test_the_first_byte_tells(void **state)
{
	for (unsigned first = 0; first < 256; first++)
		assert_int_equal(tls_is_hello((uint8_t)first), first == 0x16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_versions_whole_and_in_bytes),
		cmocka_unit_test(test_what_is_no_tls_ends_with_an_alert),
		cmocka_unit_test(test_old_versions_are_refused),
		cmocka_unit_test(test_files_that_cannot_be_used_are_explained),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_the_first_byte_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
