# SPDX-License-Identifier: Apache-2.0
"""Reads sql/schema.sql and sql/queries/*.sql and holds them to the dialect that runs the same on
SQLite and PostgreSQL. The form of a query file is described in sqlgen.py."""
import re

SQL_TYPES = {'BIGINT': 'i64', 'TEXT': 'text', 'BLOB': 'blob'}
CLASSES = {'log', 'kept', 'derived', 'work'}
MAX_VALUES = 64                      # parameters or columns of one statement: STORE_VALUES_MAX

C_WORDS = set('''auto break case char const continue default do double else enum extern float for
    goto if inline int long register restrict return short signed sizeof static struct switch
    typedef union unsigned void volatile while bool true false str'''.split())
PARAM_WORDS = C_WORDS | set('db arena out out_n fn ctx e params found'.split())

# Words whose meaning or existence differs between the engines, and what to write instead.
FORBIDDEN = {word: why for words, why in [
    ('LIKE ILIKE GLOB REGEXP SIMILAR', 'matching differs between engines: compare ranges'),
    ('UPPER LOWER INITCAP', 'case mapping differs between engines: map in C'),
    ('NOW CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP STRFTIME DATETIME '
     'JULIANDAY INTERVAL EXTRACT', 'time is a parameter'),
    ('FOR', 'no row locks: exactly one connection writes'),
    ('RETURNING', 'a put has no answer: read before, in the same transaction'),
    ('REAL DOUBLE FLOAT NUMERIC DECIMAL BOOLEAN BOOL SERIAL BIGSERIAL JSON JSONB VARCHAR CHAR '
     'INTEGER INT SMALLINT BYTEA', 'the types are BIGINT, TEXT and BLOB'),
    ('TRUE FALSE', 'flags are 0 or 1'),
    ('AVG TOTAL', 'its type differs between engines: read the sum and the count'),
    ('GREATEST LEAST IFNULL NVL GROUP_CONCAT STRING_AGG RANDOM ROWID CTID PRAGMA TRUNCATE '
     'COLLATE STRICT', 'it does not exist on both engines'),
] for word in words.split()}


class Problem(Exception):
    """A mistake in an input file: where and what."""

    def __init__(self, place, text):
        super().__init__(f'{place}: error: {text}')


# ---- tokens -------------------------------------------------------------------------------------

TOKEN = re.compile(r'''(?P<blank>\s+)|(?P<comment>--[^\n]*)|(?P<string>'(?:[^']|'')*')
    |(?P<number>\d+)|(?P<allparams>\$@[a-z][a-z0-9_]*)|(?P<param>\$\d+)
    |(?P<row>@[a-z][a-z0-9_]*(?::[a-z][a-z0-9_]*|=excluded)?)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>::|\|\||<=|>=|<>|!=|==|[-+*/%(),.;=<>])''', re.X)


class Token:
    """kind, text, file:line place, whether a blank stood before it, depth of brackets."""

    def __init__(self, kind, text, place, blank, depth):
        self.kind, self.text, self.place, self.blank, self.depth = kind, text, place, blank, depth
        self.upper = text.upper() if kind == 'word' else ''


def tokens_of(text, path, line=1):
    found, at, blank, depth = [], 0, False, 0
    while at < len(text):
        match = TOKEN.match(text, at)
        place = f'{path}:{line}'
        if not match:
            raise Problem(place, f'"{text[at]}" is not part of the dialect')
        kind, piece = match.lastgroup, match.group()
        if kind in ('blank', 'comment'):
            blank = True
        else:
            if piece == ')':
                depth -= 1
            found.append(Token(kind, piece, place, blank, depth))
            if piece == '(':
                depth += 1
            blank = False
        line += piece.count('\n')
        at = match.end()
    return found


def text_of(tokens):
    return ''.join((' ' if t.blank and i else '') + t.text for i, t in enumerate(tokens))


def split_commas(tokens):
    """Groups of tokens between the commas of the outermost level."""
    groups, depth = [[]], tokens[0].depth if tokens else 0
    for t in tokens:
        if t.text == ',' and t.depth == depth:
            groups.append([])
        else:
            groups[-1].append(t)
    return groups


# ---- the schema ---------------------------------------------------------------------------------

class Column:
    def __init__(self, name, kind, nullable):
        self.name, self.kind, self.nullable = name, kind, nullable


