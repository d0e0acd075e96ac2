"""Signs a payload that the customer's browser relays: sign-payload.py text|form|json TAG AUDIENCE [SUBJECT]

text: one opaque text on stdin; form: urlencoded fields; both print urlencoded fields, to become hidden inputs.
json: one JSON object on stdin; prints it with the two members of the signature.
"""
import base64, hashlib, hmac, json, os, secrets, sys, time
from urllib.parse import parse_qsl, quote as percent, urlencode

KEYID = os.environ['COUNTERSIGN_KEYID']
SECRET = os.environ['COUNTERSIGN_SECRET'].encode()  # a text secret is its UTF-8 bytes

def quote(text):
    """A structured field string: printable ASCII only, the quote and the backslash escaped."""
    if not (text.isascii() and text.isprintable()): raise ValueError(f'not printable ASCII: {text!a}')
    return json.dumps(text)

def unique(pairs):
    if len(dict(pairs)) < len(pairs) or '__proto__' in dict(pairs): raise ValueError('a name is __proto__, or there twice')
    return dict(pairs)

def canonical_form(fields):
    if not fields: raise ValueError('no fields')
    pairs = sorted((percent(name, safe=''), percent(value, safe='')) for name, value in fields.items())
    return '&'.join(f'{name}={value}' for name, value in pairs)

def canonical_json(value):
    """RFC 8785 for texts, integers, true, false, null, lists and objects: write other numbers as texts."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode('utf-16-be'))
        return '{' + ','.join(f'{canonical_json(name)}:{canonical_json(value[name])}' for name in names) + '}'
    if isinstance(value, list): return '[' + ','.join(map(canonical_json, value)) + ']'
    if isinstance(value, float) or isinstance(value, int) and abs(value) >= 2**53:
        raise ValueError(f'write this number as a text: {value}')
    return json.dumps(value, ensure_ascii=False)

def sign(content, tag, audience, subject=None):
    """The two members that stand beside the data; `content` is the data's canonical text."""
    params = f'("content-digest");created={int(time.time())};nonce="{secrets.token_urlsafe(16)}"'
    params += f';keyid={quote(KEYID)};tag={quote(tag)};audience={quote(audience)}'
    if subject is not None: params += f';subject={quote(subject)}'
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    base = f'"content-digest": sha-256=:{digest}:\n"@signature-params": {params}'
    mac = base64.b64encode(hmac.digest(SECRET, base.encode('ascii'), 'sha256')).decode()
    return {'signature-input': f'sig={params}', 'signature': f'sig=:{mac}:'}

kind, tag, *address = sys.argv[1:]
text = sys.stdin.buffer.read().decode()
if kind == 'json': data = json.loads(text, object_pairs_hook=unique)
else: data = {'payload': text} if kind == 'text' else unique(parse_qsl(text, keep_blank_values=True, errors='strict'))
if {'signature-input', 'signature'} & set(data): raise ValueError('it has a signature')
content = {'text': lambda: text, 'form': lambda: canonical_form(data), 'json': lambda: canonical_json(data)}[kind]()
signed = data | sign(content, f'cs1-{kind}:{tag}', *address)
sys.stdout.buffer.write((canonical_json(signed) if kind == 'json' else urlencode(signed)).encode())
