/* format.c -- the bytes of a journal: records, segments and their names. */
#include "journal/format_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "base/path.h"

#define SEGMENT_SUFFIX ".journal"

/* Stored: do not renumber. */
#define FLAG_BLOCK 1
#define FLAG_APART 2

static const uint8_t magic[8] = {'k', 'o', 'z', 'a', 'n', 'j', 'n', 'l'};

/* Where things stand in a record; 0 crc, 4 type, 5 flags, 6 pool or version, 8 seq are common. */
void record_encode(const struct record *r, uint8_t out[RECORD_BYTES])
{
	memset(out, 0, RECORD_BYTES);
	out[4] = (uint8_t)r->type;
	put_le64(out + 8, r->seq);
	switch (r->type) {
	case RECORD_SEGMENT:
		put_le16(out + 6, FORMAT_VERSION);
		memcpy(out + 16, magic, sizeof magic);
		put_le32(out + 24, r->head.node_id);
		put_le32(out + 28, RECORD_BYTES);
		put_le64(out + 32, r->head.epoch);
		put_le64(out + 40, r->head.prev_seq);
		put_le64(out + 48, (uint64_t)r->head.created_ms);
		break;
	case RECORD_WORKER:
		put_le32(out + 16, r->part.worker);
		out[20] = r->part.part;
		out[21] = r->part.parts;
		out[22] = r->part.address_len;
		out[23] = r->part.worker_len;
		memcpy(out + 24, r->part.text, NAME_PART_BYTES);
		break;
	case RECORD_SHARE:
		out[5] = (uint8_t)((r->share.is_block ? FLAG_BLOCK : 0) |
				   (r->share.is_apart ? FLAG_APART : 0));
		put_le16(out + 6, r->share.pool);
		put_le64(out + 16, (uint64_t)r->share.time_ms);
		put_le64(out + 24, (uint64_t)r->share.work);
		put_le32(out + 32, r->share.height);
		put_le32(out + 36, r->share.worker);
		put_le32(out + 40, r->share.job);
		put_le64(out + 48, r->share.hash_top);
		break;
	case RECORD_HEIGHT:
		put_le16(out + 6, r->height.pool);
		put_le64(out + 16, (uint64_t)r->height.time_ms);
		put_le32(out + 24, r->height.height);
		break;
	}
	put_le32(out, crc32c(0, out + 4, RECORD_BYTES - 4));
}

static bool decode_head(const uint8_t *in, struct record *out)
{
	out->head.first_seq = out->seq;
	out->head.node_id = get_le32(in + 24);
	out->head.epoch = get_le64(in + 32);
	out->head.prev_seq = get_le64(in + 40);
	out->head.created_ms = (int64_t)get_le64(in + 48);
	return get_le16(in + 6) == FORMAT_VERSION && memcmp(in + 16, magic, sizeof magic) == 0 &&
	       get_le32(in + 28) == RECORD_BYTES && out->head.prev_seq < out->head.first_seq;
}

static bool decode_part(const uint8_t *in, struct record *out)
{
	out->part.worker = get_le32(in + 16);
	out->part.part = in[20];
	out->part.parts = in[21];
	out->part.address_len = in[22];
	out->part.worker_len = in[23];
	memcpy(out->part.text, in + 24, NAME_PART_BYTES);
	return out->part.worker && out->part.worker <= WORKERS_MAX &&
	       out->part.part < out->part.parts && out->part.address_len >= 1 &&
	       out->part.address_len <= JOURNAL_ADDRESS_MAX &&
	       out->part.worker_len <= JOURNAL_WORKER_MAX &&
	       out->part.parts == worker_parts(out->part.address_len, out->part.worker_len);
}

static bool decode_share(const uint8_t *in, struct record *out)
{
	out->share.is_block = in[5] & FLAG_BLOCK;
	out->share.is_apart = in[5] & FLAG_APART;
	out->share.pool = get_le16(in + 6);
	out->share.time_ms = (int64_t)get_le64(in + 16);
	out->share.work = (int64_t)get_le64(in + 24);
	out->share.height = get_le32(in + 32);
	out->share.worker = get_le32(in + 36);
	out->share.job = get_le32(in + 40);
	out->share.hash_top = get_le64(in + 48);
	return out->share.work > 0;
}

