/* tls.c -- see tls.h. */
#include "io/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"

/* TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

enum { PLAIN_CHUNK = 16384 /* [bytes] of one record at most */ };

/* How one sees that a file was replaced. */
struct stamp {
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct tls {
	char *certificate, *key; /* file names */
	pthread_mutex_t lock;    /* guards all below */
	SSL_CTX *ctx;            /* of new connections */
	int64_t expires_ms;
	struct stamp stamps[2];
};

struct tls_conn {
	SSL *ssl;
	struct buf plain; /* to be sealed */
	/* during a call only */
	const char *in;
	size_t in_len;
	struct buf *out;
};

/* ---- bytes in memory as OpenSSL's idea of a socket ---- */

static int bio_read(BIO *bio, char *data, int size)
{
	struct tls_conn *c = BIO_get_data(bio);
	size_t n = c->in_len < (size_t)size ? c->in_len : (size_t)size;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(data, c->in, n);
	c->in += n;
	c->in_len -= n;
	return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	struct tls_conn *c = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (c->out)
		buf_add(c->out, data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *data)
{
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method;
static pthread_once_t bio_once = PTHREAD_ONCE_INIT;

static void make_bio_method(void)
{
	bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory of kozan");
	assert(bio_method);
	BIO_meth_set_read(bio_method, bio_read);
	BIO_meth_set_write(bio_method, bio_write);
	BIO_meth_set_ctrl(bio_method, bio_ctrl);
}

/* ---- the certificate ---- */

/* OpenSSL's last complaint, in its words. */
static const char *complaint(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	return text ? text : "not readable";
}

/* [wall, ms] when a certificate ends. */
static int64_t end_of(const X509 *certificate)
{
	struct tm tm = {0};

	if (!certificate || !ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm))
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

/* A key with a passphrase cannot be used: nobody is there to type it. */
static int no_passphrase(char *buf, int size, int is_writing, void *ctx)
{
	return 0;
}

static enum err check_file(const char *path, struct stamp *out, struct why *why)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_fail(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
			strerror(errno));
	*out = (struct stamp){st.st_ino, st.st_size, st.st_mtim};
	return OK;
}

static enum err load_pair(SSL_CTX *ctx, const struct tls *t, struct why *why)
{
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, t->certificate) != 1)
		return err_fail(why, ERR_INVALID, "%s: no certificate in PEM form (%s)",
			t->certificate, complaint());
	ERR_clear_error();
	if (SSL_CTX_use_PrivateKey_file(ctx, t->key, SSL_FILETYPE_PEM) == 1)
		return OK;
	if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH)
		return err_fail(why, ERR_INVALID, "%s is not the key of the certificate %s", t->key,
			t->certificate);
	return err_fail(why, ERR_INVALID,
		"%s: no private key in PEM form without a passphrase (%s)", t->key, complaint());
}

static SSL_CTX *new_ctx(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert(ctx);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(ctx, CIPHERS);
	SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
					 SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* An idle connection holds no buffers. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* tickets need no memory here */
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	return ctx;
}

/* Read the files into a new context. */
static enum err load(const struct tls *t, SSL_CTX **out, struct why *why)
{
	SSL_CTX *ctx = new_ctx();
	enum err err = load_pair(ctx, t, why);

	ERR_clear_error();
	if (err != OK) {
		SSL_CTX_free(ctx);
		return err;
	}
	*out = ctx;
	return OK;
}

static enum err look(const struct tls *t, struct stamp out[2], struct why *why)
{
	enum err err = check_file(t->certificate, &out[0], why);

	return err == OK ? check_file(t->key, &out[1], why) : err;
}

enum err tls_new(const char *certificate, const char *key, struct tls **out, struct why *why)
{
	struct tls *t = NEW(struct tls);
	enum err err;

