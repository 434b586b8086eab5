// An identity provider on loopback, for the tests: a certified OpenID provider, whose keys can be changed while it runs. It prints its
// address, and ends when its input does. Beside what the standard has:
//   POST /-/keys            new keys take the place of the present ones
//   POST /-/tokens          signs {header, claims} with the present key, so that tokens can be made that a good provider would not make
//   GET  /-/readings        how often its keys were read
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';

const AUDIENCE = 'urn:uurwerk:test';
// A person is a client here: `client_credentials` needs no browser, and the signatures are the same.
const people = JSON.parse(process.argv[2]);
let issuer, keys, provider, generation = 0, readings = 0;

async function change() {
  generation += 1;
  const pairs = await Promise.all(['RS256', 'PS256', 'ES256'].map(async (alg) => [alg, await generateKeyPair(alg, { extractable: true })]));
  keys = Object.fromEntries(pairs.map(([alg, { privateKey }]) => [alg, { key: privateKey, kid: `${alg}-${generation}` }]));
  const jwks = await Promise.all(pairs.map(async ([alg, { privateKey }]) => ({ ...(await exportJWK(privateKey)), alg, use: 'sig', kid: keys[alg].kid })));
  provider = new Provider(issuer, {
    jwks: { keys: jwks },
    clients: Object.keys(people).map((id) => ({
      client_id: id, client_secret: 'geheim', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    })),
    extraTokenClaims: (_context, token) => people[token.clientId],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'tickets', audience: AUDIENCE, accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
      },
    },
  });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || '{}');
}

async function answer(request, response) {
  if (request.url === '/-/keys') {
    await change();
    response.end();
  } else if (request.url === '/-/tokens') {
    const { header, claims } = await body(request);
    const { key, kid } = keys[header.alg];
    response.end(await new SignJWT(claims).setProtectedHeader({ kid, ...header }).sign(key));
  } else if (request.url === '/-/readings') {
    response.end(String(readings));
  } else {
    if (request.url === '/jwks') readings += 1;
    provider.callback()(request, response);
  }
}

const server = createServer((request, response) => answer(request, response).catch((error) => response.writeHead(500).end(String(error))));
server.listen(0, '127.0.0.1', async () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  await change();
  console.log(issuer);
});
process.stdin.resume().on('end', () => process.exit(0));
