/* One line a command, alphabetical: src/cmd/<name>.c exports <name>_command. argv[0] is the command's name; gives an
 * enum wismo_exit. */
#ifndef WISMO_CMD_COMMANDS_P_H
#define WISMO_CMD_COMMANDS_P_H

int approve_command(int argc, char **argv);
int backtest_command(int argc, char **argv);
int carrier_command(int argc, char **argv);
int cases_command(int argc, char **argv);
int check_command(int argc, char **argv);
int classify_command(int argc, char **argv);
int close_command(int argc, char **argv);
int completion_command(int argc, char **argv);
int done_command(int argc, char **argv);
int edit_command(int argc, char **argv);
int erase_command(int argc, char **argv);
int explain_command(int argc, char **argv);
int export_command(int argc, char **argv);
int import_command(int argc, char **argv);
int init_command(int argc, char **argv);
int mails_command(int argc, char **argv);
int policy_command(int argc, char **argv);
int reject_command(int argc, char **argv);
int replies_command(int argc, char **argv);
int report_command(int argc, char **argv);
int restore_command(int argc, char **argv);
int run_command(int argc, char **argv);
int show_command(int argc, char **argv);
int status_command(int argc, char **argv);
int tasks_command(int argc, char **argv);
int template_command(int argc, char **argv);
int track_command(int argc, char **argv);

#endif
