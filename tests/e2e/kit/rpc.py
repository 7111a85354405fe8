"""JSON-RPC to a coin daemon, a connection for each call (an idle one would delay the daemon's stop)."""
import base64
import decimal
import http.client
import json


class RpcError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Rpc:
    """rpc.getblockcount() and so on; amounts are decimal.Decimal both ways."""

    def __init__(self, port, user="u", password="p", path="/", timeout=60):
        self.port, self.path, self.timeout = port, path, timeout
        self._user, self._password = user, password
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": "Basic " + token, "Content-Type": "application/json",
                         "Connection": "close"}

    def wallet(self, name):
        return Rpc(self.port, self._user, self._password, f"/wallet/{name}", self.timeout)

    def call(self, method, *params):
        body = json.dumps({"id": 1, "method": method, "params": params},
                          default=lambda amount: float(amount))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request("POST", self.path, body, self._headers)
            text = connection.getresponse().read()
        finally:
            connection.close()
        answer = json.loads(text, parse_float=decimal.Decimal)
        if answer.get("error"):
            raise RpcError(answer["error"]["code"], answer["error"]["message"])
        return answer["result"]

    def __getattr__(self, method):
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *params: self.call(method, *params)
