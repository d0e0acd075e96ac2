"""Verifies a license, offline.

verify-license.py PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]] < license

The license is the JSON file or its one-line form; PUBLIC-KEY is the base64url text of 32 bytes.
Prints the terms.
"""
import base64
import re
import sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from canonical import canonical_json, read_json
from verifier import MAX_BYTES, Refused, SignatureInput, demand
from verifier import check_times, content_digest, signature_base

UNDERSTOOD = {'features', 'machine'}  # and the members of your own that this program obeys
FOR_EVER = 1 << 40


def base64url(text):
    return base64.urlsafe_b64decode(text + '==')


def read_license(received):
    """The terms, their canonical text, and the two texts that stood beside them."""
    demand(len(received) <= MAX_BYTES, 'payload_malformed')
    try:
        text = received.decode().strip()
        if not text.startswith('{'):
            text = base64url(''.join(text.split())).decode()
        # Mail programs wrap lines, also inside of texts.
        terms = read_json(re.sub(r'[\r\n]+', '', text))
        signature_input = str(terms.pop('signature-input', ''))
        signature = str(terms.pop('signature', ''))
        return terms, canonical_json(terms).encode(), signature_input, signature
    except (ValueError, RecursionError):
        raise Refused('payload_malformed') from None


def check_ed25519(base, label, signature, public_key):
    """RFC 8032, over the same base as every signature."""
    member = re.fullmatch(re.escape(label) + '=:([A-Za-z0-9+/]{86}==):', signature)
    demand(member, 'signature_malformed')
    key = Ed25519PublicKey.from_public_bytes(base64url(public_key))
    try:
        key.verify(base64.b64decode(member[1]), base.encode())
    except InvalidSignature:
        raise Refused('signature_mismatch') from None


def verify(received, product, public_keys, machine=None, subject=None):
    """The terms that were signed, as canonical JSON. Machine and subject only where they matter."""
    terms, content, signature_input, signature = read_license(received)
    signed = SignatureInput(signature_input)

    parameters = signed.parameters
    demand(signed.names == ['content-digest'], 'signature_malformed')
    demand(parameters.get('tag') == f'cs1-license:{product}', 'tag_mismatch')
    demand(subject is None or parameters.get('subject') == subject, 'subject_mismatch')
    # It counts until it expires. The clocks of customers are less exact.
    check_times(parameters, max_age=FOR_EVER, future_skew=300)

    keyid = parameters.get('keyid')
    known = keyid in public_keys and parameters.get('alg', 'ed25519') == 'ed25519'
    demand(known, 'key_unknown')
    base = signature_base({'content-digest': content_digest(content)}, signed)
    check_ed25519(base, signed.label, signature, public_keys[keyid])

    demand(set(terms.get('critical', [])) <= UNDERSTOOD, 'critical_unknown')
    demand(terms.get('machine', machine) == machine, 'machine_mismatch')
    return content


product, keyid, public_key, *rest = sys.argv[1:]
received = sys.stdin.buffer.read(MAX_BYTES + 1)
sys.stdout.buffer.write(verify(received, product, {keyid: public_key}, *rest))
