#!/usr/bin/env python3
"""embed_migrations.py OUT.c NNNN_name.sql...: the migrations as a C table, checked to be 1, 2, 3 ..."""
import os
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
            out += ['\t{%d, "%s",' % (want, name), *c_lines(f.read()), '\t},']
    out += ['};', 'const unsigned migrations_count = %d;' % len(paths), '']
    with open(out_path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(out))


main(*sys.argv[1:])
