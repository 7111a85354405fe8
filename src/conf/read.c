#include "conf/read_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/path.h"

#define FILE_MAX  (1024 * 1024) /* [bytes] of a configuration file */
#define ITEMS_MAX 64            /* of a list */

/* ---- problems ---- */

static PRINTF_LIKE(4, 0) void add(struct conf_reader *r, bool is_note, unsigned line,
	const char *fmt, const char *name, va_list ap)
{
	struct buf text = {0};

	if (name)
		buf_printf(&text, "%s: ", name);
	buf_vprintf(&text, fmt, ap);
	conf_errors_add(r->errors, is_note, r->file, line, buf_take(&text));
}

static PRINTF_LIKE(4, 5) void problem_at(
	struct conf_reader *r, unsigned line, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, false, line, fmt, name, ap);
	va_end(ap);
}

static const struct conf_mark *mark_of(const struct conf_reader *r, const void *field)
{
	for (size_t i = 0; i < r->marks_count; i++) {
		if (r->marks[i].field == field)
			return &r->marks[i];
	}
	return NULL;
}

static unsigned line_of(const struct conf_reader *r, const void *field)
{
	const struct conf_mark *mark = mark_of(r, field);

	return mark ? mark->line : 0;
}

void conf_problem(struct conf_reader *r, const void *field, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, false, line_of(r, field), fmt, name, ap);
	va_end(ap);
}

void conf_note(struct conf_reader *r, const void *field, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, true, line_of(r, field), fmt, name, ap);
	va_end(ap);
}

bool conf_is_given(const struct conf_reader *r, const void *field)
{
	const struct conf_mark *mark = mark_of(r, field);

	return mark && mark->is_given;
}

static void add_mark(struct conf_reader *r, const void *field, unsigned line, bool is_given)
{
	r->marks = array_grow(r->marks, r->marks_count, &r->marks_cap, sizeof(*r->marks));
	r->marks[r->marks_count++] = (struct conf_mark){field, line, is_given};
}

void conf_reader_fini(struct conf_reader *r)
{
	free(r->marks);
	r->marks = NULL;
	r->marks_count = r->marks_cap = 0;
}

/* ---- YAML nodes ---- */

static unsigned node_line(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

static const char *scalar(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

/* `key:` and `key: ~` are an empty text. */
static const char *scalar_or_empty(const yaml_node_t *node)
{
	bool is_plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	return is_plain && strcmp(scalar(node), "~") == 0 ? "" : scalar(node);
}

static const yaml_node_t *pair_key(yaml_document_t *doc, const yaml_node_pair_t *pair)
{
	return yaml_document_get_node(doc, pair->key);
}

/* The value of a key, or NULL. */
static const yaml_node_t *find(yaml_document_t *doc, const yaml_node_t *map, const char *name)
{
	for (const yaml_node_pair_t *p = map->data.mapping.pairs.start;
		p < map->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = pair_key(doc, p);

		if (key->type == YAML_SCALAR_NODE && strcmp(scalar(key), name) == 0)
			return yaml_document_get_node(doc, p->value);
	}
	return NULL;
}

/* ---- keys that should not be there ---- */

static void collect_names(const struct conf_section *section, const char **names, unsigned *n)
{
	for (unsigned i = 0; i < section->keys_count; i++)
		names[(*n)++] = section->keys[i].name;
	for (unsigned i = 0; i < section->children_count; i++)
		names[(*n)++] = section->children[i].name;
}

static bool is_one_of(const char *word, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (strcmp(word, names[i]) == 0)
			return true;
	}
	return false;
}

static void check_names(struct conf_reader *r, yaml_document_t *doc, const yaml_node_t *map,
	const struct conf_section *section)
{
	const char *names[ITEMS_MAX];
	unsigned n = 0;

	assert(section->keys_count + section->children_count <= ITEMS_MAX);
	collect_names(section, names, &n);
	for (const yaml_node_pair_t *p = map->data.mapping.pairs.start;
		p < map->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = pair_key(doc, p);
		const yaml_node_t *value = yaml_document_get_node(doc, p->value);
		const char *nearest;

		if (key->type != YAML_SCALAR_NODE) {
			problem_at(r, node_line(key), NULL, "a key must be a plain word");
		} else if (!is_one_of(scalar(key), names, n)) {
			nearest = conf_nearest(scalar(key), names, n);
			problem_at(r, node_line(key), scalar(key),
				"there is no such key here%s%s%s",
				nearest ? "; did you mean \"" : "", nearest ? nearest : "",
				nearest ? "\"?" : "");
		} else if (find(doc, map, scalar(key)) != value) {
			problem_at(r, node_line(key), scalar(key), "is here twice");
		}
	}
}

/* ---- values ---- */

/* Put a scalar, a list of scalars or a map of scalars into one text; false when it is not that. */
static bool flatten(
	yaml_document_t *doc, const yaml_node_t *node, enum conf_shape shape, struct buf *out)
{
	if (node->type == YAML_SCALAR_NODE) {
		if (*scalar_or_empty(node) || node->data.scalar.length > 1)
			buf_add(out, scalar(node), node->data.scalar.length);
		return shape != CONF_MAP || out->len == 0;
	}
	if (node->type == YAML_SEQUENCE_NODE && shape == CONF_LIST) {
		for (const yaml_node_item_t *item = node->data.sequence.items.start;
			item < node->data.sequence.items.top; item++) {
			const yaml_node_t *part = yaml_document_get_node(doc, *item);

			if (part->type != YAML_SCALAR_NODE || strchr(scalar(part), ','))
				return false;
			buf_printf(out, "%s,", scalar(part));
		}
		return true;
	}
	if (node->type != YAML_MAPPING_NODE || shape != CONF_MAP)
		return false;
	for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
		p < node->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = pair_key(doc, p);
		const yaml_node_t *value = yaml_document_get_node(doc, p->value);

		if (key->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE ||
			strpbrk(scalar(key), ",=") || strchr(scalar(value), ','))
			return false;
		buf_printf(out, "%s=%s,", scalar(key), scalar(value));
	}
	return true;
}

