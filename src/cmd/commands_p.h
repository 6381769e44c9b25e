/* One line a command, alphabetical: src/cmd/<name>.c exports <name>_command. argv[0] is the command's name; gives an
 * enum wismo_exit. */
#ifndef WISMO_CMD_COMMANDS_P_H
#define WISMO_CMD_COMMANDS_P_H

int classify_command(int argc, char **argv);
int import_command(int argc, char **argv);

#endif
