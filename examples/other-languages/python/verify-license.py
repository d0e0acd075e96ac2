"""Verifies a license, offline: verify-license.py PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license

The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes. Prints the terms.
"""
import base64, hashlib, json, re, sys, time
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PARAM = r';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")'
MEMBER = r'([a-z*][a-z0-9_.*-]*)=(\("content-digest"\)((?:%s)*))' % PARAM
UNDERSTOOD = {'features', 'machine'}  # and the members of your own that this program obeys

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

def verify(received, product, public_keys, machine=None, subject=None):
    """The terms that were signed, as canonical JSON."""
    try:
        text = received.decode().strip()
        if not text.startswith('{'): text = base64.urlsafe_b64decode(''.join(text.split()) + '==').decode()
        terms = json.loads(re.sub(r'[\r\n]+', '', text), object_pairs_hook=unique)  # mail programs wrap lines
        member, signature = re.fullmatch(MEMBER, terms.pop('signature-input')), terms.pop('signature')
        content = canonical(terms).encode()
        signed = re.fullmatch(r'([a-z0-9_.*-]+)=:([A-Za-z0-9+/]{86}==):', signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError): demand(False, 'payload_malformed')
    pairs = re.findall(PARAM, member[3]) if member and signed and signed[1] == member[1] else []
    demand(pairs and len(dict(pairs)) == len(pairs), 'signature_malformed')
    given = {'expires': 2**40, 'alg': 'ed25519'} | {name: json.loads(value) for name, value in pairs}
    demand(given.get('tag') == f'cs1-license:{product}', 'tag_mismatch')
    demand(subject is None or given.get('subject') == subject, 'subject_mismatch')
    created, expires, keyid = map(given.get, ('created', 'expires', 'keyid'))
    demand(isinstance(created, int) and isinstance(expires, int), 'created_missing')
    demand(created <= time.time() + 300, 'created_in_future')
    demand(time.time() < expires + 1, 'expired')
    demand(keyid in public_keys and given['alg'] == 'ed25519', 'key_unknown')
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    base = f'"content-digest": sha-256=:{digest}:\n"@signature-params": {member[2]}'.encode()
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public_keys[keyid] + '=='))
    try: key.verify(base64.b64decode(signed[2]), base)
    except InvalidSignature: demand(False, 'signature_mismatch')
    demand(set(terms.get('critical', [])) <= UNDERSTOOD, 'critical_unknown')
    demand(terms.get('machine', machine) == machine, 'machine_mismatch')
    return content

product, keyid, public_key, *rest = sys.argv[1:]
sys.stdout.buffer.write(verify(sys.stdin.buffer.read(), product, {keyid: public_key}, *rest))
