/** The shells that a completion is there for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

// `mcp-hub complete -- <words>` answers with a line that says what kind of completion it is, and then a line
// for each candidate: the word, a tab, and what it is.

const bash = `# Completion of mcp-hub for bash: source <(mcp-hub completion bash)
_mcp_hub() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=() word
  # bash takes apart what is typed at "=" and ":"; the pieces of one word have no space between them.
  local line="\${COMP_LINE:0:COMP_POINT}"
  read -r -a words <<< "\${line}"
  [[ "\${line}" == *[[:space:]] ]] && words+=("")
  local lines
  mapfile -t lines < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  case "\${lines[0]}" in
    files) mapfile -t COMPREPLY < <(compgen -f -- "\${current}"); compopt -o filenames; return ;;
    folders) mapfile -t COMPREPLY < <(compgen -d -- "\${current}"); compopt -o filenames; return ;;
  esac
  # What bash replaces is only the piece at the cursor.
  local whole="\${words[\${#words[@]} - 1]}" prefix=""
  if [[ "\${current}" == "=" || "\${current}" == ":" ]]; then prefix="\${whole}"
  elif [[ -n "\${current}" ]]; then prefix="\${whole%"\${current}"}"
  else prefix="\${whole}"; fi
  for word in "\${lines[@]:1}"; do
    word="\${word%%$'\\t'*}"
    # Servers choose the names of their tools; bash puts what is completed into the line as it is.
    [[ "\${word}" == *[^[:alnum:]_.:/=@%+,-]* ]] && printf -v word '%q' "\${word}"
    COMPREPLY+=("\${word#"\${prefix}"}")
  done
}
complete -F _mcp_hub mcp-hub
`;

const zsh = `#compdef mcp-hub
# Completion of mcp-hub for zsh: source <(mcp-hub completion zsh)
_mcp_hub() {
  local -a lines candidates
  local line
  lines=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "\${lines[1]}" in
    files) _files; return ;;
    folders) _files -/; return ;;
  esac
  for line in "\${(@)lines[2,-1]}"; do
    [[ -z "\${line}" ]] && continue
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe mcp-hub candidates
}
compdef _mcp_hub mcp-hub
`;

const fish = `# Completion of mcp-hub for fish: mcp-hub completion fish | source
function __mcp_hub_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
        case '*'
            test (count $lines) -gt 1; and printf '%s\\n' $lines[2..-1]
    end
end
complete -c mcp-hub -f -a '(__mcp_hub_complete)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
