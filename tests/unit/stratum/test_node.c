/* test_node.c -- who a process is: one per folder, known again, and not for ever without proof. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "conf/conf.h"
#include "store/sql_priv.h"
#include "stratum/node.h"

struct world {
	char dir[64];
	char *path;
	struct conf_store conf;
	struct store *st;
};

static struct why why;

static int make(void **state)
{
	struct world *w = NEW(struct world);

	strcpy(w->dir, "/tmp/kozan-node-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	w->path = path_join(w->dir, "kozan.db");
	w->conf.path = w->path;
	assert_int_equal(store_open(&w->conf, &w->st, &why), OK);
	assert_int_equal(store_migrate(w->st, &why), OK);
	*state = w;
	return 0;
}

static int drop(void **state)
{
	struct world *w = *state;
	char *command = str_printf("rm -rf %s", w->dir);
	int failed = system(command);

	store_close(w->st);
	free(command);
	free(w->path);
	free(w);
	return failed;
}

/* When the id was proven last, from now. */
static void set_proven(const struct world *w, int64_t s_ago)
{
	char *path = path_join(w->dir, "lock");
	int64_t at_s = clock_wall_ms() / 1000 - s_ago;
	struct timespec times[2] = {{.tv_sec = at_s}, {.tv_sec = at_s}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	free(path);
}

static bool may_start_alone(struct world *w)
{
	struct node n;
	bool may;

	assert_int_equal(node_open(w->dir, &n, &why), OK);
	may = node_may_go_on(&n);
	node_close(&n);
	return may;
}

static void one_process_per_folder(void **state)
{
	struct world *w = *state;
	struct node one, two;

	assert_int_equal(node_open(w->dir, &one, &why), OK);
	assert_int_equal(node_open(w->dir, &two, &why), ERR_BUSY);
	assert_non_null(strstr(why.text, "another kozan serves miners from "));
	node_close(&one);
	assert_int_equal(node_open(w->dir, &two, &why), OK);
	assert_int_equal(two.epoch, 2);
	node_close(&two);
}

static void a_node_is_known_again(void **state)
{
	struct world *w = *state;
	struct node n;

	for (int64_t epoch = 1; epoch <= 3; epoch++) {
		assert_int_equal(node_open(w->dir, &n, &why), OK);
		assert_int_equal(n.id, epoch == 1 ? -1 : 0);
		assert_int_equal(node_claim(&n, w->dir, w->st, &why), OK);
		assert_int_equal(n.id, 0);
		assert_int_equal(n.epoch, epoch);
		node_close(&n);
	}
}

static void a_copied_folder(void **state)
{
	struct world *w = *state;
	char *copy = str_printf("%s/copy", w->dir);
	char *command = str_printf("mkdir %s && cp %s/node.json %s/", copy, w->dir, copy);
	struct node n, twin;

	assert_int_equal(node_open(w->dir, &n, &why), OK);
	assert_int_equal(node_claim(&n, w->dir, w->st, &why), OK);
	node_close(&n);
	assert_int_equal(system(command), 0);
	assert_int_equal(node_open(w->dir, &n, &why), OK);
	assert_int_equal(node_open(copy, &twin, &why), OK);
	assert_int_equal(node_claim(&n, w->dir, w->st, &why), OK);
	assert_int_equal(node_claim(&twin, copy, w->st, &why), ERR_CONFLICT);
	assert_non_null(strstr(why.text, "copy of its data"));
	node_close(&n);
	node_close(&twin);
	free(command);
	free(copy);
}

/* While the database is away. */
static void a_lease_ends(void **state)
{
	struct world *w = *state;
	struct node n;

	assert_int_equal(node_open(w->dir, &n, &why), OK);
	assert_int_equal(node_claim(&n, w->dir, w->st, &why), OK);
	assert_true(node_may_go_on(&n));
	node_close(&n);
	assert_true(may_start_alone(w));
	set_proven(w, 6 * 86400);
	assert_true(may_start_alone(w));
	set_proven(w, 8 * 86400);
	assert_false(may_start_alone(w));
	set_proven(w, -60); /* clocks slip a little, */
	assert_true(may_start_alone(w));
	set_proven(w, -86400); /* but one that was set back by a day proves nothing */
	assert_false(may_start_alone(w));
}

static void the_last_id_is_gone(void **state)
{
	struct world *w = *state;
	struct node n;
	int64_t id;

	assert_int_equal(store_node_claim(w->st, "rested", "r", 7, -1, &id, &why), OK);
	assert_int_equal(store_node_claim(w->st, "last", "l", 1, STORE_NODE_ID_MAX, &id, &why), OK);
	assert_int_equal(store_node_stop(w->st, 0, 7, &why), OK);
	assert_int_equal(node_open(w->dir, &n, &why), OK);
	assert_int_equal(node_claim(&n, w->dir, w->st, &why), ERR_LIMIT);
	assert_int_equal(
		sql_run(w->st, "UPDATE node SET seen_ms = 0 WHERE id = 0", NO_BINDS, &why), OK);
	assert_int_equal(node_claim(&n, w->dir, w->st, &why), OK);
	assert_int_equal(n.id, 0);
	assert_int_equal(n.epoch, 8);
	node_close(&n);
	assert_int_equal(node_open(w->dir, &n, &why), OK); /* it remembers */
	assert_int_equal(n.id, 0);
	assert_int_equal(n.epoch, 9);
	assert_int_equal(node_claim(&n, w->dir, w->st, &why), OK);
	node_close(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_process_per_folder, make, drop),
		cmocka_unit_test_setup_teardown(a_node_is_known_again, make, drop),
		cmocka_unit_test_setup_teardown(a_copied_folder, make, drop),
		cmocka_unit_test_setup_teardown(a_lease_ends, make, drop),
		cmocka_unit_test_setup_teardown(the_last_id_is_gone, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
