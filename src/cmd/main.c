/* Parses the first word, calls its command, exits. */
#include "config.h"
#include "wismo/cmd/command.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int usage(FILE *to, int code)
{
	fprintf(to, "wismo %s - answers buyers whose parcel has not arrived\n\n", PACKAGE_VERSION);
	for (const struct command *c = command_next(NULL); c; c = command_next(c))
		fprintf(to, "  %-10s %s\n", c->name, c->summary);
	fprintf(to, "\nOptions of all commands, behind the command's name:\n"
		"  --config FILE   configuration; else $WISMO_CONFIG, else /etc/wismo/wismo.conf (root) or ~/.config/wismo/wismo.conf\n"
		"  --data DIR      rule files; else $WISMO_DATADIR, else the installed ones and your copies\n"
		"  --json          one JSON object per line\n"
		"  --help          what the command does, with examples\n"
		"\nThe manual is wismo(1).\n");
	return code;
}

/* Called without a word: the setting-up that is missing, else how things stand. */
static int alone(void)
{
	char *status[] = { (char *) "status", NULL };
	g_autofree char *path = settings_usual_path();

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return command_find("status")->run(1, status);
	usage(stdout, EXIT_DONE);
	printf("\nNot set up yet (no %s).\nnext: wismo init YOUR-ADDRESS\n", path);
	return EXIT_USAGE;
}

/* What was probably meant. */
static const char *first_command(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (command_find(argv[i]))
			return argv[i];
	return "status";
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct command_options options = { 0 };

	setlocale(LC_ALL, "");
	signal(SIGPIPE, SIG_IGN);	/* libetpan and curl write to sockets that peers close */
	if (argc < 2)
		return alone();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		printf("wismo %s\n", PACKAGE_VERSION);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, EXIT_DONE);
	options.json = g_strv_contains((const char *const *) argv, "--json");
	command = command_find(argv[1]);
	if (!command && argv[1][0] == '-')
		return command_refuse(&options, EXIT_USAGE, "\"%s\" stands before the command; options come behind it: wismo %s --config FILE",
				      argv[1], first_command(argc, argv));
	if (!command)
		return command_refuse(&options, EXIT_USAGE, "no command \"%s\"", argv[1]);
	return command->run(argc - 1, argv + 1);
}
