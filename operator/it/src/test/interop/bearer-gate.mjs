// node bearer-gate.mjs --port PORT --to PORT --token TOKEN: a tool server's door. Passes what brings the token, and
// answers 401 to everything else, as a server does that trusts nobody on its network.
import { createServer, request } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { port: { type: 'string' }, to: { type: 'string' }, token: { type: 'string' } } });

createServer((incoming, outgoing) => {
  if (incoming.headers.authorization !== `Bearer ${values.token}`) {
    incoming.resume();
    outgoing.writeHead(401, { 'www-authenticate': 'Bearer', 'content-type': 'text/plain' }).end('no credential\n');
    return;
  }
  const { authorization, ...headers } = incoming.headers;
  const forwarded = request({
    host: '127.0.0.1', port: Number(values.to), method: incoming.method, path: incoming.url,
    headers: { ...headers, host: `127.0.0.1:${values.to}` }
  }, answer => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end());
  outgoing.on('close', () => forwarded.destroy());
  incoming.pipe(forwarded);
}).listen(Number(values.port), '0.0.0.0');