class Table:
    def __init__(self, name, table_class, columns, key):
        self.name, self.table_class, self.columns, self.key = name, table_class, columns, key

    def column(self, name):
        return next((c for c in self.columns if c.name == name), None)

    def ddl(self, types, suffix):
        columns = [f'{c.name} {types[c.kind]}{"" if c.nullable else " NOT NULL"}'
                   for c in self.columns]
        if len(self.key) == 1:       # the column form makes an integer key SQLite's rowid
            columns[0] += ' PRIMARY KEY'
        else:
            columns.append(f'PRIMARY KEY ({", ".join(self.key)})')
        return f'CREATE TABLE {self.name} ({", ".join(columns)}){suffix}'


def words_of(tokens):
    return [t.upper if t.kind == 'word' else t.text for t in tokens]


def parse_column(tokens, key):
    name, words = tokens[0], words_of(tokens)
    if words[:2] == ['PRIMARY', 'KEY']:
        key += [t.text for t in tokens[2:] if t.kind == 'word']
        return None
    if len(words) < 2 or words[1] not in SQL_TYPES:
        raise Problem(name.place, f'column "{name.text}": expected BIGINT, TEXT or BLOB')
    rest = ' '.join(words[2:])
    if rest not in ('', 'NOT NULL', 'NOT NULL PRIMARY KEY'):
        raise Problem(name.place, f'column "{name.text}": expected NOT NULL [PRIMARY KEY], not '
                                  f'"{rest}"')
    if name.text in C_WORDS or name.text != name.text.lower():
        raise Problem(name.place, f'"{name.text}" cannot be a field name in C')
    if rest.endswith('KEY'):
        key.append(name.text)
    return Column(name.text, SQL_TYPES[words[1]], not rest)


def parse_table(tokens, table_class):
    place, name = tokens[0].place, tokens[2].text
    if table_class not in CLASSES:
        raise Problem(place, f'table {name} needs "-- class: log|kept|derived|work" before it')
    if tokens[3].text != '(' or tokens[-1].text != ')':
        raise Problem(place, f'table {name}: expected ( columns )')
    key = []
    columns = [c for c in (parse_column(g, key) for g in split_commas(tokens[4:-1])) if c]
    names = [c.name for c in columns]
    if len(set(names)) != len(names):
        raise Problem(place, f'table {name} has a column twice')
    if not key or names[:len(key)] != key:
        raise Problem(place, f'table {name}: the primary key must be its first columns, in order')
    if any(c.nullable for c in columns[:len(key)]) or len(columns) > MAX_VALUES:
        raise Problem(place, f'table {name}: a key column may be NULL, or there are more than '
                             f'{MAX_VALUES} columns')
    return Table(name, table_class, columns, key)


def parse_index(tokens, tables):
    words = words_of(tokens)
    at = words.index('ON') if 'ON' in words else 0
    table = tables.get(tokens[at + 1].text) if at else None
    if not table or words[at + 2] != '(' or words[-1] != ')':
        raise Problem(tokens[0].place, 'expected CREATE [UNIQUE] INDEX name ON table (columns)')
    for t in tokens[at + 3:-1]:
        if t.kind == 'word' and t.upper != 'DESC' and not table.column(t.text):
            raise Problem(t.place, f'table {table.name} has no column "{t.text}"')


def parse_schema(path):
    """The tables by name in file order, and the index statements."""
    text, tables, indexes, statement, first = path.read_text(), {}, [], [], None
    classes = {i: m.group(1) for i, line in enumerate(text.split('\n'), 1)
               if (m := re.match(r'-- class:\s*(\w+)\s*$', line))}
    for t in tokens_of(text, path):
        if t.text != ';':
            statement.append(t)
            continue
        line, first = int(statement[0].place.rsplit(':', 1)[1]), words_of(statement[:3])
        if first[:2] == ['CREATE', 'TABLE']:
            table = parse_table(statement, classes.get(line - 1))
            if table.name in tables:
                raise Problem(statement[0].place, f'table {table.name} stands twice')
            tables[table.name] = table
        elif first[:2] == ['CREATE', 'INDEX'] or first == ['CREATE', 'UNIQUE', 'INDEX']:
            parse_index(statement, tables)
            indexes.append(text_of(statement))
        else:
            raise Problem(statement[0].place, 'expected CREATE TABLE or CREATE INDEX')
        statement = []
    if statement:
        raise Problem(statement[0].place, 'the last statement has no ";"')
    return tables, indexes


# ---- queries ------------------------------------------------------------------------------------

class Row:
    def __init__(self, name, columns, table=None):
        self.name, self.columns, self.table = name, columns, table
        self.whole = self.each = False   # read by one or many; read by each


