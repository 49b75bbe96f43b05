// An OpenID provider of another maker (npm oidc-provider) with its own pages for signing in: whoever is typed in is who signs in.
// Arguments: the console's redirect URI. Prints its issuer when it is ready, and ends with its standard input.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const from = createRequire(`${process.cwd()}/package.json`);
const load = (name) => import(pathToFileURL(from.resolve(name)));
const { Provider } = await load('oidc-provider');
const { generateKeyPair, exportJWK } = await load('jose');

const key = async (alg) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg };
};
const [redirect] = process.argv.slice(2);
const client = { redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] };

const server = createServer();
server.listen(0, '127.0.0.1', async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: 'hedui', client_secret: 'a secret: with % and +', token_endpoint_auth_method: 'client_secret_basic' },
      { ...client, client_id: 'hedui-public', token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' },
    ],
    cookies: { keys: ['for the test alone'] },
    jwks: { keys: [await key('RS256'), await key('ES256')] },
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.resume().on('end', () => process.exit(0));
