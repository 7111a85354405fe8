#!/usr/bin/env python3
"""embed_migrations.py OUT.c NNNN_name.sql...: the migrations as a C table, checked to be 1, 2, 3 ...

Each has a line "-- min_reader: N": the oldest program that may use the tables afterwards knows version N.
"""
import os
import re
import sys


def c_lines(text):
    for line in text.splitlines():
        line = line.split('--')[0].rstrip()
        if line:
            yield '\t\t"%s\\n"' % line.replace('\\', '\\\\').replace('"', '\\"').replace('\t', '\\t')


def main(out_path, *paths):
    out = ['/* Made by tools/embed_migrations.py; not to be edited. */',
           '#include "store/migrate_priv.h"', '', 'const struct migration migrations[] = {']
    for want, path in enumerate(sorted(paths, key=os.path.basename), 1):
        name = os.path.basename(path)
        if int(name[:4]) != want:
            sys.exit('%s: its number should be %04d' % (path, want))
        with open(path, encoding='utf-8') as f:
            text = f.read()
        reader = re.search(r'^-- min_reader: (\d+)$', text, re.MULTILINE)
        if not reader or not 1 <= int(reader[1]) <= want:
            sys.exit('%s: needs a line "-- min_reader: N", N from 1 to %d' % (path, want))
        out += ['\t{%d, "%s", %s,' % (want, name, reader[1]), *c_lines(text), '\t},']
    out += ['};', 'const unsigned migrations_count = %d;' % len(paths), '']
    with open(out_path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(out))


main(*sys.argv[1:])
