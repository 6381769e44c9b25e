#include "tests/lib/resolver.h"

#include <gio/gio.h>

#define FAKE_TYPE (fake_get_type())
G_DECLARE_FINAL_TYPE(Fake, fake, FAKE, RESOLVER, GResolver)
struct _Fake { GResolver parent; };
G_DEFINE_TYPE(Fake, fake, G_TYPE_RESOLVER)

static const struct resolver_record *records;
static gsize record_count;
static int failure;

static void give_up(GCancellable *cancellable, GTask *task)
{
	(void) cancellable;
	g_task_return_error_if_cancelled(task);
}

static void fake_records(GResolver *resolver, const char *name, GResolverRecordType type, GCancellable *cancellable,
			 GAsyncReadyCallback done, gpointer user)
{
	g_autoptr(GTask) task = g_task_new(resolver, cancellable, done, user);
	GList *list = NULL;

	g_assert_cmpstr(name, ==, "example.com");
	g_assert_cmpint(type, ==, G_RESOLVER_RECORD_MX);
	if (failure == RESOLVER_SILENT) {
		g_cancellable_connect(cancellable, G_CALLBACK(give_up), g_object_ref(task), g_object_unref);
		return;
	}
	for (gsize i = 0; i < record_count; i++)
		list = g_list_append(list, g_variant_ref_sink(g_variant_new("(qs)", records[i].preference, records[i].host)));
	if (record_count)
		g_task_return_pointer(task, list, NULL);
	else
		g_task_return_new_error(task, G_RESOLVER_ERROR, failure, "made up");
}

static GList *fake_finish(GResolver *resolver, GAsyncResult *result, GError **error)
{
	(void) resolver;
	return g_task_propagate_pointer(G_TASK(result), error);
}

static void fake_class_init(FakeClass *class)
{
	G_RESOLVER_CLASS(class)->lookup_records_async = fake_records;
	G_RESOLVER_CLASS(class)->lookup_records_finish = fake_finish;
}

static void fake_init(Fake *fake)
{
	(void) fake;
}

void resolver_install(void)
{
	g_autoptr(GResolver) fake = g_object_new(FAKE_TYPE, NULL);

	g_resolver_set_default(fake);
}

void resolver_answer(const struct resolver_record *list, gsize count)
{
	records = list;
	record_count = count;
	failure = 0;
}

void resolver_fail(int code)
{
	record_count = 0;
	failure = code;
}
