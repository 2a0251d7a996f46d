"""A server of our own, on this machine, that answers as it is told: rightly, wrongly, slowly or not at all."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Answers each path with its script: a function of the request handler, or (status, body, headers); the last repeats."""

    def __init__(self):
        self.scripts, self.seen, outer = {}, [], self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                outer.seen.append((self.path, dict(self.headers), body))
                script = outer.scripts.get(self.path, [(404, b"", {})])
                step = script.pop(0) if len(script) > 1 else script[0]
                if callable(step):
                    step = step(self)
                if step:
                    status, data, headers = step
                    data = data if isinstance(data, bytes) else json.dumps(data).encode()
                    self.send_response(status)
                    for key, value in ({"Content-Length": str(len(data))} | headers).items():
                        self.send_header(key, value)
                    self.end_headers()
                    self.wfile.write(data)
                else:
                    self.close_connection = True

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        # Looked at each hundredth of a second: how long it takes to stop.
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def count(self, path):
        return sum(p == path for p, _, _ in self.seen)
