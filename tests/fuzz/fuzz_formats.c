/* Files of the index on any bytes: dictionary, manifest, sources, signatures;
 * dates. The first byte chooses. */
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/store/copies.h"
#include "common/store/manifest.h"
#include "common/stream/dict.h"
#include "common/text/date.h"
#include "indexer/writer/sources.h"
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

/* A file of signatures, with the checksums that belong there. */
static void read_copies(struct slice rest)
{
    struct copies c;
    struct copies_cursor cursor;
    struct copies_entry e;
    struct buf file = BUF_INIT;
    buf_append_str(&file, COPIES_MAGIC);
    buf_append(&file, rest.data, rest.len);
    if (!file.failed && file.len >= 8 + COPIES_TRAILER) {
        uint8_t *p = (uint8_t *)file.data;
        const uint64_t at = le_read(p + file.len - COPIES_TRAILER + 8, 8);
        /* Of the first block, whose end the sum of any length may be of. */
        if (at > 9 && at < file.len &&
            file.len - at >= COPIES_PLACE + COPIES_TRAILER)
            le_write32(p + at + 8, (uint32_t)hash64(p + 8, (size_t)at - 8));
        const size_t from = at < file.len - 8 ? (size_t)at : file.len - 8;
        const uint64_t sum = hash64(p + from, file.len - 8 - from);
        le_write32(p + file.len - 8, (uint32_t)sum);
        le_write32(p + file.len - 4, (uint32_t)(sum >> 32));
    }
    if (!file.failed &&
        file_replace("fuzz.copies", file.data, file.len, NULL) == NH_OK &&
        copies_open(&c, "fuzz.copies", NULL) == NH_OK) {
        for (uint32_t band = 0; band < 4; band++)
            if (copies_seek(&cursor, &c, band << 26, NULL) == NH_OK)
                for (int i = 0; i < 1000 && copies_next(&cursor, &e, NULL) == 1;
                     i++)
                    if (e.article < c.first || e.article > c.last)
                        abort();
        copies_close(&c);
    }
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
    switch (data[0] % 5) {
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
    case 3:
        read_copies(rest);
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
