#include "tests/lib/unit.h"

#include "wismo/base/error.h"
#include "wismo/base/log.h"
#include "wismo/base/secret.h"

#include <glib/gstdio.h>
#include <string.h>

static char *path;

static void the_first_line_of_a_private_file_is_the_secret(void **state)
{
	struct secret_source source = { .file = path };
	g_autoptr(GError) error = NULL;
	scoped(secret) secret = NULL;

	(void) state;
	assert_true(g_file_set_contents(path, "hunter two\r\nsecond line\n", -1, NULL));
	g_chmod(path, 0600);
	secret = secret_read(&source, &error);
	assert_null(error);
	assert_string_equal(secret_reveal(secret), "hunter two");
}

static void a_readable_file_is_refused_with_the_exact_mend(void **state)
{
	static const unsigned modes[] = { 0640, 0604, 0660, 0666 };
	struct secret_source source = { .file = path };

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *mend = g_strdup_printf("chmod 600 %s", path);
		g_autoptr(GError) error = NULL;

		assert_true(g_file_set_contents(path, "canary", -1, NULL));
		g_chmod(path, (int) modes[i]);
		assert_null(secret_read(&source, &error));
		assert_true(g_error_matches(error, WISMO_ERROR, WISMO_HALT));
		assert_non_null(strstr(error->message, mend));
		assert_null(strstr(error->message, "canary"));
	}
}

static void a_command_is_run_without_a_shell_each_time(void **state)
{
	static const struct { const char *command, *secret, *says; int code; } rows[] = {
		{ "printf 'a $HOME; b\\nrest'", "a $HOME; b", NULL, 0 },
		{ "false", NULL, "false", WISMO_RETRY },
		{ "true", NULL, "empty", WISMO_HALT },
		{ "/does/not/exist", NULL, "exist", WISMO_HALT },
		{ "unbalanced 'quote", NULL, "secret command", WISMO_HALT },
	};

	(void) state;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct secret_source source = { .command = (char *) rows[i].command };
		g_autoptr(GError) error = NULL;
		scoped(secret) secret = secret_read(&source, &error);

		if (rows[i].secret) {
			assert_null(error);
			assert_string_equal(secret_reveal(secret), rows[i].secret);
		} else {
			assert_null(secret);
			assert_int_equal(error->code, rows[i].code);
			assert_non_null(strstr(error->message, rows[i].says));
		}
	}
}

static void a_credential_needs_its_folder_and_a_plain_name(void **state)
{
	struct secret_source source = { .credential = (char *) "imap" };
	g_autoptr(GError) error = NULL;

	(void) state;
	g_unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(secret_read(&source, &error));
	assert_non_null(strstr(error->message, "LoadCredential=imap"));
	g_clear_error(&error);
	g_setenv("CREDENTIALS_DIRECTORY", "/", TRUE);
	source.credential = (char *) "../etc/hostname";
	assert_null(secret_read(&source, &error));
	g_unsetenv("CREDENTIALS_DIRECTORY");
}

static void addresses_are_shortened_for_the_log(void **state)
{
	g_autofree char *plain = log_address("anna.schmidt@example.com");
	g_autofree char *none = log_address(NULL);
	g_autofree char *odd = log_address("\303\244rger");

	(void) state;
	assert_string_equal(plain, "a***@example.com");
	assert_string_equal(none, "-");
	assert_string_equal(odd, "\303\244***");
}

static int make_path(void **state)
{
	(void) state;
	path = g_build_filename(g_get_tmp_dir(), "wismo-secret-XXXXXX", NULL);
	return g_close(g_mkstemp(path), NULL) ? 0 : -1;
}

static int drop_path(void **state)
{
	(void) state;
	g_remove(path);
	g_free(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_of_a_private_file_is_the_secret),
		cmocka_unit_test(a_readable_file_is_refused_with_the_exact_mend),
		cmocka_unit_test(a_command_is_run_without_a_shell_each_time),
		cmocka_unit_test(a_credential_needs_its_folder_and_a_plain_name),
		cmocka_unit_test(addresses_are_shortened_for_the_log),
	};

	return cmocka_run_group_tests(tests, make_path, drop_path);
}
