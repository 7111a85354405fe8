/* verdict.c -- see verdict.h. */
#include "stratum/verdict.h"

int verdict_code(enum verdict v)
{
	static const int codes[] = {
#define VERDICT(name, number, code, counter, text) [number] = code,
#include "stratum/verdict.tbl"
#undef VERDICT
	};
	return codes[v];
}

const char *verdict_text(enum verdict v)
{
	static const char *const texts[] = {
#define VERDICT(name, number, code, counter, text) [number] = text,
#include "stratum/verdict.tbl"
#undef VERDICT
	};
	return texts[v];
}
