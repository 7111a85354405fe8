/* test.h -- what the tests of auth/ begin with. */
#ifndef TEST_AUTH_TEST_H
#define TEST_AUTH_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hex.h"
#include "base/mem.h"

#endif
