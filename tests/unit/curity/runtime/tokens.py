"""Keys and access tokens as Curity makes them: small and really signed."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


@dataclass
class SigningKey:
    """An elliptic or RSA key and its public half as JWK."""

    kid: str = "-1327236000"
    algorithm: str = "ES256"
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)

    def jwk(self) -> dict[str, Any]:
        public = self.private.public_key()
        made = ECAlgorithm.to_jwk(public) if self.algorithm.startswith("ES") else RSAAlgorithm.to_jwk(public)
        jwk: dict[str, Any] = json.loads(made)
        return jwk | {"kid": self.kid, "alg": self.algorithm, "use": "sig"}

    def token(self, issuer: str, subject: str, **claims: Any) -> str:
        now = int(time.time())
        payload = {
            "iss": issuer,
            "sub": subject,
            "aud": "api.acme.example",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "scope": "",
        } | claims
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, self.private, algorithm=self.algorithm, headers={"kid": self.kid})


def rsa_key(kid: str = "rsa-1", algorithm: str = "RS256") -> SigningKey:
    return SigningKey(kid, algorithm, rsa.generate_private_key(public_exponent=65537, key_size=2048))
