#!/usr/bin/env python3
"""Opens a sealed report with PyPI jwcrypto, and checks that an altered one is refused.

    open_with_jwcrypto.py REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]

Exits 1 when the report does not open, is not what was expected, or opens although one character in one of its five segments
was changed.
"""

import json
import sys

from jwcrypto import jwe, jwk, jws

TO_RECIPIENT = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]


def open_report(token, private, signers):
    sealed = jwe.JWE(algs=TO_RECIPIENT)
    sealed.deserialize(token, key=private)
    signed = jws.JWS()
    signed.allowed_algs = ["ES256"]
    signed.deserialize(sealed.payload.decode("ascii"))
    signed.verify(signers.get_key(signed.jose_header["kid"]))
    return signed.payload


def altered(segment):
    """Another character in the middle: the last one may carry bits that some decoders ignore."""
    middle = len(segment) // 2
    return segment[:middle] + ("A" if segment[middle] != "A" else "B") + segment[middle + 1 :]


def main(token_file, private_file, jwks_file, expected_file=None):
    token = open(token_file, encoding="ascii").read().strip()
    private = jwk.JWK.from_json(open(private_file, encoding="utf-8").read())
    signers = jwk.JWKSet.from_json(open(jwks_file, encoding="utf-8").read())

    payload = open_report(token, private, signers)
    json.loads(payload)
    if expected_file and payload != open(expected_file, "rb").read():
        sys.exit("jwcrypto: opened, but to another report")
    segments = token.split(".")
    for index, segment in enumerate(segments):
        changed = ".".join(segments[:index] + [altered(segment)] + segments[index + 1 :])
        try:
            open_report(changed, private, signers)
        except Exception as refusal:  # every library names its refusals differently
            print(f"jwcrypto: altered segment {index + 1} refused ({type(refusal).__name__})")
        else:
            sys.exit(f"jwcrypto: altered segment {index + 1} was accepted")
    print(f"jwcrypto: opened {len(payload)} bytes, signature verified")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
