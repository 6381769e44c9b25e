/* Which authorities a connection of libcurl's trusts. */
#ifndef WISMO_NET_AUTHORITIES_P_H
#define WISMO_NET_AUTHORITIES_P_H

#include <curl/curl.h>

/* The system's, named once. GnuTLS reads all of them anew for each connection and keeps them as long as it lasts, 4 MB, and
 * Debian's libcurl names them twice: as one file and as a folder. */
void authorities_once(CURL *curl);

#endif
