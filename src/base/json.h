/*
 * json.h -- reading and writing JSON; the only includer of jansson.
 *
 * Numbers with a fraction or an exponent are read as *strings* ("0.12345678"), so that no amount
 * ever passes through a double: read them with json_get_amount() or json_get_double().
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/buf.h"
#include "base/err.h"

/**
 * json_read(text, len, out, why): parse one JSON value; duplicate keys and trailing garbage are
 * refused. out is a new reference: the caller calls json_decref(). errs ERR_SYNTAX
 */
enum err json_read(const char *text, size_t len, json_t **out, struct why *why) MUST_CHECK;

/* Members of an object; false (or NULL) when absent, null or of another type; out is then
 * untouched. */
const char *json_get_str(const json_t *obj, const char *key);
bool json_get_i64(const json_t *obj, const char *key, int64_t *out);
bool json_get_bool(const json_t *obj, const char *key, bool *out);
/** json_get_double(): for difficulty and the like, never for money. */
bool json_get_double(const json_t *obj, const char *key, double *out);
/** json_get_amount(): an integer or decimal number of whole coins. */
bool json_get_amount(const json_t *obj, const char *key, struct amount *out);
/** json_to_amount(value, out): the same for a value in hand. */
bool json_to_amount(const json_t *value, struct amount *out);

/** buf_add_json_str(b, s): s in quotes, escaped; < > & ' too, so the text may stand inside HTML.
 * Bad UTF-8 becomes U+FFFD. */
void buf_add_json_str(struct buf *b, const char *s);
/** buf_add_json(b, value): compact text of a value. */
void buf_add_json(struct buf *b, const json_t *value);

#endif
