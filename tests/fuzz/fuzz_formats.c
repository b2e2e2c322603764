/* Files of the index on any bytes: dictionary, manifest, sources; dates. The
 * first byte chooses. */
#include <stdlib.h>
#include <string.h>

#include "common/date.h"
#include "common/hash.h"
#include "common/manifest.h"
#include "common/stream/dict.h"
#include "indexer/sources.h"
#include "tests/fuzz/fuzz.h"

/* A table of sources, with the magic and the checksum that belong there. */
static void read_sources(struct slice entries)
{
    struct sources s;
    struct buf file = BUF_INIT;
    memset(&s, 0, sizeof s);
    buf_append_str(&file, SOURCES_MAGIC);
    buf_append(&file, entries.data, entries.len);
    buf_append_le(&file, hash64(file.data, file.len), 8);
    if (sources_parse(&s, (struct slice){file.data, file.len}, "fuzz", 0,
                      NULL) == NH_OK)
        for (uint32_t i = 0; i < s.names.count; i++)
            source_list_tidy(&s.items[i].articles);
    sources_release(&s);
    buf_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dict *d;
    struct manifest m;
    struct nh_date date;
    if (size == 0)
        return 0;
    struct slice rest = {(const char *)data + 1, size - 1};
    switch (data[0] % 4) {
    case 0:
        if (dict_load(&d, rest, "fuzz", NULL) == NH_OK)
            dict_free(d);
        break;
    case 1:
        if (manifest_parse(&m, rest, "fuzz", NULL) == NH_OK)
            manifest_release(&m);
        break;
    case 2:
        read_sources(rest);
        break;
    default:
        if (date_parse(rest, &date)) {
            struct buf out = BUF_INIT;
            date_format(date, &out);
            buf_release(&out);
        }
        int64_t first, last;
        if (date_period(rest, 19860, &first, &last) && first > last)
            abort();
    }
    return 0;
}