class Query:
    """params: (Column, None) or (None, Row) in order of the C function."""

    def __init__(self, name, place, params, result, row):
        self.name, self.place, self.params, self.result, self.row = name, place, params, result, row
        self.sql, self.sql_pg = '', None

    def values(self):
        """The flat list of $n: (column, C expression)."""
        flat = []
        for column, row in self.params:
            for c in (row.columns if row else [column]):
                flat.append((c, f'{row.name}->{c.name}' if row else c.name, row is not None))
        return flat


def parse_fields(text, place, banned):
    columns = []
    for part in filter(None, (p.strip() for p in text.split(','))):
        match = re.fullmatch(r'(i64|text|blob)(\??)\s+([a-z][a-z0-9_]*)', part)
        if not match:
            raise Problem(place, f'expected "i64|text|blob[?] name", not "{part}"')
        kind, nullable, name = match.groups()
        if name in banned:
            raise Problem(place, f'"{name}" cannot be a name here: the C function uses it')
        columns.append(Column(name, kind, bool(nullable)))
    if len({c.name for c in columns}) != len(columns) or len(columns) > MAX_VALUES:
        raise Problem(place, f'a name stands twice, or there are more than {MAX_VALUES}')
    return columns


HEADER = re.compile(r'--\s*(row|name):')
ENDS = re.compile(r';\s*(--.*)?$')


class Reader:
    """Reads the query files one after the other into rows and queries."""

    def __init__(self, tables):
        self.tables, self.rows, self.queries, self.waiting = tables, {}, {}, []

    def add_row(self, name, columns, place, table=None):
        if name in self.rows:
            raise Problem(place, f'row "{name}" stands twice')
        self.rows[name] = Row(name, columns, table)
        return self.rows[name]

    def row_header(self, text, place):
        if match := re.fullmatch(r'([a-z]\w*) from ([a-z]\w*)', text):
            table = self.tables.get(match.group(2))
            if not table:
                raise Problem(place, f'there is no table "{match.group(2)}"')
            self.add_row(match.group(1), table.columns, place, table)
        elif match := re.fullmatch(r'([a-z]\w*)\s*\((.+)\)', text):
            self.add_row(match.group(1), parse_fields(match.group(2), place, C_WORDS), place)
        else:
            raise Problem(place, 'expected "-- row: NAME from TABLE" or '
                                 '"-- row: NAME (i64 a, ...)"')

    def name_header(self, text, place):
        match = re.fullmatch(r'([a-z]\w*)\s*\(([^)]*)\)\s*->\s*'
                             r'(put one|put|(one|many|each)\s+(.+))', text)
        if not match:
            raise Problem(place, 'expected "-- name: QUERY (i64 a, ...) -> put | put one | one ROW '
                                 '| many ROW | each ROW"')
        name, params, result, reading, row = match.groups()
        if name in self.queries:
            raise Problem(place, f'query "{name}" stands twice')
        self.queries[name] = query = Query(name, place, params, reading or result, row)
        return query

    def read(self, path):
        lines, at = path.read_text().split('\n'), 0
        while at < len(lines):
            place, line = f'{path}:{at + 1}', lines[at]
            match = re.match(r'--\s*(row|name):\s*(.*)$', line)
            at += 1
            if not match:
                if line.strip() and not line.startswith('--'):
                    raise Problem(place, 'a statement needs a "-- name:" header')
                continue
            text = match.group(2).strip()
            while text.count('(') > text.count(')') and at < len(lines) and lines[at][:2] == '--':
                text += ' ' + lines[at][2:].strip()
                at += 1
            if match.group(1) == 'row':
                self.row_header(text, place)
                continue
            query, start = self.name_header(text, place), at
            while at < len(lines) and not HEADER.match(lines[at]) and not ENDS.search(lines[at]):
                at += 1
            if at == len(lines) or HEADER.match(lines[at]):
                raise Problem(place, f'query "{query.name}" has no statement that ends in ";"')
            at += 1
            self.waiting.append((query, '\n'.join(lines[start:at]), path, start + 1))

    def finish(self):
        """Links headers to rows once all files are read, then checks and expands the text."""
        for query, body, path, line in self.waiting:
            self.link(query)
            statement = tokens_of(body, path, line)[:-1]
            if any(t.text == ';' for t in statement):
                raise Problem(query.place, f'query "{query.name}" holds more than one statement')
            Check(self, query, statement).run()

    def link(self, query):
        params = []
        for part in filter(None, (p.strip() for p in query.params.split(','))):
            if part.startswith('@'):
                row = self.rows.get(part[1:])
                if not row or row.name in PARAM_WORDS:
                    raise Problem(query.place, f'"{part}": there is no such row')
                params.append((None, row))
            else:
                params.append((parse_fields(part, query.place, PARAM_WORDS)[0], None))
        names = [row.name if row else column.name for column, row in params]
        query.params = params
        if len(set(names)) != len(names) or len(query.values()) > MAX_VALUES:
            raise Problem(query.place, f'a parameter stands twice, or over {MAX_VALUES} of them')
        if not query.row:
            return
        if query.row.startswith('('):
            columns = parse_fields(query.row.strip('()'), query.place, C_WORDS)
            query.row = self.add_row(query.name, columns, query.place)
        elif query.row in self.rows:
            query.row = self.rows[query.row]
        else:
            raise Problem(query.place, f'there is no row "{query.row}"')
        query.row.each |= query.result == 'each'
        query.row.whole |= query.result != 'each'


