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
	fprintf(to, "\nEach command has --help; the manual is wismo(1).\n");
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

int main(int argc, char **argv)
{
	const struct command *command;

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
	command = command_find(argv[1]);
	if (!command) {
		fprintf(stderr, "wismo: no command \"%s\"\nTry: wismo --help\n", argv[1]);
		return EXIT_USAGE;
	}
	return command->run(argc - 1, argv + 1);
}
