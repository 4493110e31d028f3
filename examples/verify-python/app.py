"""An app in Python that knows its callers by the token alone. It needs PyJWT: pip install 'pyjwt[crypto]'"""
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

KEYS = jwt.PyJWKClient(os.environ.get('JWKS_URL', 'http://localhost:4000/.ory/jwks.json'), lifespan=60)
ISSUER = os.environ.get('ISSUER', 'http://localhost:4433')


def read_caller(authorization):
    """Claims of the token of an Authorization field; None: there is none that the proxy has made for this app."""
    scheme, _, token = (authorization or '').partition(' ')
    if scheme != 'Bearer':
        return None
    try:
        key = KEYS.get_signing_key_from_jwt(token)
        # The algorithm is ours to say: a token that may choose it can choose none.
        return jwt.decode(token, key.key, algorithms=['ES256'], audience='notes', issuer=ISSUER, leeway=60, options={'require': ['exp', 'iat', 'sub']})
    except jwt.PyJWTError:
        return None


class App(BaseHTTPRequestHandler):
    def do_GET(self):
        caller = read_caller(self.headers.get('Authorization'))
        if self.path != '/me':
            return self.answer(404, {'error': 'not_found'})
        if caller is None:
            return self.answer(401, {'error': 'log in first'})
        self.answer(200, {'subject': caller['sub'], 'email': caller['session']['identity']['traits']['email']})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', int(os.environ.get('PORT', '3000'))), App)
print(f'listening on http://127.0.0.1:{server.server_port}', flush=True)
server.serve_forever()
