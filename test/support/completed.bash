# What bash has in COMPREPLY when somebody presses Tab behind the line in $1, as bash itself takes the line apart.
source <(mcp-hub completion bash)
compopt() { :; }
pieces() {
  local IFS=$'\n'
  COMP_WORDS=($(grep -oE '[=:]|[^[:space:]=:]+' <<< "$1"))
}
COMP_LINE="$1"
COMP_POINT="${#1}"
pieces "$1"
[[ "$1" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_mcp_hub
printf '%s\n' "${COMPREPLY[@]}"
