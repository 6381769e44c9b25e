#include "authorities_p.h"

#include <unistd.h>

void authorities_once(CURL *curl)
{
	const curl_version_info_data *about = curl_version_info(CURLVERSION_NOW);

	if (about->age >= CURLVERSION_SEVENTH && about->cainfo && access(about->cainfo, R_OK) == 0)
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
}
