"""The text that is signed for a payload or a license: form fields, or JSON as in RFC 8785."""
import json
from urllib.parse import parse_qsl, quote


def unique(pairs):
    """The members of an object or the fields of a form, each name once."""
    members = dict(pairs)
    if len(members) < len(pairs) or '__proto__' in members:
        raise ValueError('a name is __proto__, or there twice')
    return members


def read_form(text):
    """The fields of a form, which is urlencoded UTF-8."""
    return unique(parse_qsl(text, keep_blank_values=True, errors='strict'))


def read_json(text):
    """The members of an object."""
    data = json.loads(text, object_pairs_hook=unique)
    if not isinstance(data, dict):
        raise ValueError('not an object')
    return data


def canonical_form(fields):
    """Wire format, "Form": percent-encoded pairs, sorted by the encoded name."""
    if not fields:
        raise ValueError('no fields')
    pairs = [(quote(name, safe=''), quote(value, safe='')) for name, value in fields.items()]
    return '&'.join(f'{name}={value}' for name, value in sorted(pairs))


def canonical_json(value):
    """RFC 8785 for texts, integers, true, false, null, lists and objects."""
    if isinstance(value, dict):
        # Section 3.2.3: members in the order of the UTF-16 units of their names.
        names = sorted(value, key=lambda name: name.encode('utf-16-be'))
        members = [f'{canonical_json(name)}:{canonical_json(value[name])}' for name in names]
        return '{' + ','.join(members) + '}'
    if isinstance(value, list):
        return '[' + ','.join(map(canonical_json, value)) + ']'
    if isinstance(value, float) or isinstance(value, int) and abs(value) >= 2**53:
        raise ValueError(f'write this number as a text: {value}')
    return json.dumps(value, ensure_ascii=False)
