"""An agent with Google ADK: it asks the hub, chooses a server, and calls its tool.

It needs `pip install google-adk`, and mcp_hub.py beside it. With GOOGLE_API_KEY, Gemini decides; without, a
scripted model does.
"""

import asyncio
import os
import sys

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import McpToolset, StreamableHTTPConnectionParams
from google.genai import types

from mcp_hub import Hub


class ScriptedModel(BaseLlm):
    """Calls the first tool once, then says what it answered."""

    async def generate_content_async(self, llm_request, stream=False):
        answers = [part.function_response for part in llm_request.contents[-1].parts if part.function_response]
        if answers:
            part = types.Part(text=str(answers[0].response))
        else:
            city = llm_request.contents[-1].parts[0].text.split()[-1].strip("?")
            part = types.Part.from_function_call(name=next(iter(llm_request.tools_dict)), args={"city": city})
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


async def main(question):
    hub = Hub()
    choice = await asyncio.to_thread(hub.choose, need=question)
    print(choice.reason)
    connection = StreamableHTTPConnectionParams(**hub.adk(servers=choice.id))
    tools = McpToolset(connection_params=connection, tool_filter=[choice.tool] if choice.tool else None)
    model = os.environ.get("GEMINI_MODEL", "gemini-2.5-flash") if os.environ.get("GOOGLE_API_KEY") else None
    agent = LlmAgent(name="agent", model=model or ScriptedModel(model="scripted"), tools=[tools])
    runner = InMemoryRunner(agent=agent, app_name="demo")
    session = await runner.session_service.create_session(app_name="demo", user_id="me")
    message = types.Content(role="user", parts=[types.Part(text=question)])
    async for event in runner.run_async(user_id="me", session_id=session.id, new_message=message):
        for part in event.content.parts if event.content else []:
            if part.text:
                print(f"{choice.name} says: {part.text}")
    await tools.close()


asyncio.run(main(" ".join(sys.argv[1:]) or "What is the weather forecast for Bergen?"))
