/* check.h -- what the tests of conf/ share: a folder of their own with a configuration in it. */
#ifndef TEST_CONF_CHECK_H
#define TEST_CONF_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "conf/conf.h"

struct place {
	char dir[64];
};

static inline int make_place(void **state)
{
	struct place *p = NEW(struct place);

	strcpy(p->dir, "/tmp/kozan-test-conf-XXXXXX");
	*state = p;
	return mkdtemp(p->dir) ? 0 : -1;
}

static inline int drop_place(void **state)
{
	struct place *p = *state;
	char *command = str_printf("rm -rf %s", p->dir);
	int failed = system(command);

	free(command);
	free(p);
	return failed;
}

static inline void put_file(const struct place *p, const char *name, const char *text)
{
	char *path = path_join(p->dir, name);

	assert_int_equal(path_write(path, text, strlen(text), NULL), OK);
	free(path);
}

/* Load text as kozan.yaml; the problems come back without the folder in front; the caller frees. */
static inline char *load(const struct place *p, const char *text, struct conf **out)
{
	struct conf_errors errors = {0};
	struct buf all = {0}, plain = {0};
	char *path = path_join(p->dir, "kozan.yaml");
	char *prefix = str_printf("%s/", p->dir);
	enum err err;

	put_file(p, "kozan.yaml", text);
	*out = NULL;
	err = conf_load(path, out, &errors);
	assert_int_equal(err == OK, errors.wrong == 0);
	assert_int_equal(err == OK, *out != NULL);
	conf_errors_text(&errors, &all);
	for (const char *at = buf_str(&all); *at;) {
		size_t len = strlen(prefix);

		if (strncmp(at, prefix, len) == 0)
			at += len;
		else
			buf_add(&plain, at++, 1);
	}
	conf_errors_fini(&errors);
	buf_free(&all);
	free(prefix);
	free(path);
	return buf_take(&plain);
}

/* The least that a pool needs; tests put their own keys after it. */
#define MINIMAL                                                                                    \
	"data_dir: data\n"                                                                         \
	"coins_dir: " COINS_DIR "\n"                                                               \
	"pools:\n"                                                                                 \
	"  - name: ltc\n"                                                                          \
	"    coin: litecoin\n"                                                                     \
	"    address: LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij\n"                                        \
	"    daemons:\n"                                                                           \
	"      - {name: a, url: \"http://127.0.0.1:9332\", user: u, password: p}\n"                \
	"    ports:\n"                                                                             \
	"      - {listen: \":3333\", name: low}\n"
#define MINIMAL_LINES 10

#endif
