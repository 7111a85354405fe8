/*
 * What an accepted share costs the loop: nothing is allocated for it, and no lock is taken.
 *
 * This program's malloc and pthread_mutex_lock count the calls of the loop's thread. A turn of the
 * loop may lock a few times, for its mail and for the journal, however many shares it brings.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "world.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)

int main(void)
{
	return 77; /* their malloc is needed */
}

#else

enum { MINERS = 20, AT_ONCE = 50, ROUNDS = 8, WARM_UP = 5, LOCKS_A_ROUND = 200 };

static _Thread_local bool is_counted;
static atomic_ulong allocations, locks;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	if (is_counted)
		atomic_fetch_add(&allocations, 1);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	if (is_counted)
		atomic_fetch_add(&allocations, 1);
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	if (is_counted)
		atomic_fetch_add(&allocations, 1);
	return __libc_realloc(p, size);
}

int pthread_mutex_lock(pthread_mutex_t *lock)
{
	static int (*_Atomic theirs)(pthread_mutex_t *);

	if (!theirs)
		theirs = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	if (is_counted)
		atomic_fetch_add(&locks, 1);
	return theirs(lock);
}

static const struct conf_port port = {
	.difficulty.work = 1,
	.min_difficulty.work = 1,
	.max_difficulty.work = 1,
	.is_fixed = true,
	.share_interval_ms = 15000,
};

/* The loop waits until all miners have written: one turn finds all their shares. */
struct hold {
	struct mail mail;
	sem_t let_go;
};

static void on_hold(struct mail *mail)
{
	sem_wait(&CONTAINER_OF(mail, struct hold, mail)->let_go);
	is_counted = true;
}

static void send_shares(struct miner *m, unsigned round)
{
	char lines[AT_ONCE * 300];
	int len = 0;

	for (unsigned i = 0; i < AT_ONCE; i++)
		len += snprintf(lines + len, sizeof(lines) - (size_t)len,
			"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\","
			"\"0000000000000000\",\"%08x\",\"%08x\"]}\n",
			m->world->user, m->job_id, m->time, round * AT_ONCE + i);
	assert_int_equal(write(m->fd, lines, (size_t)len), len);
}

static void run_round(struct world *w, struct miner *miners, unsigned round)
{
	struct hold hold = {.mail.deliver = on_hold};

	sem_init(&hold.let_go, 0, 0);
	loop_post(w->shard->loop, &hold.mail);
	for (unsigned i = 0; i < MINERS; i++)
		send_shares(&miners[i], round);
	sem_post(&hold.let_go);
	for (unsigned i = 0; i < MINERS; i++) {
		for (unsigned n = 0; n < AT_ONCE; n++) {
			assert_true(miner_answer(&miners[i], 4));
			assert_int_equal(miner_error(&miners[i]), 0);
		}
	}
	sem_destroy(&hold.let_go);
}

static void test_shares_neither_allocate_nor_lock(void **state)
{
	unsigned long allocated_before = 0, locked_before = 0;
	struct miner miners[MINERS];
	struct world w;

	world_open(&w, &port, 0);
	for (unsigned i = 0; i < MINERS; i++) {
		miner_connect(&miners[i], &w);
		miner_login(&miners[i], "x");
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		/* The first rounds make what the later ones use again; the set of shares that were
		 * seen, which doubles, has room for 8192 by then. */
		if (round == WARM_UP) {
			allocated_before = atomic_load(&allocations);
			locked_before = atomic_load(&locks);
		}
		run_round(&w, miners, round);
	}
	assert_true(allocated_before > 0 && locked_before > 0); /* they are counted */
	assert_int_equal(world_count(&w, work), MINERS * AT_ONCE * ROUNDS);
	print_message("%lu allocations, %lu locks for %d shares\n",
		atomic_load(&allocations) - allocated_before, atomic_load(&locks) - locked_before,
		(ROUNDS - WARM_UP) * MINERS * AT_ONCE);
	assert_int_equal(atomic_load(&allocations) - allocated_before, 0);
	assert_true(atomic_load(&locks) - locked_before < (ROUNDS - WARM_UP) * LOCKS_A_ROUND);
	for (unsigned i = 0; i < MINERS; i++)
		miner_close(&miners[i]);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_neither_allocate_nor_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
