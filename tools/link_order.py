#!/usr/bin/env python3
"""Writes link-order.txt: the functions that ordinary runs execute, and the constants that they read, for build.rs to lay side by side.

usage: cargo rustc --release --bin jaunt -- -C link-arg=-Wl,-Map=$PWD/target/release/jaunt.map
       python3 tools/link_order.py target/release/jaunt > link-order.txt

Needs valgrind, openssl and a program linked by lld. Run it again when `cargo bench --bench peers` shows that peak memory has grown.
"""

import bisect
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
LINES = (b"<p>A picture, and words behind it: <img src=/%d.png alt=''>\n" % n for n in range(200))
PAGE = b"<!DOCTYPE html><meta charset=utf-8><title>t</title>" + b"".join(LINES)


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


class Program:
    """Which section of which object file lies where, by the map that the linker (lld) writes."""

    INPUT = re.compile(r"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ {9}(\S.*):\((\S+?)\)$", re.M)

    def __init__(self, path):
        placed = [(int(at, 16), int(size, 16), file, name) for at, size, file, name in self.INPUT.findall(Path(f"{path}.map").read_text())]
        self.sections = sorted(section for section in placed if section[1])
        self.starts = [section[0] for section in self.sections]

    def section(self, address):
        n = bisect.bisect_right(self.starts, address) - 1
        at, size, file, name = self.sections[n] if n >= 0 else (0, 0, "", "")
        # Of a big table a run reads a few lines: it would only keep others apart.
        table = size > 16384 and name.startswith(".rodata") and ".a(" not in file
        return (file, name) if address < at + size and not table else None

    def touched(self, command):
        """The sections of code that one run executes, and those of constants that it reads."""
        trace = ["valgrind", "--tool=lackey", "--trace-mem=yes", "--log-fd=9"]
        script = 'exec 9>&1 >/dev/null 2>&1; exec "$@"'
        with subprocess.Popen(["sh", "-c", script, "sh", *trace, *command], stdout=subprocess.PIPE) as run:
            addresses = {line[3:].split(b",")[0] for line in run.stdout if line[:2] in (b"I ", b" L", b" M")}
        if run.returncode:
            sys.exit(f"{command} ended with {run.returncode}")
        return {self.section(int(address, 16)) for address in addresses} - {None}


def pattern(file, name):
    """A line of link-order.txt, the same for every build: without the hashes of crates, of instances and of units of compilation."""
    kind, _, own = name[1:].partition(".")
    if kind not in ("text", "rodata"):
        return None
    constant = "=" if kind == "rodata" else ""
    if archive := re.search(r"(lib[a-z_]+)[\w.-]*\.a\(([\w.-]+\.o)\)$", file):
        return f"{constant}{archive[1]}*.a:{archive[2]}"
    if re.search(r"/crt\w+\.o$", file):
        return f"{constant}{file.rsplit('/', 1)[1]}"
    own = own.removeprefix("unlikely.").removesuffix(".rel")
    # Constants without a name are numbered anew whenever their crate changes; build.rs itself takes those that the linker merges.
    if not own or own.startswith((".Lanon", "cst", "str")):
        return None
    own = re.sub(r"17h[0-9a-f]{16}E.*$", "*", own)
    own = re.sub(r"Cs[0-9A-Za-z]+_", "*", own)
    return constant + re.sub(r"\.(llvm\.)?\d+$|\.(part|isra|constprop|cold)\.\d+.*$", "*", own)


def main():
    program = sys.argv[1]
    sections = Program(program)
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
            "a page with images": [*quiet, "--images", f"{http}/"],
            "a name": [*quiet, *asking, f"http://www.lab.example:{plain}/text"],
            "a fetch over https": [*quiet, *trusting, f"{https}/text"],
            "a fetch, told": [*told, f"{http}/text"],
            "a name, told": [*told, *asking, f"http://www.lab.example:{plain}/text"],
            "a page with images, told": [*told, f"{http}/"],
            "a fetch over https, told": [*told, *trusting, f"{https}/text"],
        }
        print("# Functions, and behind = constants, as build.rs lays them; made by tools/link_order.py from the runs named here.")
        seen = set()
        for what, command in runs.items():
            touched = {pattern(*section) for section in sections.touched(command)} - {None}
            print(f"# {what}")
            print("\n".join(sorted(touched - seen)))
            seen |= touched


main()
