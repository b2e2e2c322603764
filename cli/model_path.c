/* Owns where the entity model is looked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "common/file.h"

#define MODEL_NAME "english.model"

/* Folders beside the program's, where it was built and where it is installed.
 */
static const char *const beside[] = {"share/newshound", "../share/newshound"};

int command_model(struct entity_model **out, const struct options *o,
                  struct nh_error *err)
{
    const char *named = options_get(o, "model");
    char program[4096];
    struct buf path = BUF_INIT;
    if (!named)
        named = getenv("NEWSHOUND_MODEL");
    if (named && *named)
        return entity_model_open(out, named, err);
    const ssize_t len = readlink("/proc/self/exe", program, sizeof program);
    const char *found = NEWSHOUND_DATADIR "/" MODEL_NAME;
    for (size_t i = 0; len > 0 && i < sizeof beside / sizeof *beside; i++) {
        size_t folder = (size_t)len;
        while (folder > 0 && program[folder - 1] != '/')
            folder--;
        buf_reset(&path);
        buf_append(&path, program, folder);
        buf_printf(&path, "%s/" MODEL_NAME, beside[i]);
        const char *text = buf_cstr(&path);
        if (text && file_exists(text)) {
            found = text;
            break;
        }
    }
    int rc = entity_model_open(out, found, err);
    if (rc == NH_ENOTFOUND)
        error_hint(err, rc,
                   "name it by --model or $NEWSHOUND_MODEL; it is installed "
                   "with newshound");
    buf_release(&path);
    return rc;
}
