#!/usr/bin/env python3
"""Opens a sealed report with PyPI jwcrypto, and checks that altered ones are refused.

    open_with_jwcrypto.py REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]

Exits 1 when the report does not open, is not what was expected, or opens although one character of a segment of the JWE, or of
the JWS inside, was changed.
"""

import json
import sys

from altered import check
from jwcrypto import jwe, jwk, jws

TO_RECIPIENT = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]


def main(token_file, private_file, jwks_file, expected_file=None):
    token = open(token_file, encoding="ascii").read().strip()
    private = jwk.JWK.from_json(open(private_file, encoding="utf-8").read())
    signers = jwk.JWKSet.from_json(open(jwks_file, encoding="utf-8").read())

    def unseal(token):
        sealed = jwe.JWE(algs=TO_RECIPIENT)
        sealed.deserialize(token, key=private)
        return sealed.payload.decode("ascii")

    def verify(token):
        signed = jws.JWS()
        signed.allowed_algs = ["ES256"]
        signed.deserialize(token)
        signed.verify(signers.get_key(signed.jose_header["kid"]))
        return signed.payload

    payload = check("jwcrypto", token, unseal, verify)
    json.loads(payload)
    if expected_file and payload != open(expected_file, "rb").read():
        sys.exit("jwcrypto: opened, but to another report")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
