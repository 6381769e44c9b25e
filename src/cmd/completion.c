/* wismo completion bash: made from the table of commands. */
#include "wismo/cmd/command.h"

#include "commands_p.h"

#include <stdio.h>
#include <string.h>

int completion_command(int argc, char **argv)
{
	struct command_options options = { 0 };
	int code = command_options(command_find("completion"), &options, NULL, &argc, &argv);

	if (code >= 0)
		return code;
	if (argc != 2 || strcmp(argv[1], "bash") != 0)
		return command_refuse(&options, EXIT_USAGE, "usage: wismo completion bash > /etc/bash_completion.d/wismo");
	printf("# bash completion for wismo, made by `wismo completion bash`\n"
	       "_wismo()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=( $(compgen -W \"");
	for (const struct command *c = command_next(NULL); c; c = command_next(c))
		printf("%s ", c->name);
	/* Options come from --help itself, ids and files from the shell's default. */
	printf("--help --version\" -- \"$word\") )\n\telif [ \"${word:0:1}\" = - ]; then\n"
	       "\t\tCOMPREPLY=( $(compgen -W \"$(\"${COMP_WORDS[0]}\" \"${COMP_WORDS[1]}\" --help 2>/dev/null | grep -oE -- '--[a-z-]+')\" -- \"$word\") )\n"
	       "\telif [ \"${COMP_WORDS[1]}\" = import ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n"
	       "\t\tCOMPREPLY=( $(compgen -W \"orders shipments stock\" -- \"$word\") )\n\telse\n"
	       "\t\tCOMPREPLY=( $(compgen -f -- \"$word\") )\n\tfi\n}\ncomplete -o filenames -F _wismo wismo\n");
	return EXIT_DONE;
}
