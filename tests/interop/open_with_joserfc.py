#!/usr/bin/env python3
"""Opens a sealed report with PyPI joserfc, and checks that altered ones are refused.

    open_with_joserfc.py REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]
    open_with_joserfc.py --new-key EC|RSA PREFIX      writes PREFIX.private.json and PREFIX.public.json

With its defaults, except that the two key management algorithms are allowed by name. Exits 1 when the report does not open,
is not what was expected, or opens although one character of a segment of the JWE, or of the JWS inside, was changed.
"""

import json
import os
import sys

from altered import check
from joserfc import jwe, jws
from joserfc.jwk import ECKey, KeySet, RSAKey

TO_RECIPIENT = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]


def main(token_file, private_file, jwks_file, expected_file=None):
    token = open(token_file, encoding="ascii").read().strip()
    private = json.load(open(private_file, encoding="utf-8"))
    private = (RSAKey if private["kty"] == "RSA" else ECKey).import_key(private)
    signers = KeySet.import_key_set(json.load(open(jwks_file, encoding="utf-8")))

    def unseal(token):
        sealed = jwe.decrypt_compact(token, private, algorithms=TO_RECIPIENT)
        if sealed.protected["cty"] != "jose":
            raise ValueError("cty is not jose")
        if sealed.protected["kid"] != private.thumbprint():
            raise ValueError("kid is not the thumbprint of the recipient's key")
        return sealed.plaintext.decode("ascii")

    def verify(signed):
        return jws.deserialize_compact(signed, signers, algorithms=["ES256"]).payload

    payload = check("joserfc", token, unseal, verify)
    json.loads(payload)
    if expected_file and payload != open(expected_file, "rb").read():
        sys.exit("joserfc: opened, but to another report")


def new_key(kind, prefix):
    key = RSAKey.generate_key(2048) if kind == "RSA" else ECKey.generate_key("P-256")
    with os.fdopen(os.open(prefix + ".private.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(key.as_dict(private=True), file)
    with open(prefix + ".public.json", "w", encoding="utf-8") as file:
        json.dump(key.as_dict(private=False), file)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--new-key":
        new_key(*sys.argv[2:])
    elif len(sys.argv) in (4, 5):
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
