"""An agent with the FastMCP client: it asks the hub, chooses a server, and lets a model call its tool.

It needs `pip install fastmcp`, and mcp_hub.py beside it. With OPENAI_API_KEY (and `pip install openai`), a real
model decides; without, a scripted one does.
"""

import asyncio
import json
import os
import sys

from fastmcp import Client

from mcp_hub import Hub


async def real_model(question, tools):
    from openai import AsyncOpenAI

    functions = [{"name": t.name, "description": t.description or "", "parameters": t.inputSchema} for t in tools]
    answer = await AsyncOpenAI().chat.completions.create(
        model=os.environ.get("OPENAI_MODEL", "gpt-5-mini"),
        messages=[{"role": "user", "content": question}],
        tools=[{"type": "function", "function": one} for one in functions],
        tool_choice="required",
    )
    call = answer.choices[0].message.tool_calls[0].function
    return call.name, json.loads(call.arguments)


async def scripted_model(question, tools):
    return tools[0].name, {"city": question.split()[-1].strip("?")}


async def main(question):
    hub = Hub()
    choice = await asyncio.to_thread(hub.choose, need=question)
    print(choice.reason)
    model = real_model if os.environ.get("OPENAI_API_KEY") else scripted_model
    async with Client(hub.fastmcp(servers=choice.id)) as client:
        tools = [one for one in await client.list_tools() if one.name == choice.tool]
        name, arguments = await model(question, tools)
        result = await client.call_tool(name, arguments)
        print(f"{choice.name} says: {result.content[0].text}")


asyncio.run(main(" ".join(sys.argv[1:]) or "What is the weather forecast for Bergen?"))
