"""Signs a request and sends it: sign-request.py METHOD URL [CONTENT-TYPE] < content"""
import base64, hashlib, hmac, http.client, json, os, re, secrets, sys, time
from urllib.parse import urlsplit

KEYID = os.environ['COUNTERSIGN_KEYID']
SECRET = os.environ['COUNTERSIGN_SECRET'].encode()  # a text secret is its UTF-8 bytes
FINAL = re.compile(r'(?:[\w.~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+', re.ASCII)  # what no parser on the way changes

def base64_text(data):
    return base64.b64encode(data).decode()

def quote(text):
    """A structured field string: printable ASCII only, the quote and the backslash escaped."""
    if not (text.isascii() and text.isprintable()): raise ValueError(f'not printable ASCII: {text!a}')
    return json.dumps(text)

def authority_of(url):
    """The host in lower case, without the scheme's default port."""
    return url.netloc.lower().removesuffix({'https': ':443', 'http': ':80'}[url.scheme])

def sign(method, url, content_type, content):
    """The fields to send. The URL must be percent-encoded already: what is signed is what arrives."""
    fields = {}
    if content:
        fields['content-type'] = content_type
        fields['content-digest'] = f'sha-256=:{base64_text(hashlib.sha256(content).digest())}:'
    covered = {'@method': method, '@authority': authority_of(url), '@path': url.path or '/', '@query': '?' + url.query}
    covered |= fields
    names = ' '.join(f'"{name}"' for name in covered)
    params = f'({names});created={int(time.time())};nonce="{secrets.token_urlsafe(16)}";keyid={quote(KEYID)}'
    base = ''.join(f'"{name}": {value}\n' for name, value in covered.items()) + '"@signature-params": ' + params
    mac = base64_text(hmac.digest(SECRET, base.encode('ascii'), 'sha256'))
    return fields | {'signature-input': f'sig={params}', 'signature': f'sig=:{mac}:'}

def send(method, address, content_type, content):
    """Sends it and follows no redirect: a signature is for one URL."""
    if not FINAL.fullmatch(address): raise ValueError('not a percent-encoded URL')
    url = urlsplit(address)
    connect = {'https': http.client.HTTPSConnection, 'http': http.client.HTTPConnection}[url.scheme]
    connection = connect(url.netloc, timeout=30)
    target = (url.path or '/') + ('?' + url.query if url.query else '')
    connection.request(method, target, content or None, sign(method, url, content_type, content))
    answer = connection.getresponse()
    return answer.status, answer.read()

method, address, content_type = (*sys.argv[1:], 'application/json')[:3]
status, answer = send(method, address, content_type, sys.stdin.buffer.read())
sys.stdout.buffer.write(answer)
sys.exit(0 if 200 <= status < 300 else f'answered {status}')
