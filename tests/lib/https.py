#!/usr/bin/env python3
"""An HTTPS server on loopback for tests: a request for PATH is answered with the file FOLDER/PATH, byte for byte, status line
and headers in it; an empty file is silence, no file a 404. Prints its port; ends when its standard input does.

usage: https.py FOLDER CERTIFICATE KEY"""
import http.server
import os
import ssl
import sys
import threading

folder, certificate, key = sys.argv[1:]


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.close_connection = True
        path = os.path.join(folder, self.path.lstrip("/"))
        if not os.path.isfile(path):
            self.send_error(404)
        elif os.path.getsize(path) == 0:
            self.rfile.read(1)      # until the other side has had enough
        else:
            with open(path, "rb") as file:
                self.wfile.write(file.read())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def shutdown_request(self, request):
        try:
            request.unwrap()    # without TLS's own end an answer without a length counts as cut off
        except (OSError, ValueError):
            pass
        super().shutdown_request(request)

    def handle_error(self, *_):
        pass    # a client that breaks off is part of the test


server = Server(("127.0.0.1", 0), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
# The handshake belongs to the connection's own thread.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
