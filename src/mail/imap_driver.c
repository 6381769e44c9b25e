/* A mailstream_low driver over our stream. It never returns 0: on that libetpan's readers spin for ever. */
#include "imap_p.h"

#include <stdlib.h>
#include <string.h>

struct low {
	struct stream *stream;
	const char *greeting;	/* what is left of it */
};

static ssize_t low_read(mailstream_low *self, void *bytes, size_t size)
{
	struct low *low = self->data;
	size_t length = strlen(low->greeting);

	if (!length)
		return stream_read(low->stream, bytes, size);
	length = MIN(length, size);
	memcpy(bytes, low->greeting, length);
	low->greeting += length;
	return (ssize_t) length;
}

static ssize_t low_write(mailstream_low *self, const void *bytes, size_t size)
{
	struct low *low = self->data;

	return stream_write(low->stream, bytes, size);
}

static int low_close(mailstream_low *self)
{
	(void) self;
	return 0;
}

static int low_fd(mailstream_low *self)
{
	struct low *low = self->data;

	return stream_fd(low->stream);
}

/* libetpan allocated `self` with malloc and leaves freeing it to the driver. */
static void low_free(mailstream_low *self)
{
	g_free(self->data);
	free(self);
}

static void low_cancel(mailstream_low *self)
{
	(void) self;
}

static struct mailstream_cancel *low_no_cancel(mailstream_low *self)
{
	(void) self;
	return NULL;
}

static carray *low_no_certificates(mailstream_low *self)
{
	(void) self;
	return NULL;
}

static mailstream_low_driver driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_close,
	.mailstream_get_fd = low_fd,
	.mailstream_free = low_free,
	.mailstream_cancel = low_cancel,
	.mailstream_get_cancel = low_no_cancel,
	.mailstream_get_certificate_chain = low_no_certificates,
};

mailstream *imap_driver_new(struct stream *stream)
{
	struct low *low = g_new0(struct low, 1);
	mailstream_low *self = mailstream_low_new(low, &driver);
	mailstream *result = self ? mailstream_new(self, 16384) : NULL;

	low->stream = stream;
	low->greeting = "* PREAUTH ready\r\n";
	if (!self)
		g_free(low);
	else if (!result)
		mailstream_low_free(self);
	return result;
}
