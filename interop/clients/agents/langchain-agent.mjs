// An agent with LangChain: it asks the hub, chooses a server, and lets a model call its tool. With
// OPENAI_API_KEY (and `npm install @langchain/openai`) a real model decides; without, a scripted one does.
import { HubClient } from "@hub/client";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage } from "@langchain/core/messages";
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { createAgent } from "langchain";

/** Calls the one tool that the hub found, with the numbers of the question, and repeats what it answered. */
class ScriptedModel extends BaseChatModel {
  _llmType() {
    return "scripted";
  }
  bindTools(tools) {
    return Object.assign(new ScriptedModel({}), { offered: tools });
  }
  async _generate(messages) {
    const last = messages.at(-1);
    const value = Number(/-?\d+/.exec(last.text)?.[0]);
    const call = { id: "1", name: this.offered[0].name, args: { value, to: "fahrenheit" } };
    const isAnswered = last.getType() === "tool";
    const message = isAnswered
      ? new AIMessage(last.text)
      : new AIMessage({ content: "", tool_calls: [call] });
    return { generations: [{ text: message.text, message }] };
  }
}

const question = process.argv[2] ?? "Convert a temperature of 20 degrees celsius to fahrenheit";
const hub = new HubClient();
const { server, tool, reason } = await hub.choose({ need: question });
console.log(reason);
const client = new MultiServerMCPClient(await hub.toLangChain({ servers: server.id }));
const tools = (await client.getTools()).filter(({ name }) => name.endsWith(tool.name));
const isReal = process.env.OPENAI_API_KEY !== undefined;
const model = isReal ? (process.env.OPENAI_MODEL ?? "openai:gpt-5-mini") : new ScriptedModel({});
const agent = createAgent({ model, tools });
const { messages } = await agent.invoke({ messages: [{ role: "user", content: question }] });
console.log(`${server.name} says: ${messages.at(-1).text}`);
await client.close();
