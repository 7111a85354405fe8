/* mail.c -- see mail.h. Whatever is not plain ASCII travels as base64. */
#include "notify/mail.h"

#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/mem.h"

#define LINE_BYTES  57 /* 76 letters */
#define WORD_BYTES  42 /* of UTF-8 in an encoded word: 75 letters with what is around it */
#define ADDRESS_MAX 190

static void add_base64(struct buf *out, const char *text, size_t len)
{
	char *letters = mem_alloc(BASE64_TEXT_MAX(len));

	base64_encode(letters, (const uint8_t *)text, len);
	buf_add_str(out, letters);
	free(letters);
}

/* So many bytes of text, not cutting a character in two. */
static size_t take_whole(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void add_subject(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	buf_add_str(out, "Subject:");
	while (len > 0) {
		size_t n = take_whole(text, len, WORD_BYTES);

		buf_add_str(out, " =?UTF-8?B?");
		add_base64(out, text, n);
		buf_add_str(out, "?=\r\n");
		text += n;
		len -= n;
	}
}

static void add_body(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i += LINE_BYTES) {
		add_base64(out, text + i, len - i < LINE_BYTES ? len - i : LINE_BYTES);
		buf_add_str(out, "\r\n");
	}
}

static void add_date(struct buf *out, int64_t time_ms)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = time_ms / 1000;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
		months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void mail_write(const struct mail *mail, struct buf *out)
{
	const char *host = strrchr(mail->from, '@');

	buf_printf(out, "From: %s\r\nTo: %s\r\n", mail->from, mail->to);
	add_subject(out, mail->subject);
	add_date(out, mail->time_ms);
	buf_printf(out, "Message-ID: <%lld.%lld%s>\r\n", (long long)mail->id,
		(long long)mail->time_ms, host ? host : "@localhost");
	buf_add_str(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
			 "Content-Type: text/plain; charset=utf-8\r\n"
			 "Content-Transfer-Encoding: base64\r\n\r\n");
	add_body(out, mail->body);
}

bool mail_is_address(const char *text)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~.@";
	const char *at = strchr(text, '@');
	size_t len = strlen(text);

	if (!at || at == text || strchr(at + 1, '@') || !strchr(at + 1, '.') || len > ADDRESS_MAX)
		return false;
	for (const char *c = text; *c; c++) {
		bool is_plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
				(*c >= 'A' && *c <= 'Z');

		if (!is_plain && !strchr(others, *c))
			return false;
	}
	return at[1] != '.' && text[len - 1] != '.' && !strstr(text, "..");
}
