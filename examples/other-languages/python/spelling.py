"""How a query is written, so that no framework on the way changes what was signed.

Wire format, "Spellings of a query".
"""
import re
from urllib.parse import quote, unquote_to_bytes

RESPELLED = re.compile('%[0-9A-Fa-f]{2}|[^A-Za-z0-9_.~+-]')


def spell(text):
    """Escapes one by one: none where none is needed, in upper case where one is."""
    return RESPELLED.sub(lambda found: quote(unquote_to_bytes(found[0]), safe=''), text)


def default_spelling(query):
    """Of a request: every pair stays what it is."""
    pairs = [pair.partition('=') for pair in query.split('&')]
    return '&'.join(spell(name) + equals + spell(value) for name, equals, value in pairs)


def order(name):
    """Names that are integers come first, others as they are met."""
    is_integer = re.fullmatch('0|[1-9][0-9]{0,9}', name) and int(name) < 2**32 - 1
    return int(name) if is_integer else 2**32


def form_spelling(query):
    """Of a signed URL: as a framework has it that reads a form and writes it anew."""
    groups = {}
    for pair in filter(None, query.split('&')):
        name, _, value = pair.replace('+', '%20').partition('=')
        groups.setdefault(spell(name), []).append(spell(value))
    names = sorted(groups, key=order)
    return '&'.join(f'{name}={value}' for name in names for value in groups[name])
