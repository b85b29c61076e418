#!/usr/bin/env python3
"""Writes link-order.txt: the functions that ordinary runs execute, for build.rs to lay side by side in the program.

usage: CARGO_PROFILE_RELEASE_STRIP=none cargo build --release && python3 tools/link_order.py target/release/jaunt > link-order.txt

Needs valgrind and openssl. Run it again when `cargo bench --bench peers` shows that peak memory has grown.
"""

import http.server
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\xdac\xfc\xff\xff?"
    b"\0\x05\xfe\x02\xfe\xa3\x9aq\xcd\0\0\0\0IEND\xaeB`\x82"
)
PAGE = b"<!DOCTYPE html><meta charset=utf-8><title>t</title>" + b"".join(b"<p>Picture <img src=/%d.png alt=''>" % n for n in range(40))


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind, content = ("text/html", PAGE) if self.path == "/" else ("image/png", PIXEL)
        if self.path == "/text":
            kind, content = "text/plain", b"x" * 1024
        head = f"HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\nConnection: keep-alive\r\n\r\n"
        self.wfile.write(head.encode() + content)

    def log_message(self, *_):
        pass


def serve(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def names():
    """A name server that knows 127.0.0.1 for every name (RFC 1035 §4.1)."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def loop():
        while True:
            question, peer = server.recvfrom(512)
            end = question.index(0, 12) + 5
            a = question[end - 4 : end - 2] == b"\0\1"
            counts = b"\0\1" + (b"\0\1" if a else b"\0\0") + b"\0\0\0\0"
            record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if a else b""
            server.sendto(question[:2] + b"\x85\x80" + counts + question[12:end] + record, peer)

    threading.Thread(target=loop, daemon=True).start()
    return server.getsockname()[1]


def executed(folder, command):
    """The functions of one run, as the linker names them."""
    out = folder / "callgrind"
    subprocess.run(
        ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}", *command],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return re.findall(r"^c?fn=\(\d+\) (\S+)", out.read_text(errors="replace"), re.M)


def members():
    """Where glibc's functions are: its archive has one section for each member, not for each function."""
    archive = subprocess.run(["cc", "-print-file-name=libc.a"], check=True, capture_output=True, text=True).stdout.strip()
    listed = subprocess.run(["nm", "-A", archive], capture_output=True, text=True).stdout
    found = {}
    for member, name in re.findall(r":([^:]+\.o):[0-9a-f]+ [TtWwi] (\S+)$", listed, re.M):
        found.setdefault(name, set()).add(member)
    return {name: members.pop() for name, members in found.items() if len(members) == 1}


def pattern(function, libc):
    """The same for every build: without the hashes of crates, of instances and of units of compilation."""
    function = re.sub(r"'\d+$", "", function)
    if function in libc:
        return f"libc.a:{libc[function]}"
    function = re.sub(r"17h[0-9a-f]{16}E.*$", "*", function)
    function = re.sub(r"Cs[0-9A-Za-z]+_", "*", function)
    return re.sub(r"\.(llvm\.\d+|(part|isra|constprop|cold)\.\d+.*)$", "*", function)


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key, cert = folder / "key.pem", folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
            + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        plain, secured, server = serve(), serve(context), names()
        http, https = f"http://127.0.0.1:{plain}", f"https://localhost:{secured}"
        quiet = [program, "-s", "-o", "/dev/null"]
        trusting = ["--cacert", str(cert)]
        asking = ["--dns-servers", f"127.0.0.1:{server}"]
        told = [program, "-o", "/dev/null"]
        runs = {
            "a message": [program, "-s", "--until", "message", f"{http}/text"],
            "a fetch over http": [*quiet, f"{http}/text"],
            "a name": [*quiet, *asking, f"http://www.lab.example:{plain}/text"],
            "a page with images": [*quiet, "--images", f"{http}/"],
            "a fetch over https": [*quiet, *trusting, f"{https}/text"],
            "a fetch, told": [*told, f"{http}/text"],
            "a name, told": [*told, *asking, f"http://www.lab.example:{plain}/text"],
            "a page with images, told": [*told, f"{http}/"],
            "a fetch over https, told": [*told, *trusting, f"{https}/text"],
        }
        print("# Functions in the order in which build.rs lays them; made by tools/link_order.py, from the runs that are named here.")
        seen, libc = set(), members()
        for what, command in runs.items():
            patterns = {pattern(function, libc) for function in executed(folder, command) if re.match(r"[\w.$]+$", function)}
            fresh = {p for p in patterns - seen if re.match("_Z|_R|libc", p)}
            seen |= fresh
            print(f"# {what}")
            print("\n".join(sorted(fresh)))


main()
