"""Makes a C table of text files: embed_texts.py OUT FILE... (part of the build)."""
import pathlib
import sys


def c_string(text):
    lines = text.replace("\\", "\\\\").replace('"', '\\"').split("\n")
    return "\n".join(f'\t\t"{line}\\n"' for line in lines[:-1])


out, files = sys.argv[1], sorted(sys.argv[2:])
rows = []
for file in map(pathlib.Path, files):
    text = file.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        sys.exit(f"{file}: the last line has no end")
    rows.append(f'\t{{"{file.stem}",\n{c_string(text)}}},\n')
pathlib.Path(out).write_text(
    '#include "cli/help_texts.h"\n\nconst struct help_text help_texts[] = {\n'
    + "".join(rows) + "\t{NULL, NULL},\n};\n", encoding="utf-8")