bool record_decode(const uint8_t in[RECORD_BYTES], struct record *out)
{
	if (get_le32(in) != crc32c(0, in + 4, RECORD_BYTES - 4))
		return false;
	memset(out, 0, sizeof *out);
	out->type = (enum record_type)in[4];
	out->seq = get_le64(in + 8);
	switch (out->type) {
	case RECORD_SEGMENT: return decode_head(in, out);
	case RECORD_WORKER: return decode_part(in, out);
	case RECORD_SHARE: return decode_share(in, out);
	case RECORD_HEIGHT:
		out->height.pool = get_le16(in + 6);
		out->height.time_ms = (int64_t)get_le64(in + 16);
		out->height.height = get_le32(in + 24);
		return true;
	}
	return false;
}

unsigned worker_parts(unsigned address_len, unsigned worker_len)
{
	return (address_len + worker_len + NAME_PART_BYTES - 1) / NAME_PART_BYTES;
}

const char *segment_name_text(const struct segment_name *s, char text[SEGMENT_NAME_MAX])
{
	snprintf(text, SEGMENT_NAME_MAX, "%010" PRIx64 "-%016" PRIx64 "-%04u" SEGMENT_SUFFIX,
		s->epoch, s->first_seq, s->node_id);
	return text;
}

static bool segment_name_parse(const char *text, struct segment_name *out)
{
	char again[SEGMENT_NAME_MAX];
	int used = 0;

	return sscanf(text, "%" SCNx64 "-%" SCNx64 "-%u" SEGMENT_SUFFIX "%n", &out->epoch,
		       &out->first_seq, &out->node_id, &used) == 3 &&
	       used > 0 && out->epoch > 0 && out->first_seq > 0 &&
	       strcmp(segment_name_text(out, again), text) == 0;
}

static int segment_name_cmp(const void *a, const void *b)
{
	const struct segment_name *x = a, *y = b;

	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	return (x->first_seq > y->first_seq) - (x->first_seq < y->first_seq);
}

enum err segment_list(const char *dir, struct segment_name **out, size_t *out_n, struct why *why)
{
	struct segment_name *all = NULL, one;
	size_t n = 0, cap = 0;
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d && errno != ENOENT)
		return err_fail(why, ERR_IO, "%s: %s", dir, strerror(errno));
	while (d && (entry = readdir(d))) {
		if (!segment_name_parse(entry->d_name, &one))
			continue;
		all = array_grow(all, n, &cap, sizeof *all);
		all[n++] = one;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(all, n, sizeof *all, segment_name_cmp);
	*out = all;
	*out_n = n;
	return OK;
}

char *segment_path(const char *dir, const struct segment_name *s)
{
	char text[SEGMENT_NAME_MAX];

	return path_join(dir, segment_name_text(s, text));
}

bool segment_record_is(const struct segment_name *s, uint64_t index, const struct record *r)
{
	if (index == 0)
		return r->type == RECORD_SEGMENT && r->head.first_seq == s->first_seq &&
		       r->head.epoch == s->epoch && r->head.node_id == s->node_id;
	return r->type != RECORD_SEGMENT && r->seq == s->first_seq + index - 1;
}

uint64_t segment_prev_seq(const char *dir, const struct segment_name *s)
{
	uint64_t prev = s->first_seq - 1;
	char *path = segment_path(dir, s);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t bytes[RECORD_BYTES];
	struct record head;

	if (fd >= 0) {
		if (pread(fd, bytes, sizeof bytes, 0) == sizeof bytes &&
			record_decode(bytes, &head) && segment_record_is(s, 0, &head))
			prev = head.head.prev_seq;
		close(fd);
	}
	free(path);
	return prev;
}

enum err err_from_errno(int e)
{
	return e == ENOSPC || e == EDQUOT || e == EFBIG ? ERR_FULL : ERR_IO;
}
