/* cmocka.h -- just enough of cmocka for tests/unit/pow/vectors.h where the library is not there. */
#ifndef CROSS_CMOCKA_H
#define CROSS_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>

#define fail_msg(...)                                                                              \
	do {                                                                                       \
		fprintf(stderr, __VA_ARGS__);                                                      \
		fputc('\n', stderr);                                                               \
		exit(1);                                                                           \
	} while (0)
#define assert_true(c)                                                                             \
	do {                                                                                       \
		if (!(c))                                                                          \
			fail_msg("%s:%d: not true: %s", __FILE__, __LINE__, #c);                   \
	} while (0)
#define assert_int_equal(a, b) assert_true((a) == (b))
#define assert_non_null(p)     assert_true((p) != NULL)

#endif