class Check:
    """Holds one statement to the dialect and expands it into query.sql and query.sql_pg."""

    def __init__(self, reader, query, statement):
        self.rows, self.tables = reader.rows, reader.tables
        self.query, self.tokens = query, statement
        self.words = []
        self.aliases = {}            # alias or table name -> (table, joined by LEFT)

    def run(self):
        query = self.query
        self.expand()
        self.words = words_of(self.tokens)
        self.check_words()
        self.check_params()
        self.find_tables()
        self.check_order()
        verb = self.words[0]
        if query.result.startswith('put'):
            if verb not in ('INSERT', 'UPDATE', 'DELETE'):
                raise Problem(query.place, f'a put must be INSERT, UPDATE or DELETE, not {verb}')
        elif verb not in ('SELECT', 'WITH'):
            raise Problem(query.place, f'a reading query must be SELECT or WITH, not {verb}')
        else:
            self.check_select()
        query.sql = text_of(self.tokens)
        if query.result == 'put one':
            # The count is checked by the server itself, so that COMMIT can follow in one flight:
            # anything but one row divides by zero, which store_pg.c reports as CONFLICT.
            query.sql_pg = (f'WITH changed AS ({query.sql} RETURNING 1) SELECT 1 / '
                            'CASE WHEN COUNT(*) = 1 THEN 1 ELSE 0 END FROM changed')

    def expand(self):
        done = []
        for t in self.tokens:
            if t.kind not in ('row', 'allparams'):
                done.append(t)
                continue
            name, _, alias = t.text.lstrip('$@').replace('=', ':').partition(':')
            row = self.rows.get(name)
            if not row:
                raise Problem(t.place, f'"{t.text}": there is no row "{name}"')
            if t.kind == 'allparams':
                pieces = self.numbers(row, t)
            elif t.text.endswith('=excluded'):
                key = row.table.key if row.table else []
                pieces = [f'{c.name} = excluded.{c.name}' for c in row.columns if c.name not in key]
            else:
                pieces = [f'{alias}.{c.name}' if alias else c.name for c in row.columns]
            expansion = tokens_of(', '.join(pieces), '')
            expansion[0].blank = t.blank
            for piece in expansion:
                piece.place, piece.depth = t.place, t.depth
            done += expansion
        self.tokens = done

    def numbers(self, row, token):
        at = 1
        for _, param in self.query.params:
            if param is row:
                return [f'${at + i}' for i in range(len(row.columns))]
            at += len(param.columns) if param else 1
        raise Problem(token.place, f'"{token.text}": @{row.name} is not a parameter')

    def check_words(self):
        heads = []                   # the word before each open bracket
        for i, t in enumerate(self.tokens):
            after = self.words[i + 1] if i + 1 < len(self.words) else ''
            if t.upper in FORBIDDEN:
                raise Problem(t.place, f'{t.upper} is not allowed: {FORBIDDEN[t.upper]}')
            if t.text == '::':
                raise Problem(t.place, '"::" is not allowed: write CAST(x AS TYPE)')
            if t.text == '==':
                raise Problem(t.place, '"==" is not allowed: write =')
            if t.upper == 'OR' and i == 1:
                raise Problem(t.place, 'INSERT OR is not allowed: write ON CONFLICT')
            if t.upper == 'IS' and after not in ('NULL', 'NOT', 'DISTINCT'):
                raise Problem(t.place, 'IS compares with NULL only: write IS NOT DISTINCT FROM')
            if t.upper == 'AS' and heads and heads[-1] == 'CAST' and after not in SQL_TYPES:
                raise Problem(t.place, 'CAST goes to BIGINT, TEXT or BLOB')
            if t.upper == 'SUM' and after == '(' and 'CAST' not in heads:
                raise Problem(t.place, 'SUM must stand inside CAST(... AS BIGINT)')
            if t.text == '*' and self.words[i - 1] in ('SELECT', '.', ',', 'DISTINCT'):
                raise Problem(t.place, '"*" is not allowed: name the columns, or write @row')
            if t.text == '(':
                heads.append(self.words[i - 1] if i else '')
            elif t.text == ')' and heads:
                heads.pop()

    def check_params(self):
        expected, declared = 1, len(self.query.values())
        for t in (t for t in self.tokens if t.kind == 'param'):
            number = int(t.text[1:])
            if number > expected:
                raise Problem(t.place, f'{t.text} appears before ${expected}: parameters must '
                                       'first appear in ascending order')
            expected += number == expected
        if expected - 1 != declared:
            raise Problem(self.query.place, f'{declared} parameters are declared, the statement '
                                            f'uses {expected - 1}')

    def find_tables(self):
        for i, word in enumerate(self.words[:-1]):
            if word not in ('FROM', 'JOIN', 'INTO', 'UPDATE'):
                continue
            at = i + 1
            while True:              # FROM a, b AS x
                table = self.tables.get(self.tokens[at].text)
                left = 'LEFT' in self.words[max(0, i - 2):i]
                name = self.tokens[at].text
                if self.words[at + 1:at + 2] == ['AS']:
                    at += 1
                following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
                if table:
                    self.aliases[name] = (table, left)
                    if following and following.kind == 'word':
                        self.aliases[following.text] = (table, left)
                if word == 'FROM' and self.words[at + 1:at + 2] == [',']:
                    at += 2
                elif word == 'FROM' and self.words[at + 2:at + 3] == [',']:
                    at += 3
                else:
                    break

    def resolve(self, item):
        """The column behind `name` or `alias.name`, and whether it can be NULL here."""
        if len(item) == 3 and item[1].text == '.':
            found = [self.aliases[item[0].text]] if item[0].text in self.aliases else []
        else:
            found = list(self.aliases.values()) if len(item) == 1 else []
        for table, left in found:
            column = table.column(item[-1].text)
            if column:
                return column, column.nullable or left
        return None, False

    def check_order(self):
        has_order = False
        for i, t in enumerate(self.tokens):
            if t.upper != 'ORDER' or self.words[i + 1:i + 2] != ['BY']:
                continue
            has_order |= t.depth == 0
            end = i + 2
            while end < len(self.tokens) and self.tokens[end].depth >= t.depth and not (
                    self.tokens[end].depth == t.depth
                    and self.words[end] in ('LIMIT', 'OFFSET', 'ROWS', 'RANGE', ')')):
                end += 1
            for item in split_commas(self.tokens[i + 2:end]):
                words = words_of(item)
                names = [k for k, token in enumerate(item) if token.kind == 'word']
                nullable = any(self.resolve(item[k:k + 1] if words[max(0, k - 1)] != '.'
                                            else item[k - 2:k + 1])[1] for k in names)
                if nullable and 'NULLS' not in words:
                    raise Problem(item[0].place, f'ORDER BY {text_of(item)}: it may be NULL, so '
                                                 'write NULLS FIRST or NULLS LAST')
        if self.query.result in ('many', 'each') and not has_order:
            raise Problem(self.query.place, f'"{self.query.result}" needs an ORDER BY: without one '
                                            'the order differs between engines')

    def check_select(self):
        row = self.query.row
        start = next(i for i, t in enumerate(self.tokens) if t.upper == 'SELECT' and t.depth == 0)
        start += self.words[start + 1] == 'DISTINCT'
        end = next((i for i in range(start, len(self.tokens))
                    if self.tokens[i].depth == 0 and self.words[i] in ('FROM', 'UNION', 'WHERE')),
                   len(self.tokens))
        items = split_commas(self.tokens[start + 1:end])
        if len(items) != len(row.columns):
            raise Problem(self.tokens[start].place, f'{len(items)} columns are selected, row '
                                                    f'"{row.name}" has {len(row.columns)}')
        for item, field in zip(items, row.columns):
            words = words_of(item)
            if len(words) > 2 and words[-2] == 'AS':
                item = item[:-2]
            column, nullable = self.resolve(item)
            if column and (column.kind != field.kind or (nullable and not field.nullable)):
                raise Problem(item[0].place, f'{text_of(item)} is {column.kind}'
                              f'{"?" if nullable else ""}, the row says {field.kind}'
                              f'{"?" if field.nullable else ""} {field.name}')
