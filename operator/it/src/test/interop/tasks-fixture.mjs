// The tasks extension of 2026-07-28 (io.modelcontextprotocol/tasks), which the SDK's server does not have yet.
// Its requests are answered here, before the SDK sees them; the names of the tools are those of the conformance suite.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const EXTENSION = 'io.modelcontextprotocol/tasks';
const text = (value, isError) => ({ content: [{ type: 'text', text: value }], ...(isError && { isError }) });
const form = (message, properties) =>
  ({ method: 'elicitation/create', params: { message, requestedSchema: { type: 'object', properties, required: Object.keys(properties) } } });
const string = { type: 'string' };
const tasks = new Map();

// What each tool does once it is a task. `ask` parks the task until the client has answered every request.
const jobs = {
  async slow_compute({ seconds, label }, { signal }) {
    await sleep(seconds * 1000, undefined, { signal });
    return text(`computed ${label ?? ''}`);
  },
  async failing_job() {
    await sleep(1000);
    return text('the job failed', true);
  },
  async protocol_error_job() {
    throw new Error('the job broke');
  },
  async confirm_delete({ filename }, { ask }) {
    const { confirm } = await ask({ confirm: form(`Delete ${filename}?`, { confirm: { type: 'boolean' } }) });
    return text(confirm.content?.confirm ? `deleted ${filename}` : `kept ${filename}`);
  },
  async multi_input(_, { ask }) {
    const replies = await ask({ first: form('First name?', { name: string }), second: form('Second name?', { name: string }) });
    return text(`${replies.first.content?.name} and ${replies.second.content?.name}`);
  },
  async test_tool_with_task(_, { replies }) {
    return text(`Hello, ${replies.user_name.content.name}!`);
  }
};

export function addTaskTools(server, { schema }) {
  server.registerTool('greet', { description: 'Greets', inputSchema: schema({ name: string }) }, ({ name }) => text(`Hello, ${name}!`));
  // Without the extension this one runs at once; the others below are answered before the SDK, or not at all.
  server.registerTool('slow_compute', {
    description: 'Computes for some seconds', inputSchema: schema({ seconds: { type: 'number', maximum: 600 }, label: string }, ['seconds'])
  }, (args, ctx) => jobs.slow_compute(args, { signal: ctx.mcpReq.signal }));
  for (const name of ['failing_job', 'protocol_error_job', 'multi_input', 'test_tool_with_task']) {
    server.registerTool(name, { description: 'Runs as a task only' }, () => text('needs the tasks extension', true));
  }
  server.registerTool('confirm_delete', { description: 'Runs as a task only', inputSchema: schema({ filename: string }) },
    () => text('needs the tasks extension', true));
}

function start(name, args, replies) {
  const abort = new AbortController();
  const task = {
    taskId: randomUUID(), status: 'working', createdAt: new Date().toISOString(), lastUpdatedAt: new Date().toISOString(), ttlMs: 600000,
    pollIntervalMs: 200
  };
  const update = change => Object.assign(task, change, { lastUpdatedAt: new Date().toISOString() });
  const ended = () => ['completed', 'failed', 'cancelled'].includes(task.status);
  const answered = {};
  let resume;
  const ask = inputRequests => {
    update({ status: 'input_required', inputRequests });
    return new Promise(resolve => { resume = () => resolve(answered); });
  };
  tasks.set(task.taskId, {
    task,
    cancel() {
      if (ended()) return;
      delete task.inputRequests;
      update({ status: 'cancelled' });
      abort.abort();
    },
    answer(responses) {
      for (const key of Object.keys(responses)) {
        if (!task.inputRequests || !(key in task.inputRequests)) continue;
        answered[key] = responses[key];
        const { [key]: _, ...open } = task.inputRequests;
        task.inputRequests = open;
      }
      if (task.inputRequests && Object.keys(task.inputRequests).length === 0) {
        delete task.inputRequests;
        update({ status: 'working' });
        resume();
      }
    }
  });
  const created = { ...task };
  jobs[name](args, { signal: abort.signal, ask, replies }).then(
    result => { if (!ended()) update({ status: 'completed', result }); },
    error => { if (!ended()) update({ status: 'failed', error: { code: -32603, message: error.message } }); });
  return created;
}

/** The answer to a request of the extension; undefined for all others. */
export async function serveTasks(request) {
  if (request.method !== 'POST') return undefined;
  const message = await request.clone().json().catch(() => undefined);
  const { method, params } = message ?? {};
  const meta = params?._meta;
  if (meta?.['io.modelcontextprotocol/protocolVersion'] !== '2026-07-28' || message.id === undefined) return undefined;
  const verb = /^tasks\/(get|update|cancel)$/.exec(method)?.[1];
  if (!verb && !(method === 'tools/call' && Object.hasOwn(jobs, params.name))) return undefined;

  const reply = (body, status) => Response.json({ jsonrpc: '2.0', id: message.id, ...body }, { status });
  const result = value => reply({ result: value });
  const error = (status, code, text, data) => reply({ error: { code, message: text, data } }, status);
  if (request.headers.get('mcp-method') !== method || request.headers.get('mcp-name') !== (verb ? params.taskId : params.name)) {
    return error(400, -32020, 'Mcp-Method or Mcp-Name differs from the body');
  }
  if (!meta['io.modelcontextprotocol/clientCapabilities']?.extensions?.[EXTENSION]) {
    if (params.name === 'slow_compute') return undefined;
    return error(400, -32021, 'needs the tasks extension', { requiredCapabilities: { extensions: { [EXTENSION]: {} } } });
  }
  if (!verb) {
    if (params.name === 'test_tool_with_task' && !params.inputResponses?.user_name) {
      return result({ resultType: 'input_required', inputRequests: { user_name: form('What is your name?', { name: string }) } });
    }
    return result({ resultType: 'task', ...start(params.name, params.arguments ?? {}, params.inputResponses) });
  }
  const entry = tasks.get(params.taskId);
  if (!entry) return error(200, -32602, 'Unknown task', { taskId: params.taskId });
  if (verb === 'get') return result({ resultType: 'complete', ...entry.task });
  if (verb === 'cancel') entry.cancel(); else entry.answer(params.inputResponses ?? {});
  return result({ resultType: 'complete' });
}
