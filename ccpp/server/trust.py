"""What the server holds a catalogue's artefacts to: their signatures, against the roots of the security domains that its options name.

A version of the catalogue is held to them when it is loaded, and an artefact again when it is offered, so that a file that was changed between is not.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ccpp.catalogue.model import Domain
from ccpp.errors import UsageError
from ccpp.provisioning.domains import Policy, bar, hold, prove, read_roots
from ccpp.server.memory import Memory
from ccpp.storage.files import read_file

if TYPE_CHECKING:
    from ccpp.catalogue.model import Application, Artefact, Catalogue
    from ccpp.provisioning.domains import Proof
    from ccpp.provisioning.signing import Signer
    from ccpp.server.artefacts import Artefacts
    from ccpp.server.options import Options

#: Bytes of a file of roots, or of a signer's key or certificates.
_MAX_PEM = 1_048_576
#: Bytes that are read at a time.
_CHUNK = 262_144


class Trust:
    """Holds what is offered to the domains."""

    def __init__(self, policy: Policy, artefacts: Artefacts) -> None:
        self._policy = policy
        self._artefacts = artefacts
        self._proofs: Memory[tuple[object, ...], Proof] = Memory(10_000)

    def held(self, catalogue: Catalogue, now: float) -> Catalogue:
        """A catalogue by what its artefacts prove."""
        return hold(catalogue, lambda artefact: self.proof(artefact, now), self._policy)

    def bar(self, application: Application, artefact: Artefact, now: float) -> str:
        """Why an artefact may not be offered; empty where it may."""
        return bar(application, self.proof(artefact, now), self._policy)

    def proof(self, artefact: Artefact, now: float) -> Proof:
        """What an artefact proves; known again as long as the file is the same, for a day."""
        found = self._artefacts.find(artefact.uri)
        key = (found.digest if found else artefact.digest, artefact.signature, now // 86_400)
        return self._proofs.get(key) or self._proofs.put(key, self._proved(artefact, now))

    def _proved(self, artefact: Artefact, now: float) -> Proof:
        def digest(name: str) -> bytes | None:
            found = self._artefacts.find(artefact.uri)
            if found is None:
                stated, _, value = (artefact.digest or "").partition(":")
                return bytes.fromhex(value) if stated == name else None
            made = hashlib.new(name, usedforsecurity=False)
            with found.path.open("rb") as file:
                while part := file.read(_CHUNK):
                    made.update(part)
            return made.digest()

        return prove(artefact.signature, digest, self._policy, datetime.fromtimestamp(now, UTC))


def make_trust(options: Options, artefacts: Artefacts) -> Trust | None:
    """What the options say of domains; `None` where they say nothing.

    Raises:
        UsageError: a domain is none, or a file has no roots.
    """
    wrong = [one for one in options.domains if one not in list(Domain)]
    if wrong:
        raise UsageError(f"no security domain `{wrong[0]}`", source="domains", hint="known are " + ", ".join(Domain))
    files = {
        Domain.OPERATOR: options.roots_operator,
        Domain.MANUFACTURER: options.roots_manufacturer,
        Domain.THIRD_PARTY: options.roots_third_party,
    }
    roots = {domain: read_roots(read_file(file, _MAX_PEM), file) for domain, file in files.items() if file}
    offered = frozenset(map(Domain, options.domains))
    return Trust(Policy(roots, offered), artefacts) if roots or len(offered) < len(Domain) else None


def make_signer(options: Options) -> Signer | None:
    """Who signs descriptors of Java archives and configuration profiles; `None` where nobody does.

    Raises:
        UsageError: the key or the certificates are none.
    """
    if not options.sign_key and not options.sign_certificates:
        return None
    from ccpp.provisioning.signing import load_signer  # noqa: PLC0415  where it is used

    if not options.sign_key or not options.sign_certificates:
        raise UsageError("a signer is a key and its certificates", hint="set `sign_key` and `sign_certificates`")
    return load_signer(read_file(options.sign_key, _MAX_PEM), read_file(options.sign_certificates, _MAX_PEM))
