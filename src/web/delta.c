/* delta.c -- what is new in a document: listeners get no more than that. */
#include <string.h>

#include "web/web_priv.h"

json_t *delta_members(const json_t *old, json_t *new, const char *always)
{
	json_t *changes = json_object(), *value;
	const char *key;

	json_object_foreach(new, key, value)
	{
		if (strcmp(key, always) != 0 && !json_equal(json_object_get(old, key), value))
			json_object_set(changes, key, value);
	}
	if (json_object_size(changes) == 0) {
		json_decref(changes);
		return NULL;
	}
	json_object_set(changes, always, json_object_get(new, always));
	return changes;
}

/* The row with this id, or NULL. */
static const json_t *row_of(const json_t *items, const char *id)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)items, i, row)
	{
		const char *its = json_get_str(row, "id");

		if (its && !strcmp(its, id))
			return row;
	}
	return NULL;
}

json_t *delta_rows(const json_t *old, json_t *new)
{
	const json_t *before = json_object_get(old, "items");
	json_t *changed, *row;
	size_t i;

	if (json_equal(old, new))
		return NULL;
	changed = json_array();
	json_array_foreach(json_object_get(new, "items"), i, row)
	{
		const char *id = json_get_str(row, "id");

		if (!id || !json_equal(row_of(before, id), row))
			json_array_append(changed, row);
	}
	return json_pack("{s:o,s:O}", "items", changed, "next", json_object_get(new, "next"));
}
