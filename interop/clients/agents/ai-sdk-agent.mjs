// An agent with the AI SDK (Node 22 or newer): it asks the hub, chooses a server, and lets a model call its
// tool. With AI_GATEWAY_API_KEY a real model decides; without, a scripted one does.
import { createMCPClient } from "@ai-sdk/mcp";
import { HubClient } from "@hub/client";
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";

/** Calls the one tool that the hub found, with the numbers of the question, and repeats what it answered. */
const scripted = new MockLanguageModelV4({
  async doGenerate({ prompt, tools }) {
    const last = prompt.at(-1).content[0];
    const input = JSON.stringify({ value: Number(/-?\d+/.exec(last.text)?.[0]), to: "fahrenheit" });
    const { name: toolName } = tools[0];
    const isAnswered = last.type === "tool-result";
    const content = isAnswered
      ? { type: "text", text: last.output.value[0].text }
      : { type: "tool-call", toolCallId: "1", toolName, input };
    const unified = isAnswered ? "stop" : "tool-calls";
    const usage = { inputTokens: {}, outputTokens: {} };
    return { content: [content], finishReason: { unified }, usage, warnings: [] };
  },
});

const question = process.argv[2] ?? "Convert a temperature of 20 degrees celsius to fahrenheit";
const hub = new HubClient();
const { server, tool, reason } = await hub.choose({ need: question });
console.log(reason);
const client = await createMCPClient(await hub.toAiSdk({ servers: server.id }));
const all = Object.entries(await client.tools());
const tools = Object.fromEntries(all.filter(([name]) => name.endsWith(tool.name)));
const isReal = process.env.AI_GATEWAY_API_KEY !== undefined;
const model = isReal ? (process.env.AI_MODEL ?? "openai/gpt-5-mini") : scripted;
const { text } = await generateText({ model, tools, stopWhen: isStepCount(5), prompt: question });
console.log(`${server.name} says: ${text}`);
await client.close();
