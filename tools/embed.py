#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts files into the binary: writes a C file with the tables of src/embed/embed.h.

    embed.py --root SOURCE --packed DIR --output FILE.c [--depfile FILE.d]

The bytes come in by the assembler's .incbin inside a C file: no compiler has to read megabytes of
numbers, gcc and clang both know it, and the object keeps the notes that control-flow protection
needs, which a bare .S file would lose. Packed variants are written once into --packed; they hold
no time, so the same input gives the same binary. What is missing is an empty table.
"""
import argparse
import gzip
import pathlib

TYPES = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.ico': 'image/x-icon',
    '.jpg': 'image/jpeg',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.png': 'image/png',
    '.scn': 'text/plain; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.tsv': 'text/tab-separated-values; charset=utf-8',
    '.txt': 'text/plain; charset=utf-8',
    '.webmanifest': 'application/manifest+json',
    '.woff2': 'font/woff2',
    '.yaml': 'application/yaml',
}
ALREADY_PACKED = {'.jpg', '.png', '.woff2'}
WORTH = 0.9                           # a packed variant that saves less is not kept


def web_files(root):
    """Path as the browser asks for it -> file; nothing until the application has been built."""
    dist = root / 'web' / 'dist'
    if not (dist / 'index.html').is_file():
        return {}
    return {'/' + p.relative_to(dist).as_posix(): p for p in dist.rglob('*')
            if p.is_file() and p.suffix != '.map' and not p.name.startswith('.')}


def policy_files(root):
    base = root / 'policies'
    return {p.relative_to(base).as_posix(): p for p in base.glob('*/*.yaml')}


def scenario_files(root):
    base = root / 'policies'
    return {p.relative_to(base).as_posix(): p for p in base.glob('*/scenarios/*.scn')}


def accepted_files(root):
    base = root / 'policies'
    return {p.relative_to(base).as_posix(): p for p in base.glob('*/mutants.tsv')}


def data_files(root):
    found = {p.name: p for p in [root / 'data' / 'china-holidays.tsv',
                                 root / 'docs' / 'requirements.tsv'] if p.is_file()}
    base = root / 'policies'
    found.update({p.relative_to(base).as_posix(): p for p in base.glob('*/coverage.tsv')})
    return found


def folders(root):
    """Their times change when a file comes or goes, so the build looks again."""
    found = [root / 'web', root / 'policies', *(root / 'policies').glob('*/'),
             *(root / 'policies').glob('*/scenarios/')]
    dist = root / 'web' / 'dist'
    found += [dist, *(p for p in dist.rglob('*') if p.is_dir())]
    return [p for p in found if p.is_dir()]


def assembler_string(path):
    text = str(path)
    if any(c in text for c in '"\\\n'):
        raise SystemExit(f'embed.py: error: {text}: embedded files have no quotes in their names')
    return text


class Writer:
    def __init__(self, packed):
        self.packed, self.lines, self.count = packed, [], 0

    def blob(self, path):
        """Declares the bytes of a file and gives the C name of their first one."""
        name, self.count = f'embed_{self.count}', self.count + 1
        self.lines += [f'__asm__(".section .rodata\\n.balign 16\\n{name}:\\n'
                       f'.incbin \\"{assembler_string(path)}\\"\\n.byte 0\\n.previous\\n");',
                       f'extern const unsigned char {name}[] '
                       '__attribute__((visibility("hidden")));']
        return name

    def pack(self, path):
        if path.suffix in ALREADY_PACKED:
            return None
        plain = path.read_bytes()
        small = gzip.compress(plain, compresslevel=9, mtime=0)
        if len(small) > WORTH * len(plain):
            return None
        self.packed.mkdir(parents=True, exist_ok=True)
        target = self.packed / f'{self.count}.gz'
        target.write_bytes(small)
        return target

    def table(self, name, files, pack):
        rows = []
        for key, path in sorted(files.items(), key=lambda item: item[0].encode()):
            if path.suffix not in TYPES:
                raise SystemExit(f'embed.py: error: {path}: no media type is known for '
                                 f'"{path.suffix}"; add it to TYPES')
            size, bytes_name = path.stat().st_size, self.blob(path)
            small = self.pack(path) if pack else None
            gzip_name = self.blob(small) if small else 'NULL'
            gzip_size = small.stat().st_size if small else 0
            rows.append(f'    {{"{assembler_string(key)}", {bytes_name}, {size}, {gzip_name}, '
                        f'{gzip_size}, "{TYPES[path.suffix]}"}},')
        self.lines += [f'const struct embedded {name}[] = {{',
                       *(rows or ['    {NULL, NULL, 0, NULL, 0, NULL},']), '};',
                       f'const size_t {name}_n = {len(rows)};', '']


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--root', type=pathlib.Path, required=True)
    parser.add_argument('--packed', type=pathlib.Path, required=True)
    parser.add_argument('--output', type=pathlib.Path, required=True)
    parser.add_argument('--depfile', type=pathlib.Path)
    args = parser.parse_args()
    root = args.root.resolve()
    tables = [('embedded_web', web_files(root), True),
              ('embedded_policies', policy_files(root), False),
              ('embedded_scenarios', scenario_files(root), False),
              ('embedded_accepted', accepted_files(root), False),
              ('embedded_data', data_files(root), False)]
    writer = Writer(args.packed.resolve())
    writer.lines += ['/* Generated by tools/embed.py. Do not edit. */',
                     '#include "embed/embed.h"', '']
    for name, files, pack in tables:
        writer.table(name, files, pack)
    args.output.write_text('\n'.join(writer.lines))
    if args.depfile:
        inputs = [*folders(root), *(p for _, files, _ in tables for p in files.values())]
        names = ' '.join(str(p).replace(' ', '\\ ') for p in inputs)
        args.depfile.write_text(f'{args.output}: {names}\n')


if __name__ == '__main__':
    main()
