"""Verifies a payload that a browser relayed: verify-payload.py text|form TAG AUDIENCE [SUBJECT] < urlencoded fields

Prints what was signed: the opaque text, or the form fields. The subject is the user whose session it arrived in.
"""
import base64, hashlib, hmac, json, os, pathlib, re, sys, time
from urllib.parse import parse_qsl, quote as percent

KEYS = {k: v.encode() for k, v in [(os.environ['COUNTERSIGN_KEYID'], os.environ['COUNTERSIGN_SECRET'])] if v}
PARAM = r';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")'
MEMBER = r'([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:%s)*))' % PARAM

def demand(condition, code):
    if not condition: raise PermissionError(f'refused: {code}')

def canonical(kind, fields):
    demand(fields.keys() == {'payload'} if kind == 'text' else fields, 'payload_malformed')
    if kind == 'text': return fields['payload'].encode()
    pairs = sorted((percent(name, safe=''), percent(value, safe='')) for name, value in fields.items())
    return '&'.join(f'{name}={value}' for name, value in pairs).encode()

def verify(kind, received, tag, audience, subject=None):
    """The bytes that were signed, and nothing else: use these, not what was received."""
    try: fields = parse_qsl(received.decode(), keep_blank_values=True, errors='strict')
    except ValueError: demand(False, 'payload_malformed')
    demand(len(dict(fields)) == len(fields), 'payload_malformed')
    fields = dict(fields)
    member, signature = re.fullmatch(MEMBER, fields.pop('signature-input', '')), fields.pop('signature', '')
    demand(member, 'signature_malformed')
    content, pairs = canonical(kind, fields), re.findall(PARAM, member[3])
    demand(len(dict(pairs)) == len(pairs), 'signature_malformed')
    given = {'expires': 2**40, 'alg': 'hmac-sha256'} | {name: json.loads(value) for name, value in pairs}
    demand(given.get('tag') == f'cs1-{kind}:{tag}', 'tag_mismatch')
    demand(given.get('audience') == audience, 'audience_mismatch')
    demand(subject is None or given.get('subject') == subject, 'subject_mismatch')
    created, expires, nonce, keyid = map(given.get, ('created', 'expires', 'nonce', 'keyid'))
    demand(isinstance(created, int) and isinstance(expires, int), 'created_missing')
    demand(created <= time.time() + 5, 'created_in_future')
    demand(time.time() < min(created + 300, expires) + 1, 'expired')
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    base = f'"content-digest": sha-256=:{digest}:\n"@signature-params": {member[2]}'
    mac = base64.b64encode(hmac.digest(KEYS.get(keyid, b'?'), base.encode(), 'sha256')).decode()
    same = hmac.compare_digest(f'{member[1]}=:{mac}:'.encode(), signature.encode())
    demand(same and keyid in KEYS and given['alg'] == 'hmac-sha256', 'signature_mismatch')
    demand(isinstance(nonce, str) and 0 < len(nonce) <= 128, 'nonce_missing')
    # Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    name = hashlib.sha256(f'{keyid}\n{nonce}'.encode()).hexdigest()
    try: pathlib.Path(os.environ['COUNTERSIGN_NONCES'], name).touch(exist_ok=False)
    except FileExistsError: demand(False, 'nonce_replayed')
    return content

sys.stdout.buffer.write(verify(sys.argv[1], sys.stdin.buffer.read(), *sys.argv[2:]))
