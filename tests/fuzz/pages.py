"""What the pages for people are sent: forms, and requirements written on the spot."""

from __future__ import annotations

import json

from ccpp.server.message import Request
from ccpp.server.pages.forms import FORM, PARTS, read_form
from ccpp.server.pages.trial import EXAMPLES, excerpt, read_trial

from .target import SUITE, Target, tokens, vocabularies

TOKEN = "t" * 32
SENT = (("cookie", f"ccpp-form={TOKEN}"),)


def form(data: bytes) -> None:
    """A form, of either encoding: it counts only with the visitor's token in it."""
    for media_type in (FORM, f"{PARTS}; boundary=x"):
        found = read_form(Request("POST", "/pages", (*SENT, ("content-type", media_type)), data))
        assert found.text("token") == TOKEN, "a form without the token counts"


def forms() -> list[bytes]:
    part = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + TOKEN.encode() + b"\r\n"
    return [
        b"token=" + TOKEN.encode() + b"&a=%3C",
        part + b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.ttl"\r\n\r\n<\r\n--x--\r\n',
    ]


def trial(data: bytes) -> None:
    """A requirement of the playground: what is read has a name to begin with."""
    found = read_trial(data.decode(errors="replace"), vocabularies())
    assert all(name in found.graph for name in found.roots), "a requirement that is not there"


def trials() -> list[bytes]:
    cases = json.loads((SUITE / "playground.json").read_text())
    return [text.encode() for text in EXAMPLES.values()] + [case["requirement"].encode() for case in cases]


def cut(data: bytes) -> None:
    """A catalogue's text that a requirement is looked for in: what is found stands in it."""
    text = data.decode(errors="replace")
    found = excerpt([("a.ttl", data)], ["urn:ccpp:this#Wanted"])
    assert not found or found.strip().splitlines()[-1] in text, "something that nobody wrote"


WORDS = (b"\r\n", b"--x", b"--", b'name="', b"&", b"=", b"%", b"token")

TARGETS = (
    Target("page-form", form, forms, WORDS, 500),
    Target("playground", trial, trials, tokens("turtle"), 40),
    Target("excerpt", cut, trials, tokens("turtle"), 300),
)
