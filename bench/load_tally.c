/* load_tally.c -- see load_tally.h. */
#include "load_tally.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

static const char *const fates[TALLY_FATES] = {"acknowledged", "refused", "lost"};

void tally_init(struct tally *t)
{
	t->sums = mem_alloc_array(t->accounts_n, sizeof(*t->sums));
}

void tally_fini(struct tally *t)
{
	free(t->sums);
	for (unsigned i = 0; i < TALLY_REASONS; i++)
		free(t->reasons[i].text);
	if (t->log)
		fclose(t->log);
}

/* By the text of the error; what finds no room is only missing from the list of reasons. */
static void add_reason(struct tally *t, const char *answer)
{
	const char *error = strstr(answer, "\"error\":[");
	const char *from = error ? strchr(error + strlen("\"error\":["), '"') : NULL;
	char text[80];

	snprintf(text, sizeof(text), "%.*s", from ? (int)strcspn(from + 1, "\"") : 7,
		from ? from + 1 : "unclear");
	for (unsigned i = 0; i < TALLY_REASONS; i++) {
		if (!t->reasons[i].text)
			t->reasons[i].text = str_dup(text);
		if (strcmp(t->reasons[i].text, text) == 0) {
			t->reasons[i].shares++;
			return;
		}
	}
}

void tally_add(
	struct tally *t, const struct tally_share *share, enum tally_fate fate, const char *answer)
{
	struct tally_sum *sum = &t->sums[share->account][fate];

	sum->shares++;
	sum->work += share->work;
	if (answer)
		add_reason(t, answer);
	if (t->log)
		fprintf(t->log, "%s %s w%u %" PRIu64 " %016" PRIx64 "\n", fates[fate],
			t->accounts[share->account], share->worker, share->work, share->hash_top);
}

struct tally_sum tally_total(const struct tally *t, enum tally_fate fate)
{
	struct tally_sum total = {0};

	for (unsigned i = 0; i < t->accounts_n; i++) {
		total.shares += t->sums[i][fate].shares;
		total.work += t->sums[i][fate].work;
	}
	return total;
}

static void print_sum(const char *name, struct tally_sum sum)
{
	printf("\"%s\":{\"shares\":%" PRIu64 ",\"work\":%" PRIu64 "}", name, sum.shares, sum.work);
}

static void print_accounts(const struct tally *t)
{
	printf(",\"accounts\":{");
	for (unsigned i = 0; i < t->accounts_n; i++) {
		printf("%s\"%s\":{", i ? "," : "", t->accounts[i]);
		for (unsigned f = 0; f < TALLY_FATES; f++) {
			print_sum(fates[f], t->sums[i][f]);
			printf("%s", f + 1 < TALLY_FATES ? "," : "}");
		}
	}
	putchar('}');
}

void tally_print(struct tally *t, bool with_accounts)
{
	if (t->log)
		fflush(t->log);
	for (unsigned f = 0; f < TALLY_FATES; f++) {
		print_sum(fates[f], tally_total(t, f));
		putchar(',');
	}
	printf("\"reasons\":{");
	for (unsigned i = 0; i < TALLY_REASONS && t->reasons[i].text; i++) {
		struct buf name = {0};

		buf_add_json_str(&name, t->reasons[i].text);
		printf("%s%s:%" PRIu64, i ? "," : "", buf_str(&name), t->reasons[i].shares);
		buf_free(&name);
	}
	putchar('}');
	if (with_accounts)
		print_accounts(t);
}
