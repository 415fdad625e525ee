#!/usr/bin/env node
// An MCP server that answers both protocol eras on one URL: 2025-11-25 with sessions, and 2026-07-28 stateless.
//   node dual-era-server.mjs --port 3100 [--notes DIR] [--fixture]
// --notes DIR: the folder below which write_note writes (default: a new temporary one).
// --fixture:   adds what the official conformance suite looks for (conformance-fixture.mjs, tasks-fixture.mjs).
// Prints "listening on URL" when it is ready. Listens on the loopback address only.
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  McpServer, WebStandardStreamableHTTPServerTransport, createMcpHandler, createRequestStateCodec, fromJsonSchema,
  hostHeaderValidationResponse, inputRequired, inputResponse, isLegacyRequest, localhostAllowedHostnames,
  localhostAllowedOrigins, originValidationResponse
} from '@modelcontextprotocol/server';
import { addConformanceFixture } from './conformance-fixture.mjs';
import { EXTENSION, addTaskTools, serveTasks } from './tasks-fixture.mjs';

const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '3100' }, notes: { type: 'string' }, fixture: { type: 'boolean' } }
});
const notes = realpathSync(options.notes ?? mkdtempSync(join(tmpdir(), 'notes-')));
const stateCodec = createRequestStateCodec({ key: randomUUID() + randomUUID() });

export const text = value => ({ content: [{ type: 'text', text: String(value) }] });
export const schema = (properties, required = Object.keys(properties)) =>
  fromJsonSchema({ type: 'object', properties, required });
const string = { type: 'string' };

