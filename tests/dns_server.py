"""A name server on this machine that answers as asked, over UDP and TCP, or says nothing at all."""

from __future__ import annotations

import socketserver
import struct
import threading
from types import TracebackType
from typing import Any, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

LARGEST_UDP = 512
TTL = 60


class DnsServer:
    """Context manager; `txt` and `cname` hold what it knows, by name without the last dot."""

    def __init__(self) -> None:
        self.txt: dict[str, list[str]] = {}
        self.cname: dict[str, str] = {}
        self.is_frozen = False
        self.rcode = dns.rcode.NOERROR
        self.asked: list[str] = []
        server = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                content, sock = self.request
                answer = server.answer(content)
                if answer is not None:
                    if len(answer.to_wire()) > LARGEST_UDP:
                        answer = dns.message.make_response(dns.message.from_wire(content))
                        answer.flags |= dns.flags.TC
                    sock.sendto(answer.to_wire(), self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                (length,) = struct.unpack("!H", self.request.recv(2))
                answer = server.answer(self.request.recv(length))
                if answer is not None:
                    wire = answer.to_wire()
                    self.request.sendall(struct.pack("!H", len(wire)) + wire)

        self._tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp)
        self._udp = socketserver.ThreadingUDPServer(self._tcp.server_address, Udp)
        self._tcp.daemon_threads = self._udp.daemon_threads = True

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._tcp.server_address[:2]
        return str(host), int(port)

    def answer(self, content: bytes) -> dns.message.Message | None:
        """What is said to a question; nothing while frozen."""
        question = dns.message.from_wire(content)
        name = question.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if self.is_frozen:
            return None
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        answer.set_rcode(self.rcode)
        if self.rcode != dns.rcode.NOERROR:
            return answer
        if name in self.cname:
            answer.answer.append(dns.rrset.from_text(f"{name}.", TTL, "IN", "CNAME", f"{self.cname[name]}."))
            name = self.cname[name]
        texts = [
            " ".join(f'"{one[n : n + 250]}"' for n in range(0, len(one), 250)) for one in self.txt.get(name, ())
        ]
        if texts:
            answer.answer.append(dns.rrset.from_text_list(f"{name}.", TTL, "IN", dns.rdatatype.TXT, texts))
        elif not answer.answer and not any(known.endswith(f".{name}") for known in [*self.txt, *self.cname]):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def __enter__(self) -> Self:
        for one in (self._tcp, self._udp):
            threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        one: Any
        for one in (self._tcp, self._udp):
            one.shutdown()
            one.server_close()
