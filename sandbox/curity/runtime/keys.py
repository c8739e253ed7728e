"""Signing keys of the run time: made when first needed, one for each signing key that the configuration names.

An export holds its keystores encrypted, so the sandbox cannot use them; it makes keys of the configured type instead.
Source: docs/vendors/curity.md, Default token issuer, Access tokens (`kid` is a number as text, `x5t` the thumbprint of the certificate).
"""

from __future__ import annotations

import base64
import datetime
import json
import threading
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from sandbox.curity.runtime.view import Issuer, SigningKey

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_RSA_BITS = 2048
_EC_ALGORITHM = "ES256"
_VALIDITY = datetime.timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with the names that tokens and JWKS know it by."""

    private: PrivateKey
    kid: str
    x5t: str

    def public_jwk(self, algorithm: str) -> dict[str, Any]:
        """The public half, as it stands in the JWKS."""
        public = self.private.public_key()
        text = RSAAlgorithm.to_jwk(public) if isinstance(public, rsa.RSAPublicKey) else ECAlgorithm.to_jwk(public)
        members = {name: value for name, value in json.loads(text).items() if name not in ("key_ops", "use")}
        return members | {"kid": self.kid, "use": "sig", "alg": algorithm, "x5t": self.x5t}


class KeyStore:
    """The run time's private keys, by the id of the signing key. They outlive a reset: a keystore is configuration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pairs: dict[str, KeyPair] = {}

    def pair(self, key: SigningKey) -> KeyPair:
        """The key pair of a configured signing key."""
        name = f"{key.type}/{key.id}/{key.external_id}"
        with self._lock:
            if name not in self._pairs:
                self._pairs[name] = _make_pair(key)
            return self._pairs[name]

    def sign(self, issuer: Issuer, claims: dict[str, Any]) -> str | None:
        """A signed JWT, or None where issuer and key do not fit together (no key, or not one of the algorithm's type)."""
        if issuer.key is None or issuer.algorithm not in algorithms_of(issuer.key):
            return None
        pair = self.pair(issuer.key)
        named = {"kid": pair.kid} if issuer.key_id_in_header else {}
        thumbprint = {"x5t": pair.x5t} if issuer.thumbprint_in_header else {}
        # `typ` is left out: the real header has none.
        headers = {**named, **thumbprint, "typ": None}
        return jwt.encode(claims, pair.private, algorithm=issuer.algorithm, headers=headers)


def algorithms_of(key: SigningKey) -> tuple[str, ...]:
    """What a key of that type can sign."""
    if key.type == "rsa":
        return ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    return (_EC_ALGORITHM,)


def _make_pair(key: SigningKey) -> KeyPair:
    private: PrivateKey
    if key.type == "rsa":
        private = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    thumbprint = _certificate(key.id, private).fingerprint(hashes.SHA1())  # noqa: S303 - x5t is SHA-1 by RFC 7517
    number = int.from_bytes(thumbprint[:4], "big", signed=True)
    return KeyPair(private, key.external_id or str(number), base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode())


def _certificate(name: str, private: PrivateKey) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number(), now, now + _VALIDITY)
    return builder.sign(private, hashes.SHA256())
