import { defineCommand } from "../command-line/command.js";
import { completionScripts, shells } from "../command-line/completion-scripts.js";

export const command = defineCommand({
  args: { shell: { summary: "your shell", choices: shells } },
  details: [
    "The script completes commands, options and their values, and asks the hub, for at most a second, for the names of servers, tools and toolsets.",
    [
      "  bash   source <(mcp-hub completion bash)      in ~/.bashrc (bash 4 or newer)",
      "  zsh    source <(mcp-hub completion zsh)       in ~/.zshrc, behind compinit",
      "  fish   mcp-hub completion fish | source       in ~/.config/fish/config.fish",
    ].join("\n"),
  ],
  async run({ output }, { args }) {
    const script = completionScripts[args.shell];
    if (output.isJson) output.answer({ shell: args.shell, script }, () => []);
    else output.text(script);
  },
});
