/* username.c -- see username.h. */
#include "stratum/username.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char separators[] = "._/+:;,";

/* Keep what is plain to print everywhere; each other run of bytes becomes one '-'. */
static void clean_worker(const char *text, char *out)
{
	size_t n = 0;

	for (; *text && n < WORKER_MAX; text++) {
		if (isalnum((unsigned char)*text) || *text == '_' || *text == '-' || *text == '.')
			out[n++] = *text;
		else if (n == 0 || out[n - 1] != '-')
			out[n++] = '-';
	}
	out[n] = '\0';
	if (n == 0)
		str_copy(out, WORKER_MAX + 1, "default");
}

/* Step over "bitzeny:" and the like: letters, a colon, and then something that is long enough for
 * an address. */
static const char *skip_scheme(const char *text)
{
	const char *p = text;

	while (isalpha((unsigned char)*p))
		p++;
	if (p - text < 3 || p - text > 16 || *p != ':' || strcspn(p + 1, separators) < 20)
		return text;
	return p + 1;
}

enum err username_read(const char *text, struct username *out, struct why *why)
{
	const char *end;
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	if (strlen(text) > USERNAME_MAX)
		return err_fail(why, ERR_RANGE, "user longer than %d characters", USERNAME_MAX);
	text = skip_scheme(text);
	end = text + strcspn(text, separators);
	len = (size_t)(end - text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0)
		return err_fail(why, ERR_SYNTAX, "user must be ADDRESS or ADDRESS.worker");
	*out = (struct username){0};
	memcpy(out->address, text, len);
	clean_worker(*end ? end + 1 : "", out->worker);
	return OK;
}

static double read_difficulty(const char *text)
{
	char *end;
	double d = strtod(text, &end);

	return end != text && isfinite(d) && d > 0 ? d : 0;
}

void password_read(const char *text, struct password *out)
{
	char copy[USERNAME_MAX + 1], *rest = NULL, *option;

	*out = (struct password){0};
	str_copy(copy, sizeof(copy), text);
	for (option = strtok_r(copy, ",;", &rest); option; option = strtok_r(NULL, ",;", &rest)) {
		char *value = strchr(option, '=');

		if (!value)
			continue;
		*value++ = '\0';
		if (strcmp(option, "d") == 0 || strcmp(option, "diff") == 0)
			out->difficulty = read_difficulty(value);
		else if (strcmp(option, "sd") == 0 || strcmp(option, "start") == 0)
			out->start_difficulty = read_difficulty(value);
		else if (strcmp(option, "md") == 0 || strcmp(option, "mindiff") == 0)
			out->min_difficulty = read_difficulty(value);
	}
}

bool password_option(const char *text, const char *name, char *out, size_t size)
{
	char copy[USERNAME_MAX + 1], *rest = NULL, *option;
	size_t len = strlen(name);

	if (!str_copy(copy, sizeof(copy), text))
		return false;
	for (option = strtok_r(copy, ",;", &rest); option; option = strtok_r(NULL, ",;", &rest)) {
		if (strncasecmp(option, name, len) == 0 && option[len] == '=')
			return str_copy(out, size, option + len + 1);
	}
	return false;
}