static void read_default(const struct conf_key *key, void *field)
{
	enum err err = key->type->read(key, key->fallback, field, NULL);

	assert(err == OK); /* or the table is wrong */
}

static void read_key(struct conf_reader *r, yaml_document_t *doc, const yaml_node_t *map,
	unsigned map_line, const struct conf_key *key, void *field)
{
	static const char *const shapes[] = {"one value", "a list", "a map"};
	const yaml_node_t *node = map ? find(doc, map, key->name) : NULL;
	struct buf text = {0};
	struct why why = {""};

	add_mark(r, field, node ? node_line(node) : map_line, node != NULL);
	if (key->type->is_text)
		*(char **)field = str_dup("");
	if (!node) {
		if (key->fallback)
			read_default(key, field);
		else if (map_line > 0)
			problem_at(r, map_line, key->name, "is missing: %s", key->text);
		return;
	}
	if (!flatten(doc, node, key->type->shape, &text))
		problem_at(r, node_line(node), key->name, "must be %s", shapes[key->type->shape]);
	else if (text.len != strlen(buf_str(&text)))
		problem_at(r, node_line(node), key->name, "has a zero byte in it");
	else if (key->type->read(key, buf_str(&text), field, &why) != OK)
		problem_at(r, node_line(node), key->name, "%s", why.text);
	if (key->type == &conf_secret && text.data)
		explicit_bzero(text.data, text.len);
	buf_free(&text);
}

/* ---- sections ---- */

static void read_section(struct conf_reader *r, yaml_document_t *doc, const yaml_node_t *map,
	unsigned map_line, const struct conf_section *section, char *base);

