# SPDX-License-Identifier: Apache-2.0
"""Holds answers to docs/api/openapi.yaml. A small reader of the part of JSON Schema that the file
uses; a test lists the keywords it does not know, so nothing is passed over in silence."""
import json
import pathlib
import re

import yaml

KNOWN = {'type', 'required', 'properties', 'additionalProperties', 'items', 'enum', 'oneOf', '$ref',
         'minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'format', 'description',
         'default'}
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}
DAY = re.compile(r'\d{4}-\d\d-\d\d')


class Mismatch(AssertionError):
    pass


class Contract:
    def __init__(self, path):
        self.doc = yaml.safe_load(pathlib.Path(path).read_text(encoding='utf-8'))
        self.base = self.doc['servers'][0]['url']
        self.routes = {(method.upper(), self.base + path): operation
                       for path, item in self.doc['paths'].items()
                       for method, operation in item.items()}

    def unknown_keywords(self, node=None, where='components.schemas', names=True):
        """Places whose schema holds words that the checker does not know. A description with a
        comma in { } reads as such words."""
        node = self.doc['components']['schemas'] if node is None else node
        found = [] if names else [f'{where}: {word}' for word in node if word not in KNOWN]
        for name, item in node.items():
            if isinstance(item, dict):
                found += self.unknown_keywords(item, f'{where}.{name}',
                                               not names and name == 'properties')
            for i, one in enumerate(item if isinstance(item, list) and name == 'oneOf' else []):
                found += self.unknown_keywords(one, f'{where}.{name}[{i}]', False)
        return found

    def resolve(self, node):
        while '$ref' in node:
            at = self.doc
            for part in node['$ref'].removeprefix('#/').split('/'):
                at = at[part]
            node = at
        return node

    def operation(self, method, path):
        """The template and operation that a path belongs to, or None."""
        path = path.split('?')[0]
        for (verb, template), operation in self.routes.items():
            pattern = '/'.join('[^/]+' if part[:1] == '{' else re.escape(part)
                               for part in template.split('/'))
            if verb == method and re.fullmatch(pattern, path):
                return template, operation
        return None

    def check_answer(self, method, path, status, content_type, body):
        """Raises Mismatch unless the answer is one that the contract foresees."""
        found = self.operation(method, path)
        if status >= 400:
            self.check_problem(status, content_type, body)
        if not found and status in (404, 405):
            return
        if not found:
            raise Mismatch(f'{method} {path}: {status}, but the contract has no such route')
        responses = found[1]['responses']
        if status == 304:
            return
        if str(status) not in responses:
            raise Mismatch(f'{method} {path}: {status} is not in the contract')
        if status >= 400:
            return
        content = self.resolve(responses[str(status)]).get('content')
        if not content:
            if body:
                raise Mismatch(f'{method} {path}: {status} has a body')
            return
        media = content_type.split(';')[0]
        if media not in content:
            raise Mismatch(f'{method} {path}: {media} is not {list(content)}')
        if media == 'application/json':
            self.check(content[media]['schema'], json.loads(body), method + ' ' + path)

    def check_problem(self, status, content_type, body):
        if content_type != 'application/problem+json':
            raise Mismatch(f'{status} comes as {content_type}, not as a problem document')
        problem = json.loads(body)
        self.check(self.doc['components']['schemas']['Problem'], problem, f'problem {status}',
                   closed=False)
        named = 'urn:yunjian:problem:' + problem['code']
        if problem['status'] != status or problem['type'] != named:
            raise Mismatch(f'the problem contradicts itself: {problem}')

    def check(self, schema, value, where, closed=True):
        schema = self.resolve(schema)
        if 'oneOf' in schema:
            self.check_one_of(schema['oneOf'], value, where)
            return
        self.check_type(schema, value, where)
        if 'enum' in schema and value not in schema['enum']:
            raise Mismatch(f'{where}: {value!r} is not one of {schema["enum"]}')
        if isinstance(value, dict):
            self.check_object(schema, value, where, closed)
        elif isinstance(value, list):
            if len(value) > schema.get('maxItems', len(value)):
                raise Mismatch(f'{where}: {len(value)} items')
            for i, item in enumerate(value if schema else []):   # {} takes anything
                self.check(schema['items'], item, f'{where}[{i}]')
        elif isinstance(value, str):
            if schema.get('format') == 'date' and not DAY.fullmatch(value):
                raise Mismatch(f'{where}: {value!r} is no day')
        elif isinstance(value, int) and not isinstance(value, bool):
            if not schema.get('minimum', value) <= value <= schema.get('maximum', value):
                raise Mismatch(f'{where}: {value} is out of range')

    def check_one_of(self, schemas, value, where):
        errors = []
        for schema in schemas:
            try:
                self.check(schema, value, where)
                return
            except Mismatch as error:
                errors.append(str(error))
        raise Mismatch('; or '.join(errors))

    def check_type(self, schema, value, where):
        wanted = schema.get('type')
        if wanted is None:
            return
        for name in wanted if isinstance(wanted, list) else [wanted]:
            if name == 'integer':
                if isinstance(value, int) and not isinstance(value, bool):
                    return
            elif isinstance(value, TYPES[name]):
                return
        raise Mismatch(f'{where}: {value!r} is not {wanted}')

    def check_object(self, schema, value, where, closed):
        properties = schema.get('properties', {})
        for name in schema.get('required', []):
            if name not in value:
                raise Mismatch(f'{where}: "{name}" is missing')
        for name, item in value.items():
            if name in properties:
                self.check(properties[name], item, f'{where}.{name}')
            elif properties and closed and schema.get('additionalProperties') is not True:
                raise Mismatch(f'{where}: "{name}" is not in the contract')
