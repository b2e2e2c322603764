/* Owns which entity model the program uses. */
#include <stdlib.h>

#include "cli/command.h"

int command_model(struct entity_model **out, const struct options *o,
                  struct nh_error *err)
{
    const char *named = options_get(o, "model");
    if (!named)
        named = getenv("NEWSHOUND_MODEL");
    int rc = entity_model_open(out, named && *named ? named : NULL, err);
    if (rc == NH_ENOTFOUND)
        error_hint(err, rc,
                   "name it by --model or $NEWSHOUND_MODEL; it is installed "
                   "with newshound");
    return rc;
}
