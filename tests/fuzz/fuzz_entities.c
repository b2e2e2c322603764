/* Articles of any bytes through the finder of entities, and model files whose
 * checksum is right. */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "common/base/hash.h"
#include "entities/entities.h"
#include "tests/fuzz/fuzz.h"

#define MODEL NEWSHOUND_SOURCE "/entities/english.model"

static void find(const uint8_t *data, size_t size)
{
    static struct entity_model *model;
    static struct entity_finder *finder;
    if (!model && (entity_model_open(&model, MODEL, NULL) != NH_OK ||
                   entity_finder_new(&finder, model, NULL) != NH_OK))
        abort();
    const size_t title = size ? data[0] % (size_t)(size < 64 ? size : 64) : 0;
    const struct slice body = {(const char *)data + title, size - title};
    entity_finder_run(finder, (struct slice){(const char *)data, title}, body,
                      NULL);
    for (size_t i = 0; i < finder->mention_count; i++) {
        const struct entity_mention *m = &finder->mentions[i];
        const size_t len = m->in_title ? title : body.len;
        if (m->start >= m->end || m->end > len ||
            m->entity >= finder->entity_count)
            abort();
    }
}

static void read_model(const uint8_t *data, size_t size)
{
    struct buf file = BUF_INIT;
    struct entity_model *m;
    uLongf len = compressBound((uLong)size);
    buf_append_str(&file, MODEL_MAGIC);
    buf_append_le(&file, size, 4);
    buf_append_le(&file, (uint32_t)hash64(data, size), 4);
    if (buf_reserve(&file, len) &&
        compress2((Bytef *)file.data + file.len, &len, data, (uLong)size, 1) ==
            Z_OK) {
        file.len += len;
        if (entity_model_read(&m, (struct slice){file.data, file.len}, "fuzz",
                              NULL) == NH_OK)
            entity_model_free(m);
    }
    buf_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    find(data, size);
    read_model(data, size);
    return 0;
}