	pthread_once(&bio_once, make_bio_method);
	t->certificate = str_dup(certificate);
	t->key = str_dup(key);
	pthread_mutex_init(&t->lock, NULL);
	err = look(t, t->stamps, why);
	if (err == OK)
		err = load(t, &t->ctx, why);
	if (err != OK) {
		tls_free(t);
		return err;
	}
	t->expires_ms = end_of(SSL_CTX_get0_certificate(t->ctx));
	*out = t;
	return OK;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	pthread_mutex_destroy(&t->lock);
	free(t->certificate);
	free(t->key);
	free(t);
}

enum err tls_reload(struct tls *t, bool is_forced, bool *out_is_new, struct why *why)
{
	struct stamp stamps[2] = {{0}};
	SSL_CTX *ctx, *old;
	enum err err;

	*out_is_new = false;
	memset(stamps, 0, sizeof(stamps));
	err = look(t, stamps, why);
	pthread_mutex_lock(&t->lock);
	is_forced |= memcmp(stamps, t->stamps, sizeof(stamps)) != 0;
	memcpy(t->stamps, stamps, sizeof(stamps));
	pthread_mutex_unlock(&t->lock);
	if (!is_forced)
		return OK;
	if (err == OK)
		err = load(t, &ctx, why);
	if (err != OK)
		return err;
	pthread_mutex_lock(&t->lock);
	old = t->ctx;
	t->ctx = ctx;
	t->expires_ms = end_of(SSL_CTX_get0_certificate(ctx));
	pthread_mutex_unlock(&t->lock);
	SSL_CTX_free(old);
	*out_is_new = true;
	return OK;
}

int64_t tls_expires_ms(struct tls *t)
{
	int64_t ms;

	pthread_mutex_lock(&t->lock);
	ms = t->expires_ms;
	pthread_mutex_unlock(&t->lock);
	return ms;
}

/* ---- connections ---- */

struct tls_conn *tls_conn_new(struct tls *t)
{
	struct tls_conn *c = NEW(struct tls_conn);
	BIO *bio = BIO_new(bio_method);

	pthread_mutex_lock(&t->lock);
	c->ssl = SSL_new(t->ctx);
	pthread_mutex_unlock(&t->lock);
	assert(c->ssl && bio);
	BIO_set_data(bio, c);
	BIO_set_init(bio, 1);
	SSL_set_bio(c->ssl, bio, bio);
	SSL_set_accept_state(c->ssl);
	return c;
}

void tls_conn_free(struct tls_conn *c)
{
	if (!c)
		return;
	SSL_free(c->ssl);
	buf_free(&c->plain);
	free(c);
}

bool tls_conn_is_open(const struct tls_conn *c)
{
	return SSL_is_init_finished(c->ssl);
}

enum err tls_conn_feed(struct tls_conn *c, const char *wire, size_t len,
	void (*on_plain)(void *ctx, const char *data, size_t len), void *ctx, struct buf *out,
	struct why *why)
{
	char plain[PLAIN_CHUNK];
	enum err err = OK;
	int n;

	c->in = wire;
	c->in_len = len;
	c->out = out;
	ERR_clear_error();
	while ((n = SSL_read(c->ssl, plain, sizeof(plain))) > 0)
		on_plain(ctx, plain, (size_t)n);
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ: break;
	case SSL_ERROR_ZERO_RETURN: err = ERR_CLOSED; break;
	default: err = err_fail(why, ERR_PROTOCOL, "%s", complaint());
	}
	ERR_clear_error();
	c->out = NULL;
	return err;
}

void tls_conn_write(struct tls_conn *c, const void *data, size_t len)
{
	buf_add(&c->plain, data, len);
}

size_t tls_conn_waiting(const struct tls_conn *c)
{
	return c->plain.len;
}

void tls_conn_seal(struct tls_conn *c, bool is_last, struct buf *out)
{
	if (!SSL_is_init_finished(c->ssl))
		return;
	c->out = out;
	ERR_clear_error();
	if (c->plain.len > 0 && SSL_write(c->ssl, c->plain.data, (int)c->plain.len) > 0)
		buf_free(&c->plain);
	if (is_last)
		SSL_shutdown(c->ssl);
	ERR_clear_error();
	c->out = NULL;
}
