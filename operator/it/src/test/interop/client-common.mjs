// The command line that all clients share:
//   CLIENT URL list | call TOOL JSONARGS | read URI | prompt NAME JSONARGS | session   [--era legacy|modern|auto] [--progress]
// Each operation prints one line of JSON: its result, or {"exception": message, "code": …}. `session` runs one
// operation for each line on stdin, all on one connection: {"tool":…,"args":…}, {"uri":…}, {"prompt":…,"args":…}
// or {"list":true}. --progress asks for progress notifications and prints them on stderr.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { era: { type: 'string', default: 'legacy' }, progress: { type: 'boolean' } }
});
const [url, verb, name, json] = positionals;

// Fixed answers to what a server may ask, so that runs can be compared.
export const answers = {
  elicitation: () => ({ action: 'accept', content: { answer: 'blue' } }),
  sampling: () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'a model answer' } }),
  roots: () => ({ roots: [{ uri: 'file:///tmp', name: 'tmp' }] })
};

const failure = error => ({ exception: error.message, ...(error.code !== undefined && { code: error.code }), ...(error.data !== undefined && { data: error.data }) });

export async function main(connect) {
  const options = values.progress ? { onprogress: progress => console.error(JSON.stringify(progress)) } : {};
  const run = async (client, op) => {
    try {
      if (op.list) return (await client.listTools()).tools.map(tool => tool.name);
      if (op.uri) return await client.readResource({ uri: op.uri });
      if (op.prompt) return await client.getPrompt({ name: op.prompt, arguments: op.args });
      return await client.call({ name: op.tool, arguments: op.args ?? {} }, options);
    } catch (error) {
      return failure(error);
    }
  };
  const print = value => console.log(JSON.stringify(value));
  let client;
  try {
    client = await connect(new URL(url), values.era);
  } catch (error) {
    print(failure(error));
    process.exit(1);
  }
  if (verb === 'session') {
    for await (const line of createInterface({ input: process.stdin })) if (line.trim()) print(await run(client, JSON.parse(line)));
  } else {
    const args = json === undefined ? undefined : JSON.parse(json);
    print(await run(client, { list: { list: true }, call: { tool: name, args }, read: { uri: name }, prompt: { prompt: name, args } }[verb]));
  }
  await client.end().catch(error => console.error(error.message)); // the session may be gone already
  process.exit(0);
}
