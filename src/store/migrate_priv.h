/* migrate_priv.h -- the migrations of src/store/migrate/, built in by tools/embed_migrations.py. */
#ifndef STORE_MIGRATE_PRIV_H
#define STORE_MIGRATE_PRIV_H

struct migration {
	unsigned version;    /* 1, 2, 3 … */
	const char *name;    /* of the file */
	unsigned min_reader; /* the oldest program that may use the tables afterwards knows this
				version */
	const char *sql;     /* statements, each ended by a semicolon */
};

extern const struct migration migrations[];
extern const unsigned migrations_count;

#endif
