"""Verifies a JSON payload that a browser relayed: verify-payload-json.py TAG AUDIENCE [SUBJECT] < JSON text
Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in."""
import base64, hashlib, hmac, json, os, pathlib, re, sys, time

KEYS = {k: v.encode() for k, v in [(os.environ['COUNTERSIGN_KEYID'], os.environ['COUNTERSIGN_SECRET'])] if v}
PARAM = r';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")'
MEMBER = r'([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:%s)*))' % PARAM

def demand(condition, code):
    if not condition: raise PermissionError(f'refused: {code}')

def unique(pairs):
    demand(len(dict(pairs)) == len(pairs) and '__proto__' not in dict(pairs), 'payload_malformed')
    return dict(pairs)

def canonical(value):
    """RFC 8785 for texts, integers, true, false, null, lists and objects; other numbers are refused."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode('utf-16-be'))
        return '{' + ','.join(f'{canonical(name)}:{canonical(value[name])}' for name in names) + '}'
    if isinstance(value, list): return '[' + ','.join(map(canonical, value)) + ']'
    demand(not isinstance(value, float) and (not isinstance(value, int) or abs(value) < 2**53), 'payload_malformed')
    return json.dumps(value, ensure_ascii=False)

def verify(received, tag, audience, subject=None):
    """The bytes that were signed, and nothing else: parse these, not what was received."""
    try:
        data = json.loads(received.decode(), object_pairs_hook=unique)
        member, signature = re.fullmatch(MEMBER, data.pop('signature-input')), data.pop('signature').encode()
        content = canonical(data).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError): demand(False, 'payload_malformed')
    pairs = re.findall(PARAM, member[3]) if member else []
    demand(pairs and len(dict(pairs)) == len(pairs), 'signature_malformed')
    given = {'expires': 2**40, 'alg': 'hmac-sha256'} | {name: json.loads(value) for name, value in pairs}
    demand(given.get('tag') == f'cs1-json:{tag}', 'tag_mismatch')
    demand(given.get('audience') == audience, 'audience_mismatch')
    demand(subject is None or given.get('subject') == subject, 'subject_mismatch')
    created, expires, nonce, keyid = map(given.get, ('created', 'expires', 'nonce', 'keyid'))
    demand(isinstance(created, int) and isinstance(expires, int), 'created_missing')
    demand(created <= time.time() + 5, 'created_in_future')
    demand(time.time() < min(created + 300, expires) + 1, 'expired')
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    base = f'"content-digest": sha-256=:{digest}:\n"@signature-params": {member[2]}'
    mac = base64.b64encode(hmac.digest(KEYS.get(keyid, b'?'), base.encode(), 'sha256')).decode()
    same = hmac.compare_digest(f'{member[1]}=:{mac}:'.encode(), signature) and keyid in KEYS
    demand(same and given['alg'] == 'hmac-sha256', 'signature_mismatch')
    demand(isinstance(nonce, str) and 0 < len(nonce) <= 128, 'nonce_missing')
    # Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    name = hashlib.sha256(f'{keyid}\n{nonce}'.encode()).hexdigest()
    try: pathlib.Path(os.environ['COUNTERSIGN_NONCES'], name).touch(exist_ok=False)
    except FileExistsError: demand(False, 'nonce_replayed')
    return content

sys.stdout.buffer.write(verify(sys.stdin.buffer.read(), *sys.argv[1:]))
