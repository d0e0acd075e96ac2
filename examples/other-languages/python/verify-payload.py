"""Verifies a payload that a browser relayed.

verify-payload.py text|form TAG AUDIENCE [SUBJECT] < urlencoded fields

Prints what was signed: the opaque text, or the form fields.
The subject is the user whose session it arrived in.
"""
import sys
from canonical import canonical_form, read_form
from verifier import MAX_BYTES, Refused, SignatureInput, demand
from verifier import check_signature, check_times, consume, content_digest, signature_base


def canonical(kind, fields):
    """Wire format, "Text" and "Form": what was digested."""
    if kind == 'form':
        demand(fields, 'payload_malformed')
        return canonical_form(fields).encode()
    demand(fields.keys() == {'payload'}, 'payload_malformed')
    return fields['payload'].encode()


def read_fields(received):
    demand(len(received) <= MAX_BYTES, 'body_too_large')
    try:
        return read_form(received.decode())
    except ValueError:
        raise Refused('payload_malformed') from None


def verify(kind, received, tag, audience, subject=None):
    """The bytes that were signed, and nothing else: use these, not what was received."""
    fields = read_fields(received)
    signed = SignatureInput(fields.pop('signature-input', ''))
    signature = fields.pop('signature', '')
    content = canonical(kind, fields)

    # For this purpose, for us, about this user, and made just now.
    parameters = signed.parameters
    demand(signed.names == ['content-digest'], 'signature_malformed')
    demand(parameters.get('tag') == f'cs1-{kind}:{tag}', 'tag_mismatch')
    demand(parameters.get('audience') == audience, 'audience_mismatch')
    demand(subject is None or parameters.get('subject') == subject, 'subject_mismatch')
    check_times(parameters)

    base = signature_base({'content-digest': content_digest(content)}, signed)
    check_signature(base, signed, signature)
    consume(parameters)
    return content


kind, *address = sys.argv[1:]
sys.stdout.buffer.write(verify(kind, sys.stdin.buffer.read(MAX_BYTES + 1), *address))
