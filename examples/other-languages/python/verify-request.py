"""Verifies requests: verify-request.py PORT serves on 127.0.0.1 and answers with the content that was signed."""
import base64, hashlib, hmac, http.server, json, os, pathlib, re, sys, time

AUTHORITY = os.environ['COUNTERSIGN_AUTHORITY']  # who we are, as clients write it: never what Host says
KEYS = {k: v.encode() for k, v in [(os.environ['COUNTERSIGN_KEYID'], os.environ['COUNTERSIGN_SECRET'])] if v}
PARAM = r';([a-z*][a-z0-9_.*-]*)=(0|[1-9]\d{0,11}|"(?:[ !#-\[\]-~]|\\["\\])*")'
MEMBER = r'([a-z*][a-z0-9_.*-]*)=(\(("[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)((?:%s)*))' % PARAM

def demand(condition, code):
    if not condition: raise PermissionError(code)

def verify(method, target, fields, content):
    """`fields`: lower-case names, lines of one name joined with ', '. Raises PermissionError unless all is well."""
    demand('signature-input' in fields and 'signature' in fields, 'signature_missing')
    member = re.fullmatch(MEMBER, fields['signature-input'])
    demand(member, 'signature_malformed')
    names, pairs = re.findall('[^" ]+', member[3]), re.findall(PARAM, member[4])
    demand(len(dict(pairs)) == len(pairs) and len(set(names)) == len(names), 'signature_malformed')
    given = {'expires': 2**40, 'alg': 'hmac-sha256'} | {name: json.loads(value) for name, value in pairs}
    demand('tag' not in given, 'tag_mismatch')
    needed = {'@method', '@authority', '@path', '@query'} | {'content-type', 'content-encoding'} & fields.keys()
    demand(needed | ({'content-digest'} if content else set()) <= set(names), 'component_uncovered')
    created, expires, nonce, keyid = map(given.get, ('created', 'expires', 'nonce', 'keyid'))
    demand(isinstance(created, int) and isinstance(expires, int), 'created_missing')
    demand(created <= time.time() + 5, 'created_in_future')
    demand(time.time() < min(created + 300, expires) + 1, 'expired')
    path, _, query = target.partition('?')
    known = {**fields, '@method': method, '@authority': AUTHORITY, '@path': path, '@query': '?' + query}
    demand(all(known.get(name, 'é').isascii() for name in names), 'component_unresolvable')
    base = ''.join(f'"{name}": {known[name]}\n' for name in names) + '"@signature-params": ' + member[2]
    mac = base64.b64encode(hmac.digest(KEYS.get(keyid, b'?'), base.encode(), 'sha256')).decode()
    same = hmac.compare_digest(f'{member[1]}=:{mac}:'.encode(), fields['signature'].encode())
    demand(same and keyid in KEYS and given['alg'] == 'hmac-sha256', 'signature_mismatch')
    digest = f'sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:'
    demand('content-digest' not in names or known['content-digest'] == digest, 'digest_mismatch')
    demand(isinstance(nonce, str) and 0 < len(nonce) <= 128, 'nonce_missing')
    # Once for each nonce: here a file that must be new, elsewhere a row under a unique index. Keep it 310 seconds.
    name = hashlib.sha256(f'{keyid}\n{nonce}'.encode()).hexdigest()
    try: pathlib.Path(os.environ['COUNTERSIGN_NONCES'], name).touch(exist_ok=False)
    except FileExistsError: demand(False, 'nonce_replayed')

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        status, content = 200, self.rfile.read(min(int(self.headers['content-length'] or 0), 1 << 20))
        fields = {name.lower(): ', '.join(self.headers.get_all(name)) for name in self.headers}
        try: verify(self.command, self.path, fields, content)  # after it your application may use the content
        except PermissionError as code:
            problem = {'type': f'urn:countersign:problem:{code}', 'status': 401, 'code': str(code), 'now': int(time.time())}
            status, content = 401, json.dumps(problem).encode()
        self.send_response(status)
        self.send_header('content-type', 'application/problem+json' if status == 401 else 'application/octet-stream')
        if status == 401: self.send_header('www-authenticate', f'Signature error="{problem["code"]}"')
        self.end_headers()
        self.wfile.write(content)
    do_GET = do_POST = do_PUT = do_DELETE = answer

http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
