#!/usr/bin/env node
// The TypeScript SDK v1, which knows the 2025 era only.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { answers, main } from './client-common.mjs';

await main(async (url, era) => {
  if (era === 'modern') throw new Error('SDK v1 speaks the legacy era only');
  const client = new Client({ name: 'interop-ts-v1', version: '1' }, { capabilities: { elicitation: {}, sampling: {}, roots: {} } });
  client.setRequestHandler(ElicitRequestSchema, answers.elicitation);
  client.setRequestHandler(CreateMessageRequestSchema, answers.sampling);
  client.setRequestHandler(ListRootsRequestSchema, answers.roots);
  const transport = new StreamableHTTPClientTransport(url);
  await client.connect(transport);
  client.call = (params, options) => client.callTool(params, undefined, options);
  client.end = () => transport.terminateSession().then(() => client.close());
  return client;
});
