// Sends a household to hedui, waits for its report, opens it with the office's own key, and prints what it says.
//
// The types of every call are made from the service's own description:
//   npm install openapi-typescript openapi-fetch jose typescript@5 @types/node
//   npx openapi-typescript "$BASE/openapi.json" -o hedui.d.ts && npx tsc
//   node verify.js household.json recipient.jwk      (with HEDUI_BASE and HEDUI_TOKEN in the environment)
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { compactDecrypt, compactVerify, createRemoteJWKSet, importJWK } from 'jose';
import createClient from 'openapi-fetch';
import type { components, paths } from './hedui.js';

type CaseStatus = components['schemas']['CaseStatus'];
type Problem = components['schemas']['Problem'];

/** What is printed here of a report (`/schemas/report.json`). */
interface Report {
  body: {
    number: string;
    summary: { words: string };
    screening: { outcome: string; state: 'met' | 'not_met' | 'open' }[];
  };
}

const [requestFile, keyFile] = process.argv.slice(2);
const { HEDUI_BASE: base, HEDUI_TOKEN: token } = process.env;
if (!requestFile || !keyFile || !base || !token) {
  throw new Error('usage: HEDUI_BASE=… HEDUI_TOKEN=… node verify.js REQUEST.json KEY.jwk');
}

const hedui = createClient<paths>({ baseUrl: base, headers: { authorization: `Bearer ${token}` } });

/** A refusal says which field is wrong, why, and what to do. */
const refused = (problem: Problem): Error => {
  const faults = (problem.errors ?? []).map((fault) => `\n  ${fault.pointer}: ${fault.detail}; ${fault.remedy}`);
  return new Error(`${problem.title}: ${problem.detail ?? ''}${faults.join('')}`);
};

const submit = async (household: components['schemas']['Request']): Promise<string> => {
  const { data, error } = await hedui.POST('/v1/verifications', { body: household });
  if (error) throw refused(error);
  return data.id;
};

/** Until every department has answered, or its time is over. */
const finished = async (id: string): Promise<CaseStatus> => {
  for (;;) {
    const { data, error } = await hedui.GET('/v1/verifications/{id}', { params: { path: { id } } });
    if (error) throw refused(error);
    if (['final', 'failed', 'cancelled', 'erased'].includes(data.status)) return data;
    await sleep(1000);
  }
};

/** The sealed report: JWE for the office's key around JWS by the service's. */
const report = async (id: string): Promise<Report> => {
  const path = { id };
  const { data, error } = await hedui.GET('/v1/verifications/{id}/report', {
    params: { path },
    headers: { accept: 'application/jose' },
    parseAs: 'text',
  });
  if (error) throw refused(error);
  const key = await importJWK(JSON.parse(readFileSync(keyFile, 'utf8')), 'ECDH-ES+A256KW');
  const { plaintext } = await compactDecrypt(data as string, key);
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', base));
  const { payload } = await compactVerify(new TextDecoder().decode(plaintext), keys, { algorithms: ['ES256'] });
  return JSON.parse(new TextDecoder().decode(payload)) as Report;
};

const id = await submit(JSON.parse(readFileSync(requestFile, 'utf8')));
const status = await finished(id);
const { body } = await report(id);
console.log(`${status.status}, ${status.cells.length} answers, version ${status.version}`);
console.log(`${body.number}: ${body.summary.words}`);
for (const { outcome, state } of body.screening) console.log(`${outcome}: ${state}`);
