"""Signs a payload that the customer's browser relays.

sign-payload.py text|form|json TAG AUDIENCE [SUBJECT] < payload

text: one opaque text; form: urlencoded fields. Both print urlencoded fields, to be hidden inputs.
json: one JSON object. Prints it with the two members of the signature.
"""
import base64
import hashlib
import hmac
import os
import secrets
import sys
import time
from urllib.parse import urlencode
from canonical import canonical_form, canonical_json, read_form, read_json

KEYID = os.environ['COUNTERSIGN_KEYID']
SECRET = os.environ['COUNTERSIGN_SECRET'].encode()  # a text secret is its UTF-8 bytes


def structured_string(text):
    """RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError('not printable ASCII')
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return f'"{escaped}"'


def sign(content, tag, audience, subject=None):
    """The two members that stand beside the data. `content` is the data's canonical text."""
    # The parameters (RFC 9421, section 2.3): who signs, what for, for whom, and about whom.
    params = f'("content-digest");created={int(time.time())};nonce="{secrets.token_urlsafe(16)}"'
    params += f';keyid={structured_string(KEYID)};tag={structured_string(tag)}'
    params += f';audience={structured_string(audience)}'
    if subject is not None:
        params += f';subject={structured_string(subject)}'

    # The signature base (RFC 9421, section 2.5): the digest (RFC 9530) stands for the data.
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    base = f'"content-digest": sha-256=:{digest}:\n"@signature-params": {params}'
    mac = base64.b64encode(hmac.digest(SECRET, base.encode('ascii'), 'sha256')).decode()
    return {'signature-input': f'sig={params}', 'signature': f'sig=:{mac}:'}


def read(kind, text):
    """The data, and its canonical text."""
    if kind == 'text':
        return {'payload': text}, text
    if kind == 'form':
        fields = read_form(text)
        return fields, canonical_form(fields)
    data = read_json(text)
    return data, canonical_json(data)


if not KEYID or not SECRET:
    sys.exit('COUNTERSIGN_KEYID and COUNTERSIGN_SECRET must not be empty')
kind, tag, *address = sys.argv[1:]
data, content = read(kind, sys.stdin.buffer.read().decode())
if 'signature-input' in data or 'signature' in data:
    sys.exit('it has a signature')

signed = {**data, **sign(content, f'cs1-{kind}:{tag}', *address)}
output = canonical_json(signed) if kind == 'json' else urlencode(signed)
sys.stdout.buffer.write(output.encode())
