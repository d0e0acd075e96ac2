"""Verifies requests: verify-request.py PORT

Serves on 127.0.0.1 and answers with the content that was signed.
"""
import http.server
import json
import os
import sys
import time
from verifier import MAX_BYTES, Refused, SignatureInput, demand
from verifier import check_signature, check_times, consume, content_digest, signature_base

# Who we are, as clients write it: never what Host says.
AUTHORITY = os.environ['COUNTERSIGN_AUTHORITY']


def check_coverage(names, fields, content):
    """Wire format, "Components": what every request must cover."""
    needed = {'@method', '@authority', '@path', '@query'}
    needed |= {'content-type', 'content-encoding'} & fields.keys()
    if content:
        needed.add('content-digest')
    demand(needed <= set(names), 'component_uncovered')


def verify(method, target, fields, content):
    """Raises Refused unless all is well.

    `target`: path and query, as they arrived.
    `fields`: by lower-case names; the lines of one name joined with ', '.
    """
    demand('signature-input' in fields and 'signature' in fields, 'signature_missing')
    signed = SignatureInput(fields['signature-input'])
    demand('tag' not in signed.parameters, 'tag_mismatch')
    check_coverage(signed.names, fields, content)
    check_times(signed.parameters)

    # RFC 9421, section 2.2: what is derived from the request, beside its fields.
    path, _, query = target.partition('?')
    derived = {'@method': method, '@authority': AUTHORITY, '@path': path, '@query': '?' + query}
    base = signature_base({**fields, **derived}, signed)
    check_signature(base, signed, fields['signature'])

    # RFC 9530: the digest was signed, and this is the content that it was made of.
    if 'content-digest' in signed.names:
        demand(fields['content-digest'] == content_digest(content), 'digest_mismatch')
    consume(signed.parameters)


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        fields = {name.lower(): ', '.join(self.headers.get_all(name)) for name in self.headers}
        try:
            content = self.read_content(fields)
            verify(self.command, self.path, fields, content)
            # Your application goes here, with the content that was verified.
            self.reply(200, {'content-type': 'application/octet-stream'}, content)
        except Refused as refusal:
            self.refuse(refusal.code)

    def read_content(self, fields):
        length = fields.get('content-length', '0')
        demand(length.isdecimal() and int(length) <= MAX_BYTES, 'body_too_large')
        return self.rfile.read(int(length))

    def refuse(self, code):
        """Wire format, "Answers": a problem document (RFC 9457)."""
        kind = f'urn:countersign:problem:{code}'
        problem = {'type': kind, 'status': 401, 'code': code, 'now': int(time.time())}
        fields = {
            'content-type': 'application/problem+json',
            'www-authenticate': f'Signature error="{code}"',
        }
        self.reply(401, fields, json.dumps(problem).encode())

    def reply(self, status, fields, content):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = answer


http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
