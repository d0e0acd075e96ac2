"""Verifies a JSON payload that a browser relayed.

verify-payload-json.py TAG AUDIENCE [SUBJECT] < JSON text

Prints what was signed, as canonical JSON. The subject is the user whose session it arrived in.
"""
import sys
from canonical import canonical_json, read_json
from verifier import MAX_BYTES, Refused, SignatureInput, demand
from verifier import check_signature, check_times, consume, content_digest, signature_base


def read_payload(received):
    """The canonical text of the data, and the two texts that stood beside it."""
    demand(len(received) <= MAX_BYTES, 'body_too_large')
    try:
        data = read_json(received.decode())
        signature_input = data.pop('signature-input', '')
        signature = data.pop('signature', '')
        content = canonical_json(data).encode()
    except (ValueError, RecursionError):
        raise Refused('payload_malformed') from None
    texts = isinstance(signature_input, str) and isinstance(signature, str)
    demand(texts and signature.isascii(), 'signature_malformed')
    return content, signature_input, signature


def verify(received, tag, audience, subject=None):
    """The bytes that were signed, and nothing else: parse these, not what was received."""
    content, signature_input, signature = read_payload(received)
    signed = SignatureInput(signature_input)

    # For this purpose, for us, about this user, and made just now.
    parameters = signed.parameters
    demand(signed.names == ['content-digest'], 'signature_malformed')
    demand(parameters.get('tag') == f'cs1-json:{tag}', 'tag_mismatch')
    demand(parameters.get('audience') == audience, 'audience_mismatch')
    demand(subject is None or parameters.get('subject') == subject, 'subject_mismatch')
    check_times(parameters)

    base = signature_base({'content-digest': content_digest(content)}, signed)
    check_signature(base, signed, signature)
    consume(parameters)
    return content


sys.stdout.buffer.write(verify(sys.stdin.buffer.read(MAX_BYTES + 1), *sys.argv[1:]))
