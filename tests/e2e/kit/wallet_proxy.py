"""A proxy before a daemon's RPC that carries a call out and swallows the answer."""
import http.client
import http.server
import json
import threading

from .ports import free_port


class WalletProxy:
    """listens until stop(); swallow(method) lets the answer of the next such call vanish."""

    def __init__(self, daemon_port):
        self.daemon_port, self.port = daemon_port, free_port()
        self.swallowed, self._wanted, self._lock = [], [], threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = proxy._forward(self.path, dict(self.headers), body)
                if proxy._is_unwanted(json.loads(body)["method"]):
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _forward(self, path, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon_port, timeout=60)
        try:
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _is_unwanted(self, method):
        with self._lock:
            if method not in self._wanted:
                return False
            self._wanted.remove(method)
            self.swallowed.append(method)
            return True

    def swallow(self, method, times=1):
        with self._lock:
            self._wanted += [method] * times

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
