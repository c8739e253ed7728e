"""The sandbox's certificate authority and the one leaf certificate that all its systems show."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of a CA made at start: its certificate, and key and chain for `localhost` and 127.0.0.1."""

    ca_file: Path
    certificate_file: Path
    key_file: Path

    def client_context(self) -> ssl.SSLContext:
        """What a client needs that trusts this CA and nobody else."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def make_certificates(directory: Path) -> Certificates:
    """Make a CA and a leaf certificate in `directory`; the CA's key is forgotten at once."""
    authority = trustme.CA(organization_name="Sandbox")
    leaf = authority.issue_cert("localhost", "127.0.0.1", common_name="localhost")
    made = Certificates(directory / "ca.pem", directory / "certificate.pem", directory / "key.pem")
    authority.cert_pem.write_to_path(made.ca_file)
    made.key_file.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(made.key_file)
    for block in leaf.cert_chain_pems:
        block.write_to_path(made.certificate_file, append=True)
    return made