static void read_array(struct conf_reader *r, yaml_document_t *doc, const yaml_node_t *node,
	unsigned map_line, const struct conf_child *child, char *base)
{
	size_t *count = (size_t *)(base + child->count_offset), n;
	const yaml_node_item_t *items;
	char *array;

	if (!node) {
		if (map_line > 0 && child->kind == CONF_CHILD_SOME)
			problem_at(r, map_line, child->name, "is missing: at least one is needed");
		return;
	}
	if (node->type != YAML_SEQUENCE_NODE ||
		(node->data.sequence.items.top == node->data.sequence.items.start &&
			child->kind == CONF_CHILD_SOME)) {
		problem_at(r, node_line(node), child->name,
			"must be a list: each item begins with \"- \"");
		return;
	}
	items = node->data.sequence.items.start;
	n = (size_t)(node->data.sequence.items.top - items);
	if (n > ITEMS_MAX) {
		problem_at(r, node_line(node), child->name, "has more than %d items", ITEMS_MAX);
		return;
	}
	array = mem_alloc_array(n, child->section->size);
	*(char **)(base + child->offset) = array;
	*count = n;
	for (size_t i = 0; i < n; i++) {
		const yaml_node_t *item = yaml_document_get_node(doc, items[i]);

		read_section(r, doc, item, node_line(item), child->section,
			array + i * child->section->size);
	}
}

static void read_child(struct conf_reader *r, yaml_document_t *doc, const yaml_node_t *map,
	unsigned map_line, const struct conf_child *child, char *base)
{
	const yaml_node_t *node = map ? find(doc, map, child->name) : NULL;

	switch (child->kind) {
	case CONF_CHILD_SOME:
	case CONF_CHILD_ANY: read_array(r, doc, node, map_line, child, base); return;
	case CONF_CHILD_OPTIONAL:
		if (!node)
			return;
		*(bool *)(base + child->count_offset) = true;
		break;
	case CONF_CHILD_ONE: break;
	}
	read_section(r, doc, node, node ? node_line(node) : map_line, child->section,
		base + child->offset);
}

/*
 * map is NULL when the section is not in the file: it gets its defaults. map_line is 0 when that
 * is wrong already, so that what it lacks needs no mention.
 */
static void read_section(struct conf_reader *r, yaml_document_t *doc, const yaml_node_t *map,
	unsigned map_line, const struct conf_section *section, char *base)
{
	if (map && map->type == YAML_SCALAR_NODE && !*scalar_or_empty(map))
		map = NULL;
	if (map && map->type != YAML_MAPPING_NODE) {
		problem_at(
			r, node_line(map), NULL, "here should be keys and values, \"key: value\"");
		map = NULL;
		map_line = 0;
	}
	if (map)
		check_names(r, doc, map, section);
	for (unsigned i = 0; i < section->keys_count; i++)
		read_key(r, doc, map, map_line, &section->keys[i], base + section->keys[i].offset);
	for (unsigned i = 0; i < section->children_count; i++)
		read_child(r, doc, map, map_line, &section->children[i], base);
}

/* ---- files ---- */

static bool load_document(struct conf_reader *r, yaml_parser_t *parser, yaml_document_t *doc)
{
	if (yaml_parser_load(parser, doc))
		return true;
	problem_at(r, (unsigned)parser->problem_mark.line + 1, NULL, "not valid YAML: %s%s%s",
		parser->problem ? parser->problem : "unreadable", parser->context ? " " : "",
		parser->context ? parser->context : "");
	return false;
}

static void read_text(struct conf_reader *r, const struct buf *text,
	const struct conf_section *section, void *base)
{
	yaml_document_t doc, second;
	yaml_parser_t parser;
	bool is_read;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, text->data, text->len);
	is_read = load_document(r, &parser, &doc);
	if (is_read) {
		const yaml_node_t *root = yaml_document_get_root_node(&doc);

		read_section(r, &doc, root, 1, section, base);
		yaml_document_delete(&doc);
	}
	if (is_read && load_document(r, &parser, &second)) {
		const yaml_node_t *root = yaml_document_get_root_node(&second);

		if (root)
			problem_at(r, node_line(root), NULL, "a second document (after \"---\")");
		yaml_document_delete(&second);
	}
	yaml_parser_delete(&parser);
}

enum err conf_read(struct conf_reader *r, const struct conf_section *section, void *base)
{
	size_t wrong = r->errors->wrong;
	struct buf text = {0};
	struct why why;
	enum err err = path_read(r->file, FILE_MAX, &text, &why);

	if (err != OK) {
		problem_at(r, 0, NULL, "%s", why.text);
		return err;
	}
	read_text(r, &text, section, base);
	explicit_bzero(text.data, text.len);
	buf_free(&text);
	return r->errors->wrong > wrong ? ERR_INVALID : OK;
}
