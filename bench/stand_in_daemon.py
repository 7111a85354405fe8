#!/usr/bin/env python3
"""A pretended coin daemon, only for benchmarks: it checks nothing, and no block is ever valid here.

Real regtest makes every second hash a block, so a flood of shares there measures blocks. This stand-in answers what a pool
asks with a chain of the regtest kind whose network difficulty is so high (2^48 hashes) that no share is ever a block.

    stand_in_daemon.py PORT GENESIS [TRANSACTIONS]

POST /tip makes a new tip. Templates carry TRANSACTIONS random transactions of 400 bytes (default 0).
"""
import hashlib
import http.server
import json
import os
import sys
import threading
import time

BITS, TARGET = "1b00ffff", "000000000000ffff" + "0" * 48
COMMITMENT = "6a24aa21a9ed" + "e2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9"
TX_BYTES = 400


def made_up_transactions(count):
    """The text of a template's list: made once, as it is large."""
    def one():
        data = os.urandom(TX_BYTES)
        name = hashlib.sha256(data).hexdigest()
        return {"data": data.hex(), "txid": name, "hash": name, "fee": 0, "sigops": 1, "weight": 4 * TX_BYTES, "depends": []}
    return json.dumps([one() for _ in range(count)])


class Chain:
    def __init__(self, genesis, transactions):
        self.genesis, self.height = genesis, 100
        self.transactions = made_up_transactions(transactions)
        self.grown = threading.Condition()

    def hash_at(self, height):
        return hashlib.sha256(b"block %d" % height).hexdigest() if height else self.genesis

    def grow(self):
        with self.grown:
            self.height += 1
            self.grown.notify_all()

    def template(self, longpollid=None):
        """JSON text; a long poll waits here for the next tip."""
        with self.grown:
            if longpollid:
                self.grown.wait_for(lambda: self.hash_at(self.height) != longpollid)
            tip, height = self.hash_at(self.height), self.height + 1
        head = json.dumps({
            "version": 0x20000000, "rules": ["segwit"], "vbrequired": 0, "previousblockhash": tip, "coinbaseaux": {},
            "coinbasevalue": 5_000_000_000, "longpollid": tip, "target": TARGET, "mintime": 1, "bits": BITS,
            "curtime": int(time.time()), "height": height, "default_witness_commitment": COMMITMENT})
        return head[:-1] + ', "transactions": ' + self.transactions + "}"

    def answer(self, method, params):
        """JSON text of the result; KeyError for what is not known here."""
        tip = self.hash_at(self.height)
        if method == "getblocktemplate":
            return self.template((params[0] if params else {}).get("longpollid"))
        return json.dumps({
            "getblockchaininfo": lambda: {
                "chain": "regtest", "blocks": self.height, "headers": self.height, "bestblockhash": tip,
                "initialblockdownload": False, "difficulty": 65536.0},
            "getnetworkinfo": lambda: {"version": 210201, "subversion": "/stand-in/", "connections": 8},
            "getmininginfo": lambda: {"blocks": self.height, "difficulty": 65536.0, "networkhashps": 0, "chain": "regtest"},
            "getblockcount": lambda: self.height,
            "getbestblockhash": lambda: tip,
            "getblockhash": lambda: self.hash_at(params[0]),
            "submitblock": lambda: "rejected",
        }[method]())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/tip":
            self.server.chain.grow()
            self.send(200, "{}")
            return
        call = json.loads(body)
        name = json.dumps(call.get("id"))
        try:
            result = self.server.chain.answer(call["method"], call.get("params") or [])
            self.send(200, f'{{"result": {result}, "error": null, "id": {name}}}')
        except KeyError:
            self.send(404, f'{{"result": null, "error": {{"code": -32601, "message": "Method not found"}}, "id": {name}}}')

    def send(self, status, text):
        body = text.encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *args):
        pass


def main():
    port, genesis = int(sys.argv[1]), sys.argv[2]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.chain = Chain(genesis, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    server.serve_forever()


if __name__ == "__main__":
    main()
