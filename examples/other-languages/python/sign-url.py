"""Signs a URL that somebody else will open: sign-url.py METHOD URL EXPIRES-IN [once]

METHOD is what the opener will send: GET (which serves HEAD too) or PUT. EXPIRES-IN is in seconds.
`once` makes the URL count one time only. The URL must be percent-encoded, and have no fragment.
Needs spelling.py beside it.
"""
import base64
import hmac
import os
import re
import secrets
import sys
import time
from urllib.parse import parse_qsl, urlsplit
from spelling import form_spelling

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


def authority_of(url):
    """RFC 9421, section 2.2.3: the host in lower case, without the scheme's default port."""
    default_port = {'https': ':443', 'http': ':80'}[url.scheme]
    return url.netloc.lower().removesuffix(default_port)


def base64url(text):
    """RFC 4648, section 5, without padding."""
    return base64.urlsafe_b64encode(text.encode('ascii')).decode().rstrip('=')


def sign_url(method, address, expires_in, once=False):
    """The URL with two more parameters: wire format, "Query carrier"."""
    if not FINAL_URL.fullmatch(address):
        raise ValueError('not a percent-encoded URL without fragment')
    url = urlsplit(address)
    for name, _ in parse_qsl(url.query, keep_blank_values=True):
        if name.lower() in ('signature-input', 'signature'):
            raise ValueError('the URL has a signature')
    query = form_spelling(url.query)

    # The parameters (RFC 9421, section 2.3). A URL must expire, since URLs are kept and forwarded.
    created = int(time.time())
    params = f'("@method" "@authority" "@path" "@query");created={created}'
    params += f';expires={created + expires_in}'
    if once:
        params += f';nonce="{secrets.token_urlsafe(16)}"'
    params += f';keyid={structured_string(KEYID)};tag="cs1-url"'

    # The signature base (RFC 9421, section 2.5): a line for each component, the parameters last.
    base = '\n'.join([
        f'"@method": {method}',
        f'"@authority": {authority_of(url)}',
        f'"@path": {url.path or "/"}',
        f'"@query": ?{query}',
        f'"@signature-params": {params}',
    ])
    mac = base64.b64encode(hmac.digest(SECRET, base.encode('ascii'), 'sha256')).decode()

    pairs = [query] if query else []
    pairs.append('signature-input=' + base64url(f'sig={params}'))
    pairs.append('signature=' + base64url(f'sig=:{mac}:'))
    return url._replace(query='&'.join(pairs)).geturl()


if not KEYID or not SECRET:
    sys.exit('COUNTERSIGN_KEYID and COUNTERSIGN_SECRET must not be empty')
method, address, expires_in = sys.argv[1:4]
print(sign_url(method, address, int(expires_in), once=sys.argv[4:] == ['once']))
