"""Signs a request and sends it: sign-request.py METHOD URL [CONTENT-TYPE] < content

The URL must be percent-encoded already. Needs spelling.py beside it.
"""
import base64
import hashlib
import hmac
import http.client
import os
import re
import secrets
import sys
import time
from urllib.parse import urlsplit
from spelling import default_spelling

KEYID = os.environ['COUNTERSIGN_KEYID']
SECRET = os.environ['COUNTERSIGN_SECRET'].encode()  # a text secret is its UTF-8 bytes

# Characters that no parser on the way changes.
FINAL_URL = re.compile(r'(?:[A-Za-z0-9_.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+')


def structured_string(text):
    """RFC 9651, section 3.3.3: printable ASCII, with the quote and the backslash escaped."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError('not printable ASCII')
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return f'"{escaped}"'


def byte_sequence(data):
    """RFC 9651, section 3.3.5: base64 between colons."""
    return f':{base64.b64encode(data).decode()}:'


def authority_of(url):
    """RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port."""
    default_port = {'https': ':443', 'http': ':80'}[url.scheme]
    return url.netloc.lower().removesuffix(default_port)


def sign(method, url, content_type, content):
    """The fields that the request gets."""
    fields = {}
    if content:
        # RFC 9530: the digest stands for the content, so that the signature covers it.
        fields['content-type'] = content_type
        fields['content-digest'] = 'sha-256=' + byte_sequence(hashlib.sha256(content).digest())

    # What is covered, in the order of the wire format, "Components".
    covered = {
        '@method': method,
        '@authority': authority_of(url),
        '@path': url.path or '/',
        '@query': '?' + url.query,
        **fields,
    }
    names = ' '.join(f'"{name}"' for name in covered)

    # RFC 9421, section 2.3: the parameters of the signature.
    created = int(time.time())
    nonce = secrets.token_urlsafe(16)
    params = f'({names});created={created};nonce="{nonce}";keyid={structured_string(KEYID)}'

    # RFC 9421, section 2.5: the signature base, a line for each component, the parameters last.
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    lines.append(f'"@signature-params": {params}')
    base = '\n'.join(lines)

    mac = hmac.digest(SECRET, base.encode('ascii'), 'sha256')
    fields['signature-input'] = f'sig={params}'
    fields['signature'] = f'sig={byte_sequence(mac)}'
    return fields


def send(method, address, content_type, content):
    """The answer's status and content. No redirect is followed: a signature is for one URL."""
    if not FINAL_URL.fullmatch(address):
        raise ValueError('not a percent-encoded URL')
    url = urlsplit(address)
    url = url._replace(query=default_spelling(url.query))
    target = url.path or '/'
    if url.query:
        target += '?' + url.query
    fields = sign(method, url, content_type, content)

    connect = {'https': http.client.HTTPSConnection, 'http': http.client.HTTPConnection}
    connection = connect[url.scheme](url.netloc, timeout=30)
    connection.request(method, target, content or None, fields)
    answer = connection.getresponse()
    return answer.status, answer.read()


if not KEYID or not SECRET:
    sys.exit('COUNTERSIGN_KEYID and COUNTERSIGN_SECRET must not be empty')
method, address = sys.argv[1:3]
content_type = sys.argv[3] if len(sys.argv) > 3 else 'application/json'
status, answer = send(method, address, content_type, sys.stdin.buffer.read())
sys.stdout.buffer.write(answer)
sys.exit(0 if 200 <= status < 300 else f'answered {status}')
