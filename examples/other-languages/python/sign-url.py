"""Signs a URL that somebody else will open: sign-url.py METHOD URL EXPIRES-IN [once]

METHOD is what the opener will send: GET (which serves HEAD too) or PUT. `once` makes the URL count one time only.
"""
import base64, hmac, json, os, re, secrets, sys, time
from urllib.parse import parse_qsl, quote as percent, urlencode, urlsplit

KEYID = os.environ['COUNTERSIGN_KEYID']
SECRET = os.environ['COUNTERSIGN_SECRET'].encode()  # a text secret is its UTF-8 bytes
FINAL = re.compile(r'(?:[\w.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+', re.ASCII)  # what no parser on the way changes

def quote(text):
    """A structured field string: printable ASCII only, the quote and the backslash escaped."""
    if not (text.isascii() and text.isprintable()): raise ValueError(f'not printable ASCII: {text!a}')
    return json.dumps(text)

def sign_url(method, address, expires_in, once=False):
    """The URL must be percent-encoded already, and have no fragment: what is signed is what is sent."""
    url = urlsplit(address)
    names = {name.lower() for name, _ in parse_qsl(url.query, keep_blank_values=True)}
    if names & {'signature-input', 'signature'} or not FINAL.fullmatch(address):
        raise ValueError('not a percent-encoded URL without fragment and signature')
    authority = url.netloc.lower().removesuffix({'https': ':443', 'http': ':80'}[url.scheme])
    created = int(time.time())
    params = f'("@method" "@authority" "@path" "@query");created={created};expires={created + expires_in}'
    params += (f';nonce="{secrets.token_urlsafe(16)}"' if once else '') + f';keyid={quote(KEYID)};tag="cs1-url"'
    lines = f'"@method": {method}\n"@authority": {authority}\n"@path": {url.path or "/"}\n"@query": ?{url.query}\n'
    base = lines + '"@signature-params": ' + params
    mac = base64.b64encode(hmac.digest(SECRET, base.encode('ascii'), 'sha256')).decode()
    separator = '&' if url.query else '' if address.endswith('?') else '?'
    pairs = {'signature-input': f'sig={params}', 'signature': f'sig=:{mac}:'}
    return address + separator + urlencode(pairs, quote_via=percent, safe='')

method, address, expires_in, *rest = sys.argv[1:]
print(sign_url(method, address, int(expires_in), rest == ['once']))
