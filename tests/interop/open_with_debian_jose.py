#!/usr/bin/env python3
"""Opens a sealed report with José, Debian's `jose` command, and checks that altered ones are refused.

    open_with_debian_jose.py REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]

Exits 1 when the report does not open, is not what was expected, or opens although one character of a segment of the JWE, or of
the JWS inside, was changed.
"""

import json
import subprocess
import sys

from altered import check


def run(*command, given):
    done = subprocess.run(["jose", *command], input=given, capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


def main(token_file, private_file, jwks_file, expected_file=None):
    token = open(token_file, encoding="ascii").read().strip()

    def unseal(token):
        return run("jwe", "dec", "-i", "-", "-k", private_file, given=token.encode()).decode("ascii").strip()

    def verify(signed):
        return run("jws", "ver", "-i", "-", "-k", jwks_file, "-O", "-", given=signed.encode())

    payload = check("José", token, unseal, verify)
    json.loads(payload)
    if expected_file and payload != open(expected_file, "rb").read():
        sys.exit("José: opened, but to another report")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
