// What the official conformance suite asks of a server: tools, prompts and resources with fixed names and answers.
// The names and shapes are those of the suite's own scenario descriptions.
import { setTimeout as sleep } from 'node:timers/promises';
import { ResourceTemplate, fromJsonSchema, inputRequired, inputResponse } from '@modelcontextprotocol/server';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const string = { type: 'string' };
const form = (message, properties, required = Object.keys(properties)) =>
  inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required } });
const ask = (prompt, maxTokens = 100) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens });

export function addConformanceFixture(server, { text, schema, mint, changed }) {
  const tool = (name, description, run, inputSchema) =>
    server.registerTool(name, inputSchema ? { description, inputSchema } : { description },
      inputSchema ? run : ctx => run({}, ctx));
  const responses = ctx => key => inputResponse(ctx.mcpReq.inputResponses, key);

  // Content
  tool('test_simple_text', 'Text', () => text('This is a simple text response for testing.'));
  tool('test_image_content', 'An image', () => ({ content: [image] }));
  tool('test_audio_content', 'Audio', () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }));
  tool('test_embedded_resource', 'An embedded resource', () => ({
    content: [{
      type: 'resource',
      resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' }
    }]
  }));
  tool('test_multiple_content_types', 'Text, image and resource', () => ({
    content: [{ type: 'text', text: 'Multiple content types test:' }, image, {
      type: 'resource',
      resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' }
    }]
  }));
  tool('test_error_handling', 'Fails', () => {
    throw new Error('This tool intentionally returns an error for testing');
  });

  // Messages during a call
  const log = async (_, ctx) => {
    for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await ctx.mcpReq.log('info', line);
      await sleep(50);
    }
    return text('logged');
  };
  tool('test_tool_with_logging', 'Logs three lines', log);
  tool('test_logging_tool', 'Logs three lines, if the request asks for logs', log);
  tool('test_tool_with_progress', 'Reports progress', async (_, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
      }
      await sleep(50);
    }
    return text('done');
  });
  tool('test_reconnection', 'Closes its stream in mid-call; the client resumes it', async (_, ctx) => {
    ctx.http?.closeSSE?.();
    await sleep(100);
    return text('You resumed the stream.');
  });
  tool('test_trigger_tool_change', 'Announces a change of the tools', () => (changed('tools'), text('announced')));
  tool('test_trigger_prompt_change', 'Announces a change of the prompts', () => (changed('prompts'), text('announced')));

  // Asking the client
  const elicits = (name, message, properties, inputSchema, prefix = 'Elicitation completed') =>
    tool(name, 'Asks the user', (args, ctx) => {
      const reply = responses(ctx)('reply');
      if (reply.kind !== 'elicit') return inputRequired({ inputRequests: { reply: form(args.message ?? message, properties) } });
      return text(`${prefix}: action=${reply.action}, content=${JSON.stringify(reply.content ?? {})}`);
    }, inputSchema);
  elicits('test_elicitation', '', {
    username: { type: 'string', description: "User's response" }, email: { type: 'string', description: "User's email address" }
  }, schema({ message: string }), 'User response');
  elicits('test_streaming_elicitation', 'Who are you?', { name: string });
  elicits('test_elicitation_sep1034_defaults', 'Please check the defaults', {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true }
  });
  const options = ['option1', 'option2', 'option3'];
  const titled = ['First', 'Second', 'Third'].map((title, i) => ({ const: `value${i + 1}`, title: `${title} Option` }));
  elicits('test_elicitation_sep1330_enums', 'Please choose', {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: titled } }
  });
  tool('test_sampling', "Asks the client's model", ({ prompt }, ctx) => {
    const reply = responses(ctx)('completion');
    if (reply.kind !== 'sampling') return inputRequired({ inputRequests: { completion: ask(prompt) } });
    return text(`LLM response: ${reply.result.content.text}`);
  }, schema({ prompt: string }));
  // The SDK rejects an input request that the client did not declare, before it goes out.
  tool('test_missing_capability', 'Needs sampling', () => inputRequired({ inputRequests: { completion: ask('hello') } }));

  // Multi-round results (2026-07-28)
  const mrtr = (name, run) => tool(`test_input_required_result_${name}`, 'Asks the client in rounds', (_, ctx) => run(responses(ctx), ctx));
  const nameForm = message => form(message, { name: string });
  mrtr('elicitation', reply => {
    const user = reply('user_name');
    return typeof user.content?.name === 'string' ? text(`Hello, ${user.content.name}!`)
      : inputRequired({ inputRequests: { user_name: nameForm('What is your name?') } });
  });
  mrtr('sampling', reply => {
    const answer = reply('capital_question');
    return answer.kind === 'sampling' ? text(answer.result.content.text)
      : inputRequired({ inputRequests: { capital_question: ask('What is the capital of France?') } });
  });
  mrtr('list_roots', reply => {
    const client = reply('client_roots');
    return client.kind === 'roots' ? text(`Roots: ${client.roots.map(root => root.uri).join(', ')}`)
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  const confirm = async (_, ctx) => ctx.mcpReq.requestState() ? text('state-ok') : inputRequired({
    inputRequests: { confirm: form('Please confirm', { ok: { type: 'boolean' } }) }, requestState: await mint({ step: 1 }, ctx)
  });
  mrtr('request_state', confirm);
  mrtr('tampered_state', confirm);
  mrtr('multiple_inputs', async (reply, ctx) => {
    const [user, greeting, roots] = ['user_name', 'greeting', 'client_roots'].map(reply);
    if ([user, greeting, roots].every(one => one.kind !== 'missing')) {
      return text(`${greeting.result.content.text}, ${user.content.name}: ${roots.roots.length} roots`);
    }
    return inputRequired({
      inputRequests: {
        user_name: nameForm('What is your name?'), greeting: ask('Generate a greeting', 50), client_roots: inputRequired.listRoots()
      },
      requestState: await mint({ step: 1 }, ctx)
    });
  });
  mrtr('multi_round', async (reply, ctx) => {
    const state = ctx.mcpReq.requestState();
    if (state?.name && reply('step2').content) return text(`${state.name} likes ${reply('step2').content.color}`);
    const name = state && reply('step1').content?.name;
    return name
      ? inputRequired({
        inputRequests: { step2: form('Step 2: What is your favorite color?', { color: string }) }, requestState: await mint({ name }, ctx)
      })
      : inputRequired({ inputRequests: { step1: nameForm('Step 1: What is your name?') }, requestState: await mint({}, ctx) });
  });
  mrtr('capabilities', (_, ctx) => {
    const declared = ctx.mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
    const inputRequests = {};
    if (declared.sampling) inputRequests.greeting = ask('Generate a greeting');
    if (declared.elicitation) inputRequests.user_name = nameForm('What is your name?');
    return Object.keys(inputRequests).length ? inputRequired({ inputRequests }) : text('nothing to ask');
  });

  // Schemas
  tool('json_schema_2020_12_tool', 'Tool with JSON Schema 2020-12 features', () => text('ok'), fromJsonSchema({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: string, city: string } } },
    properties: {
      name: string, address: { $ref: '#/$defs/address' }, contactMethod: { type: 'string', enum: ['phone', 'email'] }, phone: string, email: string
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false
  }));

  // Prompts
  const user = content => ({ role: 'user', content });
  const words = value => user({ type: 'text', text: value });
  server.registerPrompt('test_simple_prompt', { description: 'Simple' },
    () => ({ messages: [words('This is a simple prompt for testing.')] }));
  server.registerPrompt('test_prompt_with_arguments', { description: 'Arguments', argsSchema: schema({ arg1: string, arg2: string }) },
    ({ arg1, arg2 }) => ({ messages: [words(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }));
  server.registerPrompt('test_prompt_with_embedded_resource', { description: 'Resource', argsSchema: schema({ resourceUri: string }) },
    ({ resourceUri }) => ({
      messages: [
        user({ type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' } }),
        words('Please process the embedded resource above.')
      ]
    }));
  server.registerPrompt('test_prompt_with_image', { description: 'Image' },
    () => ({ messages: [user(image), words('Please analyze the image above.')] }));
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first' }, ctx => {
    const reply = responses(ctx)('user_context');
    return reply.content ? { messages: [words(`Context: ${reply.content.context}`)] }
      : inputRequired({ inputRequests: { user_context: form('What context should the prompt use?', { context: string }) } });
  });

  // Resources
  const fixed = (name, uri, content) =>
    server.registerResource(name, uri, { description: name, mimeType: content.mimeType }, () => ({ contents: [{ uri, ...content }] }));
  fixed('static-text', 'test://static-text', { mimeType: 'text/plain', text: 'This is the content of the static text resource.' });
  fixed('static-binary', 'test://static-binary', { mimeType: 'image/png', blob: PNG });
  fixed('watched-resource', 'test://watched-resource', { mimeType: 'text/plain', text: 'Watched.' });
  server.registerResource('template', new ResourceTemplate('test://template/{id}/data', {}), { description: 'By id' }, (uri, { id }) => ({
    contents: [{
      uri: uri.href, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
    }]
  }));
}
