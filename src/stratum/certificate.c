/* certificate.c -- see certificate.h. */
#include "stratum/certificate.h"

#include "base/clock.h"
#include "base/log.h"
#include "io/tls.h"

enum { DAY_MS = 86400000, WARN_DAYS = 14 };

static const struct logger lg = {"stratum", "tls"};

void certificate_tell_end(struct tls *tls, const char *file)
{
	int64_t left_ms;

	if (!tls)
		return;
	left_ms = tls_expires_ms(tls) - clock_wall_ms();
	if (left_ms <= 0)
		log_broken(&lg, "certificate_expired", "file=\"%s\"", file);
	else if (left_ms < (int64_t)WARN_DAYS * DAY_MS)
		log_odd(&lg, "certificate_expires", "file=\"%s\" days=%lld", file,
			(long long)(left_ms / DAY_MS));
}

void certificate_renew(struct tls *tls, const char *file, bool is_forced)
{
	struct why why = {""};
	bool is_new;

	if (!tls)
		return;
	if (tls_reload(tls, is_forced, &is_new, &why) != OK) {
		log_broken(&lg, "certificate_unusable",
			"reason=\"%s\" text=\"the old one stays in use\"", why.text);
	} else if (is_new) {
		log_info(&lg, "certificate_loaded", "file=\"%s\"", file);
		certificate_tell_end(tls, file);
	}
}
