/* What the readers of wismo.conf share. `file`: its path, for names relative to its folder. Errors as in confuse_p.h. */
#ifndef WISMO_CONF_SETTINGS_P_H
#define WISMO_CONF_SETTINGS_P_H

#include "wismo/conf/settings.h"

#include "confuse_p.h"

/* A path as written there; NULL stays NULL. Owned. */
char *settings_resolve(const char *file, const char *path);

/* NAME_file, NAME_command or NAME_credential; more than one is an error, none is not. */
bool settings_secret(cfg_t *section, const char *name, const char *file, struct secret_source *source, GError **error);

bool settings_read_account(cfg_t *section, const char *file, struct account *account, GError **error);

#endif
