// Opens a sealed report with npm jose, and checks that an altered one is refused.
//
//     node open_with_jose.mjs REPORT.jwe PRIVATE.json JWKS.json [EXPECTED_REPORT]
//
// The package is looked for from the working directory. Exits 1 when the report does not open, is not what was expected, or
// opens although one character in one of its five segments was changed.

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

async function open(sealed) {
  const { plaintext } = await jose.compactDecrypt(sealed, recipient, {
    keyManagementAlgorithms: ["ECDH-ES+A256KW", "RSA-OAEP-256"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
  const { payload } = await jose.compactVerify(plaintext, signers, { algorithms: ["ES256"] });
  return Buffer.from(payload);
}

// Another character in the middle: the last one may carry bits that some decoders ignore.
function altered(segment) {
  const middle = Math.floor(segment.length / 2);
  return segment.slice(0, middle) + (segment[middle] === "A" ? "B" : "A") + segment.slice(middle + 1);
}

const payload = await open(token);
JSON.parse(payload.toString("utf8"));
if (expectedFile && !payload.equals(readFileSync(expectedFile))) fail("jose: opened, but to another report");
const segments = token.split(".");
for (const [index, segment] of segments.entries()) {
  const changed = segments.with?.(index, altered(segment)) ?? segments.map((s, i) => (i === index ? altered(s) : s));
  const refusal = await open(changed.join(".")).then(() => null, (error) => error);
  if (!refusal) fail(`jose: altered segment ${index + 1} was accepted`);
  console.log(`jose: altered segment ${index + 1} refused (${refusal.code ?? refusal.name})`);
}
console.log(`jose: opened ${payload.length} bytes, signature verified`);