function newServer() {
  const server = new McpServer({ name: 'dual-era-server', version: '1.0.0' }, {
    instructions: 'Echo, add, write notes; ask the user or the model.',
    capabilities: {
      tools: { listChanged: true }, prompts: { listChanged: true },
      resources: { listChanged: true, subscribe: true }, logging: {}, completions: {},
      ...(options.fixture && { extensions: { [EXTENSION]: {} } })
    },
    requestState: { verify: stateCodec.verify }
  });

  server.registerTool('echo', { description: 'Returns the message', inputSchema: schema({ message: string }) },
    ({ message }) => text(message));

  server.registerTool('add', {
    description: 'Adds two numbers',
    inputSchema: schema({ a: { type: 'number' }, b: { type: 'number' } }),
    outputSchema: schema({ sum: { type: 'number' } })
  }, ({ a, b }) => ({ ...text(a + b), structuredContent: { sum: a + b } }));

  server.registerTool('write_note', {
    description: 'Writes a text file below the notes folder',
    inputSchema: schema({ path: string, text: string }),
    annotations: { destructiveHint: true }
  }, ({ path, text: body }) => {
    const file = resolve(notes, path);
    if (!file.startsWith(notes + sep)) throw new Error('outside the notes folder');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
    return text(`wrote ${Buffer.byteLength(body)} bytes to ${path}`);
  });

  // Without a progress token nothing may be emitted, and then the modern answer stays plain JSON.
  server.registerTool('slow_count', {
    description: 'Counts slowly, reporting progress',
    inputSchema: schema({ steps: { type: 'integer', maximum: 1000 }, delayMs: { type: 'integer', maximum: 60000 } })
  }, async ({ steps, delayMs }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (let step = 1; step <= steps; step++) {
      await sleep(delayMs, undefined, { signal: ctx.mcpReq.signal }).catch(error => {
        console.log('slow_count cancelled'); // for tests: a cancellation got this far
        throw error;
      });
      if (progressToken !== undefined) {
        await ctx.mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: step, total: steps, message: `step ${step}` }
        });
      }
    }
    return text(`counted to ${steps}`);
  });

  // Both ask_* tools return input_required. To a 2025 client the SDK turns that into a request on the open stream.
  server.registerTool('ask_user', { description: 'Asks the user a question', inputSchema: schema({ question: string }) },
    ({ question }, ctx) => {
      const reply = inputResponse(ctx.mcpReq.inputResponses, 'answer');
      if (reply.kind !== 'elicit') {
        return inputRequired({
          inputRequests: {
            answer: inputRequired.elicit({
              message: question,
              requestedSchema: { type: 'object', properties: { answer: string }, required: ['answer'] }
            })
          }
        });
      }
      return text(reply.action === 'accept' ? `user said ${reply.content.answer}` : `user chose ${reply.action}`);
    });

  server.registerTool('ask_model', { description: "Asks the client's model", inputSchema: schema({ prompt: string }) },
    ({ prompt }, ctx) => {
      const reply = inputResponse(ctx.mcpReq.inputResponses, 'completion');
      if (reply.kind !== 'sampling') {
        return inputRequired({
          inputRequests: {
            completion: inputRequired.createMessage({
              messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100
            })
          }
        });
      }
      return text(`model said ${reply.result.content.text}`);
    });

  // x-mcp-header: a modern client must repeat this argument in the header Mcp-Param-Region.
  server.registerTool('forecast', {
    description: 'Weather for a region',
    inputSchema: schema({ region: { type: 'string', 'x-mcp-header': 'Region' } })
  }, ({ region }) => text(`sunny in ${region}`));

  server.registerResource('readme', 'note://readme', { description: 'A fixed text', mimeType: 'text/plain' },
    uri => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'Notes live below one folder.' }] }));

  server.registerPrompt('summarize', { description: 'Asks for a summary', argsSchema: schema({ topic: string }) },
    ({ topic }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Summarize ${topic}.` } }] }));

  server.server.setRequestHandler('completion/complete', request =>
    ({ completion: { values: ['north', 'south'].filter(value => value.startsWith(request.params.argument.value)) } }));

  // Only the 2025 era has these two; the modern handler answers them with "method not found" by itself.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));

  if (options.fixture) {
    addTaskTools(server, { schema });
    addConformanceFixture(server, {
      text, schema, mint: stateCodec.mint, changed: kind => {
        modern.notify[`${kind}Changed`]();
        if (kind === 'tools') server.sendToolListChanged(); else server.sendPromptListChanged();
      }
    });
  }
  return server;
}

const modern = createMcpHandler(newServer, { legacy: 'reject' });

// --- the 2025 era: one transport and one server for each session ---------------------------------------------------
const sessions = new Map();

function eventStore() {
  const events = [];
  return {
    async storeEvent(streamId, message) {
      events.push({ streamId, message });
      return `${streamId}/${events.length}`;
    },
    async getStreamIdForEventId(id) {
      return id.slice(0, id.lastIndexOf('/'));
    },
    async replayEventsAfter(lastId, { send }) {
      const cut = lastId.lastIndexOf('/');
      const streamId = lastId.slice(0, cut);
      for (let i = Number(lastId.slice(cut + 1)); i < events.length; i++) {
        // The first event of a stream carries no message: it only gives the client an id to resume from.
        const { message } = events[i];
        if (events[i].streamId === streamId && message?.jsonrpc) await send(`${streamId}/${i + 1}`, message);
      }
      return streamId;
    }
  };
}

async function legacy(request) {
  const id = request.headers.get('mcp-session-id');
  if (id) {
    const session = sessions.get(id);
    if (session) return session.handleRequest(request);
    return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
      { status: 404 });
  }
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: eventStore(),
    retryInterval: 200,
    onsessioninitialized: created => void sessions.set(created, transport),
    onsessionclosed: closed => void sessions.delete(closed)
  });
  await newServer().connect(transport);
  return transport.handleRequest(request);
}

async function serve(request, handlerOptions) {
  if (new URL(request.url).pathname !== '/mcp') return new Response(null, { status: 404 });
  return hostHeaderValidationResponse(request, localhostAllowedHostnames())
    ?? originValidationResponse(request, localhostAllowedOrigins())
    ?? (options.fixture ? await serveTasks(request) : undefined)
    ?? (await isLegacyRequest(request) ? legacy(request) : modern.fetch(request, handlerOptions));
}

const http = createServer(toNodeHandler({ fetch: serve }));
http.listen(Number(options.port), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${http.address().port}/mcp, notes in ${notes}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
