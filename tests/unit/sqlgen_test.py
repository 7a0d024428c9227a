#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dialect that tools/sqlgen.py enforces: each mistake is refused at its line, in words."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SQLGEN = pathlib.Path(__file__).resolve().parents[2] / 'tools' / 'sqlgen.py'
SCHEMA = '''-- class: log
CREATE TABLE a (
  id BIGINT NOT NULL PRIMARY KEY,
  t TEXT NOT NULL,
  n BIGINT
);
-- class: work
CREATE TABLE b (a BIGINT NOT NULL, x BIGINT NOT NULL, PRIMARY KEY (a, x));
'''
ROWS = '-- row: r from a\n-- row: two (i64 x, i64? y)\n'

# result and statement that are right: a rule that refuses too much is a mistake as well.
RIGHT = [
    ('() -> many r', "SELECT @r FROM a WHERE t <> 'like; -- now()' ORDER BY id"),
    ('(i64 x) -> many r',
     'SELECT @r:z\nFROM a AS z\nWHERE n = $1 OR id = $1 ORDER BY z.n NULLS LAST'),
    ('() -> one (i64 c)', 'SELECT COUNT(*) FROM a'),
    ('() -> one (i64? c)', 'SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM a'),
    ('() -> one two', 'SELECT b.x, a.n FROM b JOIN a ON a.id = b.a ORDER BY b.x LIMIT 1'),
    ('(i64? x) -> put', 'UPDATE a SET n = $1 WHERE n IS NOT NULL'),
    ('(i64 x,\n--  text y) -> put one', 'UPDATE a SET n = $1\nWHERE t = $2'),
    ('(@r) -> put', 'INSERT INTO a (@r) VALUES ($@r) ON CONFLICT (id) DO UPDATE SET @r=excluded'),
    ('(i64 i) -> each two',
     'WITH c AS (SELECT x FROM b WHERE a = $1) SELECT x, x FROM c ORDER BY x'),
]

# result, statement, line (the header is line 1), a part of the message.
WRONG = [
    ('() -> one r', "SELECT @r FROM a WHERE t LIKE 'x'", 2, 'LIKE is not allowed'),
    ('() -> one r', 'SELECT @r\nFROM a\nWHERE upper(t) = t', 4, 'UPPER is not allowed'),
    ('() -> put', 'UPDATE a SET n = now()', 2, 'time is a parameter'),
    ('() -> put', 'UPDATE a SET n = CURRENT_TIMESTAMP', 2, 'time is a parameter'),
    ('() -> one r', 'SELECT @r FROM a FOR UPDATE', 2, 'no row locks'),
    ('() -> one (i64 x)', 'SELECT id::bigint FROM a', 2, 'CAST(x AS TYPE)'),
    ('() -> put', 'DELETE FROM a RETURNING id', 2, 'a put has no answer'),
    ('() -> one (i64 x)', 'SELECT CAST(id AS REAL) FROM a', 2, 'BIGINT, TEXT'),
    ('() -> one (i64 x)', 'SELECT CAST(id AS VARCHAR) FROM a', 2, 'BIGINT, TEXT'),
    ('() -> one (i64 x)', 'SELECT SUM(n) FROM a', 2, 'SUM must stand inside'),
    ('() -> one (i64 x)', 'SELECT AVG(n) FROM a', 2, 'AVG is not allowed'),
    ('() -> one r', 'SELECT * FROM a', 2, '"*" is not allowed'),
    ('() -> one r', 'SELECT a.* FROM a', 2, '"*" is not allowed'),
    ('() -> put', 'INSERT OR IGNORE INTO a (id, t) VALUES (1, 2)', 2, 'ON CONFLICT'),
    ('() -> one r', "SELECT @r FROM a WHERE t IS 'x'", 2, 'IS compares with NULL only'),
    ('() -> one r', 'SELECT @r FROM a WHERE id == 1', 2, 'write ='),
    ('() -> one r', 'SELECT @r FROM a WHERE "id" = 1', 2, 'not part of the dialect'),
    ('() -> one r', 'SELECT @r FROM a WHERE id = ?', 2, 'not part of the dialect'),
    ('() -> many r', 'SELECT @r FROM a\nORDER BY n', 3, 'NULLS FIRST or NULLS LAST'),
    ('() -> many r', 'SELECT @r FROM a ORDER BY id, a.n DESC', 2, 'NULLS FIRST or NULLS LAST'),
    ('() -> many (i64 x)', 'SELECT a.id FROM a LEFT JOIN b ON b.a = a.id ORDER BY b.x', 2, 'NULLS'),
    ('() -> many r', 'SELECT @r FROM a', 1, 'needs an ORDER BY'),
    ('() -> each r', 'SELECT @r FROM a', 1, 'needs an ORDER BY'),
    ('(i64 x, i64 y) -> one r', 'SELECT @r FROM a WHERE id = $2 AND n = $1', 2, 'ascending order'),
    ('(i64 x) -> one r', 'SELECT @r FROM a', 1, '1 parameters are declared'),
    ('() -> one r', 'SELECT @r FROM a WHERE id = $1', 1, '0 parameters are declared'),
    ('() -> put', 'SELECT 1', 1, 'a put must be INSERT'),
    ('() -> one r', 'DELETE FROM a', 1, 'must be SELECT or WITH'),
    ('() -> one r', 'SELECT id, t FROM a', 2, '2 columns are selected'),
    ('() -> one two', 'SELECT t, n FROM a', 2, 't is text'),
    ('() -> one (i64 x)', 'SELECT n FROM a', 2, 'n is i64?'),
    ('() -> one none', 'SELECT @r FROM a', 1, 'there is no row "none"'),
    ('() -> one r', 'SELECT @none FROM a', 2, 'there is no row "none"'),
    ('(@none) -> put', 'INSERT INTO a (@r) VALUES ($@r)', 1, 'there is no such row'),
    ('() -> put', 'INSERT INTO a (@r) VALUES ($@r)', 2, 'is not a parameter'),
    ('(i32 x) -> put', 'UPDATE a SET n = $1', 1, 'expected "i64|text|blob[?] name"'),
    ('(i64 db) -> put', 'UPDATE a SET n = $1', 1, 'cannot be a name'),
    ('(i64 x, text x) -> put', 'UPDATE a SET n = $1, t = $2', 1, 'stands twice'),
    ('() -> some r', 'SELECT @r FROM a', 1, 'expected "-- name: QUERY'),
    ('() -> put', 'DELETE FROM a; DELETE FROM b', 1, 'more than one statement'),
]

