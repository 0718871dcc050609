# What zsh offers when somebody presses Tab behind the line in $1: in a zsh of its own, on a terminal of its own.
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell 'PROMPT=; autoload -Uz compinit; compinit -u -D; source <(mcp-hub completion zsh)'
# What is offered is printed, not shown as a menu.
zpty -w shell 'compadd() {
  if [[ " ${@[1,(i)(-|--)]} " == *\ -(O|A|D)\ * ]] { builtin compadd "$@"; return }
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && printf "hit:%s\n" "${hits[@]}"
}'
zpty -w shell 'tab() { zle complete-word; print "all""said" }; zle -N tab; bindkey "^I" tab; print "rea""dy"'
zpty -r shell out '*ready*'
zpty -n -w shell "$1"$'\t'
zpty -r shell out '*allsaid*'
print -r -- "$out" | tr -d '\r' | grep -o 'hit:.*' | sed 's/^hit://'
zpty -d shell
