"""What the programs that verify have in common."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import time

MAX_BYTES = 1 << 20  # of content: 1 MiB

# One parameter: an integer or a string (RFC 9421, section 2.3).
PARAMETER = r';([a-z*][a-z0-9_.*-]*)=(0|[1-9][0-9]{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")'
# A label, what is covered, and the parameters: the only member, of one spelling.
INPUT = re.compile(
    r'(?P<label>[a-z*][a-z0-9_.*-]*)='
    r'(?P<params>\((?P<names>"[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)'
    r'(?P<parameters>(?:' + PARAMETER + r')*))'
)


class Refused(Exception):
    """Why a message is refused: one of the codes in docs/reference/errors.md."""

    def __init__(self, code):
        super().__init__(f'refused: {code}')
        self.code = code


def demand(condition, code):
    if not condition:
        raise Refused(code)


def secret_of(keyid):
    """Your table of keys goes here. None for a key that nobody has."""
    if keyid and keyid == os.environ['COUNTERSIGN_KEYID']:
        return os.environ['COUNTERSIGN_SECRET'].encode()  # a text secret is its UTF-8 bytes
    return None


class SignatureInput:
    """What a signature says: its label, the names it covers, its parameters, each at most once."""

    def __init__(self, text):
        member = INPUT.fullmatch(text)
        demand(member, 'signature_malformed')
        self.label = member['label']
        self.params = member['params']  # as received, for the signature base
        self.names = re.findall('[^" ]+', member['names'])
        pairs = re.findall(PARAMETER, member['parameters'])
        self.parameters = {name: json.loads(value) for name, value in pairs}
        demand(len(self.parameters) == len(pairs), 'signature_malformed')
        demand(len(set(self.names)) == len(self.names), 'signature_malformed')


def check_times(parameters, max_age=300, future_skew=5):
    """Wire format, "Times", in seconds. At `expires` it still counts, a second later no more."""
    now = int(time.time())
    created = parameters.get('created')
    expires = parameters.get('expires', now)
    demand(isinstance(created, int) and isinstance(expires, int), 'created_missing')
    demand(created <= now + future_skew, 'created_in_future')
    demand(now <= created + max_age and now <= expires, 'expired')


def signature_base(values, signed):
    """RFC 9421, section 2.5: a line for each covered component, the parameters last."""
    lines = []
    for name in signed.names:
        value = values.get(name)
        demand(value is not None and re.fullmatch(r'[\t -~]*', value), 'component_unresolvable')
        lines.append(f'"{name}": {value}\n')
    return ''.join(lines) + f'"@signature-params": {signed.params}'


def check_signature(base, signed, signature):
    """In constant time, and also for a key that nobody has."""
    secret = secret_of(signed.parameters.get('keyid'))
    mac = hmac.digest(secret or b'?', base.encode(), 'sha256')
    expected = f'{signed.label}=:{base64.b64encode(mac).decode()}:'
    same = hmac.compare_digest(expected.encode(), signature.encode())
    demand(same and secret, 'signature_mismatch')
    demand(signed.parameters.get('alg', 'hmac-sha256') == 'hmac-sha256', 'signature_mismatch')


def content_digest(content):
    """RFC 9530: what stands for the content among the covered components."""
    return f'sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:'


def consume(parameters):
    """Each nonce once: here a new file, elsewhere a row under a unique index, for 310 seconds.

    Do this last, when all else is well.
    """
    nonce = parameters.get('nonce')
    demand(isinstance(nonce, str) and 0 < len(nonce) <= 128, 'nonce_missing')
    name = hashlib.sha256(f'{parameters["keyid"]}\n{nonce}'.encode()).hexdigest()
    try:
        pathlib.Path(os.environ['COUNTERSIGN_NONCES'], name).touch(exist_ok=False)
    except FileExistsError:
        raise Refused('nonce_replayed') from None
