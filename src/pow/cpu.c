/* cpu.c -- what this CPU has, in the words of enum pow_cpu. */
#include "pow/pow_priv.h"

#if defined(__x86_64__)
#include <cpuid.h>

static bool has_sha(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/* AMD before Zen 3 (family 0x19) spends hundreds of cycles on one PEXT. */
static bool pext_is_fast(void)
{
	unsigned a, b, c, d, family;

	if (!__builtin_cpu_supports("bmi2") || !__get_cpuid(1, &a, &b, &c, &d))
		return false;
	family = (a >> 8 & 15) + (a >> 20 & 255);
	return !__builtin_cpu_is("amd") || family >= 0x19;
}

static unsigned cpu_bits(void)
{
	unsigned bits = 0;

	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
		bits |= POW_CPU_AVX2;
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
		__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2"))
		bits |= POW_CPU_AVX512;
	if (has_sha() && __builtin_cpu_supports("avx") && __builtin_cpu_supports("bmi2"))
		bits |= POW_CPU_SHA;
	if (pext_is_fast())
		bits |= POW_CPU_PEXT;
	return bits;
}
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

#define HWCAP_SHA2 (1 << 6) /* the kernel's asm/hwcap.h, which musl keeps elsewhere */

static unsigned cpu_bits(void)
{
	return getauxval(AT_HWCAP) & HWCAP_SHA2 ? POW_CPU_SHA : 0;
}
#else
static unsigned cpu_bits(void)
{
	return 0; /* plain C only */
}
#endif

bool pow_cpu_has(unsigned bits)
{
	return (cpu_bits() & bits) == bits;
}
