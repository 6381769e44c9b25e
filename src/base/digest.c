/* Hashing; knows nothing of what is hashed. */
#include "wismo/base/digest.h"

#include <nettle/sha2.h>

char *digest_sha256(GBytes *bytes)
{
	static const char digits[] = "0123456789abcdef";
	guint8 digest[SHA256_DIGEST_SIZE];
	char *hex = g_malloc(2 * sizeof digest + 1);
	struct sha256_ctx context;
	gsize length;
	const guint8 *data = g_bytes_get_data(bytes, &length);

	sha256_init(&context);
	sha256_update(&context, length, data);
	sha256_digest(&context, sizeof digest, digest);
	for (gsize i = 0; i < sizeof digest; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * sizeof digest] = '\0';
	return hex;
}
