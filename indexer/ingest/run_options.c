/* Owns how kept options reach a run.
 * Promises that a run never reads with a value that makes no sense. */
#include "indexer/ingest/run_options.h"

#include "common/text/charset.h"

enum { NAMES_FOUND, NAMES_GIVEN, NAMES_NONE }; /* as in kept_options.c */

int run_options_resolve(struct pipeline_options *p, struct kept_options *kept,
                        const char *dir, const struct index_settings *settings,
                        bool *tags, struct nh_error *err)
{
    int rc = writer_options(dir, settings, kept, err);
    *tags = false;
    if (rc != NH_OK)
        return rc;
    const char *map = kept->values[KEPT_MAP];
    const char *charset = kept->values[KEPT_CHARSET];
    if (*charset && !charset_known(charset))
        return error_set(err, NH_EINVAL, "there is no charset '%s'", charset);
    rc = reader_map_check(map, err);
    p->map = *map ? map : NULL;
    p->charset = *charset ? charset : NULL;
    p->date_order = (enum date_order)kept_choice(kept, KEPT_DATE_ORDER);
    const unsigned names = kept_choice(kept, KEPT_NAMES);
    p->no_entities = names == NAMES_NONE;
    *tags = names == NAMES_FOUND;
    return rc;
}
