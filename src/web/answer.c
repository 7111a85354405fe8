/* answer.c -- how answers leave: entity tags, compression, the headers of the keyless API. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "web/web_priv.h"

#define GZIP_FROM_BYTES 1400 /* what fits into a packet is not worth it */
#define GZIP_LEVEL      5
#define GZIP_WINDOW     (15 + 16) /* zlib's way to say "gzip format" */

void json_text(const json_t *value, struct buf *out)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));

	buf_add_str(out, text ? text : "null");
	free(text);
}

static bool compress_gzip(const struct buf *in, struct buf *out)
{
	z_stream z = {.next_in = in->data, .avail_in = (unsigned)in->len};
	int rc;

	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.avail_out = (unsigned)deflateBound(&z, in->len);
	z.next_out = buf_reserve(out, z.avail_out);
	rc = deflate(&z, Z_FINISH);
	out->len += z.total_out;
	deflateEnd(&z);
	return rc == Z_STREAM_END;
}

void answer_body(struct httpd_req *req, unsigned status, const char *type, const struct buf *body,
	const char *cache_control, const struct httpd_pair *headers)
{
	struct httpd_reply reply = {.status = status,
		.type = type,
		.body = body->data,
		.len = body->len,
		.cache_control = cache_control,
		.headers = headers};
	struct buf packed = {0};
	uint8_t digest[SHA256_LEN];
	char hex[17], etag[24];

	sha256(body->data, body->len, digest);
	hex_encode(hex, digest, 8);
	if (body->len >= GZIP_FROM_BYTES && httpd_accepts(req, "gzip") &&
		compress_gzip(body, &packed)) {
		reply.body = packed.data;
		reply.len = packed.len;
		reply.coding = "gzip";
	}
	snprintf(etag, sizeof etag, "\"%s%s\"", hex, reply.coding ? "-gz" : "");
	reply.etag = etag;
	httpd_reply(req, &reply);
	buf_free(&packed);
}

void answer_json_text(struct httpd_req *req, const struct buf *text)
{
	static const struct httpd_pair headers[] = {{"Access-Control-Allow-Origin", "*"},
		{"Access-Control-Expose-Headers", "ETag"}, {"Vary", "Accept-Encoding"}, {NULL}};

	answer_body(req, 200, "application/json", text, "public, max-age=1", headers);
}

void answer_json(struct httpd_req *req, const json_t *value)
{
	struct buf text = {0};

	json_text(value, &text);
	answer_json_text(req, &text);
	buf_free(&text);
}
