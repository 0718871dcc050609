# What fish offers when somebody presses Tab behind the line in $argv[1].
mcp-hub completion fish | source
complete -C $argv[1] | string replace -r '\t.*' ''
