// Opens a sealed report with npm jose, and checks that altered ones are refused.
//
//     node open_with_jose.mjs REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]
//
// The package is looked for from the working directory. Exits 1 when the report does not open, is not what was expected, or
// opens although one character of a segment of the JWE, or of the JWS inside, was changed.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(`${process.cwd()}/`);
const jose = await import(pathToFileURL(resolve("jose")));

const [tokenFile, privateFile, jwksFile, expectedFile] = process.argv.slice(2);
if (!jwksFile) fail("usage: open_with_jose.mjs REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]");

function fail(message) {
  console.error(message);
  process.exit(1);
}

const token = readFileSync(tokenFile, "ascii").trim();
const jwk = JSON.parse(readFileSync(privateFile, "utf8"));
const recipient = await jose.importJWK(jwk, jwk.kty === "RSA" ? "RSA-OAEP-256" : "ECDH-ES+A256KW");
const signers = jose.createLocalJWKSet(JSON.parse(readFileSync(jwksFile, "utf8")));

async function unseal(sealed) {
  const { plaintext } = await jose.compactDecrypt(sealed, recipient, {
    keyManagementAlgorithms: ["ECDH-ES+A256KW", "RSA-OAEP-256"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
  return Buffer.from(plaintext).toString("ascii");
}

async function verify(signed) {
  const { payload } = await jose.compactVerify(signed, signers, { algorithms: ["ES256"] });
  return Buffer.from(payload);
}

// A character whose highest bit is another: it stands for data even at a segment's end, where low bits may stand for nothing.
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const another = (character) => ALPHABET[ALPHABET.indexOf(character) ^ 32];

function* altered(token) {
  const segments = token.split(".");
  for (const [index, segment] of segments.entries()) {
    const last = segment.length - 1;
    for (const place of new Set([0, Math.floor(last / 3), Math.floor(last / 2), last])) {
      const changed = segment.slice(0, place) + another(segment[place]) + segment.slice(place + 1);
      yield [`segment ${index + 1}, character ${place + 1}`, segments.map((s, i) => (i === index ? changed : s)).join(".")];
    }
  }
}

const signed = await unseal(token);
const payload = await verify(signed);
JSON.parse(payload.toString("utf8"));
if (expectedFile && !payload.equals(readFileSync(expectedFile))) fail("jose: opened, but to another report");
const open = async (sealed) => verify(await unseal(sealed));
for (const [layer, whole, opens] of [["JWE", token, open], ["JWS", signed, verify]]) {
  let refused = 0;
  for (const [what, changed] of altered(whole)) {
    const refusal = await opens(changed).then(() => null, (error) => error);
    if (!refusal) fail(`jose: altered ${layer} accepted: ${what}`);
    refused += 1;
  }
  console.log(`jose: ${refused} altered ${layer} refused`);
}
console.log(`jose: opened ${payload.length} bytes, signature verified`);
