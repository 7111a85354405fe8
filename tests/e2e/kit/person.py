"""Somebody who uses the accounts of a pool by HTTP: a browser without pages."""
import base64
import hmac
import http.client
import http.cookies
import json
import struct
import time


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The error's code; None when it is none."""
        return self.json["error"]["code"] if self.status >= 400 else None

    def __repr__(self):
        return f"{self.status} {self.body[:300]}"


class Person:
    """Keeps cookies and the CSRF token, as a page does."""

    def __init__(self, pool, agent="test"):
        self.pool, self.agent, self.cookies, self.csrf = pool, agent, {}, None

    def ask(self, method, path, body=None, headers=None):
        conn = http.client.HTTPConnection("127.0.0.1", self.pool.web_port, timeout=30)
        sent = {"User-Agent": self.agent}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if self.csrf:
            sent["X-CSRF-Token"] = self.csrf
        if body is not None:
            sent["Content-Type"] = "application/json"
        for name, value in (headers or {}).items():
            sent.pop(name, None)
            if value is not None:
                sent[name] = value
        conn.request(method, "/api/v1/" + path, None if body is None else json.dumps(body), sent)
        response = conn.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        conn.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        if answer.status == 200 and '"csrf"' in answer.body:
            self.csrf = answer.json.get("csrf", self.csrf)
        return answer

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, **body):
        return self.ask("POST", path, body)

    def patch(self, path, **body):
        return self.ask("PATCH", path, body)

    def delete(self, path, **body):
        return self.ask("DELETE", path, body or None)

    # -- signing in with an address

    def signed(self, wallet, address, signer=None):
        """The body that proves an address: signer is the P2PKH address of the same key."""
        challenge = self.post("auth/challenge", address=address).json
        return {"code": challenge["code"], "signature": wallet.signmessage(signer or address, challenge["message"])}

    def sign_in(self, wallet, address):
        answer = self.post("auth/sign", **self.signed(wallet, address))
        assert answer.status == 200, answer
        return answer.json


def totp(secret, shift=0):
    """The one-time password of now, or of `shift` times 30 s later (RFC 6238)."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + shift), "sha1").digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7fffffff) % 1000000:06}"
