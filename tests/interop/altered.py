"""One changed character that matters, at several places of every segment of a token."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def another(character):
    """A character whose highest bit is another: it stands for data even at a segment's end, where low bits may stand for nothing."""
    return ALPHABET[ALPHABET.index(character) ^ 32]


def altered(token):
    """Every altered token, with what was altered."""
    segments = token.split(".")
    for index, segment in enumerate(segments):
        for place in sorted({0, len(segment) // 3, len(segment) // 2, len(segment) - 1}):
            changed = segment[:place] + another(segment[place]) + segment[place + 1 :]
            yield f"segment {index + 1}, character {place + 1}", ".".join(
                segments[:index] + [changed] + segments[index + 1 :]
            )


def check(library, token, unseal, verify):
    """Opens a token, then every altered one of either layer; the report's bytes. `unseal` takes a JWE, `verify` a JWS."""
    signed = unseal(token)
    payload = verify(signed)
    for layer, whole, opens in [
        ("JWE", token, lambda changed: verify(unseal(changed))),
        ("JWS", signed, verify),
    ]:
        refused = 0
        for what, changed in altered(whole):
            try:
                opens(changed)
            except Exception:  # every library names its refusals differently
                refused += 1
            else:
                raise SystemExit(f"{library}: altered {layer} accepted: {what}")
        print(f"{library}: {refused} altered {layer} refused")
    print(f"{library}: opened {len(payload)} bytes, signature verified")
    return payload
