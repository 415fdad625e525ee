#!/usr/bin/env python3
"""The Python SDK, with the command line of client-common.mjs: URL list | call | read | prompt | session [--era ...]."""
import argparse
import json
import sys

import anyio
from mcp import Client
from mcp_types import CreateMessageResult, ElicitResult, ListRootsResult, Root, TextContent


async def elicit(context, params):
    return ElicitResult(action="accept", content={"answer": "blue"})


async def sample(context, params):
    return CreateMessageResult(role="assistant", model="none", content=TextContent(type="text", text="a model answer"))


async def roots(context):
    return ListRootsResult(roots=[Root(uri="file:///tmp", name="tmp")])


async def progress(done, total, message):
    print(json.dumps({"progress": done, "total": total, "message": message}), file=sys.stderr)


def failure(error):
    while isinstance(error, BaseExceptionGroup):  # anyio wraps what goes wrong in its task groups
        error = error.exceptions[0]
    found = {"exception": str(error) or type(error).__name__}
    detail = getattr(error, "error", None)
    if detail is not None:
        found["code"] = detail.code
        if detail.data is not None:
            found["data"] = detail.data
    return found


async def run(client, op, options):
    try:
        if op.get("list"):
            return [tool.name for tool in (await client.list_tools()).tools]
        if "uri" in op:
            result = await client.read_resource(op["uri"])
        elif "prompt" in op:
            result = await client.get_prompt(op["prompt"], op.get("args"))
        else:
            callback = progress if options.progress else None
            result = await client.call_tool(op["tool"], op.get("args") or {}, progress_callback=callback)
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)
    except Exception as error:
        return failure(error)


def emit(value):
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("verb", choices=["list", "call", "read", "prompt", "session"])
    parser.add_argument("name", nargs="?")
    parser.add_argument("args", nargs="?", type=json.loads)
    parser.add_argument("--era", choices=["legacy", "modern", "auto"], default="legacy")
    parser.add_argument("--progress", action="store_true")
    options = parser.parse_args()
    # "auto" would fall back to the legacy era unseen; a version pins the modern one.
    mode = "2026-07-28" if options.era == "modern" else options.era
    try:
        async with Client(options.url, mode=mode, elicitation_callback=elicit, sampling_callback=sample,
                          list_roots_callback=roots) as client:
            if options.verb == "session":
                while line := await anyio.to_thread.run_sync(sys.stdin.readline):
                    if line.strip():
                        emit(await run(client, json.loads(line), options))
            else:
                op = {"list": {"list": True}, "call": {"tool": options.name, "args": options.args},
                      "read": {"uri": options.name}, "prompt": {"prompt": options.name, "args": options.args}}
                emit(await run(client, op[options.verb], options))
    except Exception as error:
        emit(failure(error))
        sys.exit(1)


anyio.run(main)
