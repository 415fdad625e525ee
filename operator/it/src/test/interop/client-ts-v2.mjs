#!/usr/bin/env node
// The TypeScript SDK v2. Its own default is the legacy era; modern is pinned, so that it cannot fall back unseen.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answers, main } from './client-common.mjs';

await main(async (url, era) => {
  const client = new Client({ name: 'interop-ts-v2', version: '1' }, {
    capabilities: { elicitation: {}, sampling: {}, roots: {} },
    versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : era }
  });
  client.setRequestHandler('elicitation/create', answers.elicitation);
  client.setRequestHandler('sampling/createMessage', answers.sampling);
  client.setRequestHandler('roots/list', answers.roots);
  const transport = new StreamableHTTPClientTransport(url);
  await client.connect(transport);
  client.call = (params, options) => client.callTool(params, options);
  client.end = () => (transport.sessionId ? transport.terminateSession() : Promise.resolve()).then(() => client.close());
  return client;
});