WRONG_SCHEMAS = [
    ('CREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY);', 1, 'needs "-- class:'),
    ('-- class: secret\nCREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY);', 2, 'needs "-- class:'),
    ('-- class: log\nCREATE TABLE a (\n  id SERIAL NOT NULL PRIMARY KEY);', 3, 'expected BIGINT'),
    ('-- class: log\nCREATE TABLE a (id BIGINT NOT NULL);', 2, 'the primary key must be'),
    ('-- class: log\nCREATE TABLE a (t TEXT NOT NULL, id BIGINT NOT NULL PRIMARY KEY);', 2,
     'the primary key must be'),
    ('-- class: log\nCREATE TABLE a (id BIGINT, PRIMARY KEY (id));', 2, 'may be NULL'),
    ('-- class: log\nCREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY, n BIGINT DEFAULT 1);', 2,
     'expected NOT NULL'),
    ('-- class: log\nCREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY, case TEXT);', 2, 'in C'),
    (SCHEMA + 'CREATE INDEX i ON a (nothing);', 9, 'has no column "nothing"'),
    (SCHEMA + 'CREATE TRIGGER x;', 9, 'expected CREATE TABLE or CREATE INDEX'),
    (SCHEMA + 'CREATE INDEX i ON a (t)', 9, 'no ";"'),
]


def check(schema, queries):
    """Exit code and message of sqlgen over these texts."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / 'queries').mkdir()
        (root / 'schema.sql').write_text(schema)
        (root / 'queries' / 'q.sql').write_text(queries)
        done = subprocess.run([sys.executable, '-B', SQLGEN, '--schema', root / 'schema.sql',
                               '--queries', root / 'queries', '--check'],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


class Dialect(unittest.TestCase):
    def test_right_statements_pass(self):
        for result, statement in RIGHT:
            with self.subTest(statement=statement):
                done = check(SCHEMA, f'{ROWS}-- name: q {result}\n{statement};\n')
                self.assertEqual(done, (0, ''))

    def test_wrong_statements_are_refused_at_their_line(self):
        before = ROWS.count('\n')
        for result, statement, line, message in WRONG:
            with self.subTest(statement=statement):
                code, text = check(SCHEMA, f'{ROWS}-- name: q {result}\n{statement};\n')
                self.assertEqual(code, 1, text)
                self.assertIn(f'q.sql:{line + before}: error:', text)
                self.assertIn(message, text)

    def test_wrong_schemas_are_refused_at_their_line(self):
        for schema, line, message in WRONG_SCHEMAS:
            with self.subTest(schema=schema):
                code, text = check(schema, '')
                self.assertEqual(code, 1, text)
                self.assertIn(f'schema.sql:{line}: error:', text)
                self.assertIn(message, text)

    def test_file_mistakes(self):
        for text, line, message in [
                ('SELECT 1;\n', 1, 'needs a "-- name:" header'),
                ('-- name: q () -> put\n', 1, 'no statement'),
                ('-- name: q () -> put\n-- name: p () -> put\nDELETE FROM a;\n', 1, 'no statement'),
                ('-- row: r from nowhere\n', 1, 'there is no table'),
                ('-- row: r from a\n-- row: r from a\n', 2, 'stands twice'),
                ('-- name: q () -> put\nDELETE FROM a;\n-- name: q () -> put\nDELETE FROM a;\n', 3,
                 'stands twice')]:
            with self.subTest(text=text):
                code, error = check(SCHEMA, text)
                self.assertEqual(code, 1, error)
                self.assertIn(f'q.sql:{line}: error:', error)
                self.assertIn(message, error)


if __name__ == '__main__':
    unittest.main()
