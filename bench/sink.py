"""`python -m bench.sink PORT`: a mail server in its own process that records when it accepted each message.

It prints a line for each mail: the time and the Message-ID.
"""

from __future__ import annotations

import asyncio
import sys
import time

WORDS = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n", b"EHLO": b"250-sink\r\n250 8BITMIME\r\n"}


class Conversation(asyncio.Protocol):
    """Only as much SMTP as a client needs, because the other side is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the greeting."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.rest, self.is_data, self.message_id = transport, b"", False, ""
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer line by line."""
        *lines, self.rest = (self.rest + data).split(b"\r\n")
        for line in lines:
            self._take_text(line) if self.is_data else self._answer(line)

    def _answer(self, line: bytes) -> None:
        word = line[:4].upper()
        self.is_data = word == b"DATA"
        self.transport.write(WORDS.get(word, b"250 ok\r\n"))
        if word == b"QUIT":
            self.transport.close()

    def _take_text(self, line: bytes) -> None:
        if line[:11].lower() == b"message-id:":
            self.message_id = line[11:].strip().decode()
        if line == b".":
            self.is_data = False
            sys.stdout.write(f"{time.time()} {self.message_id}\n")
            sys.stdout.flush()
            self.transport.write(b"250 taken\r\n")


async def main(port: int) -> None:
    """Serve for ever."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Conversation, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
