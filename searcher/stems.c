/* Owns the stems of dictionaries' words. */
#include "searcher/stems.h"

#include <stdlib.h>
#include <string.h>

void stem_index_release(struct stem_index *x)
{
    for (size_t i = 0; i < x->count; i++)
        free(x->dicts[i].stems);
    free(x->dicts);
    strtab_release(&x->names);
    memset(x, 0, sizeof *x);
}

const uint32_t *stem_index_of(struct stem_index *x, const struct dict *dict,
                              struct stemmer *stemmer)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->dicts[i].dict == dict)
            return x->dicts[i].stems;
    if (x->count == x->cap) {
        struct dict_stems *dicts = array_grow(x->dicts, &x->cap, sizeof *dicts);
        if (!dicts)
            return NULL;
        x->dicts = dicts;
    }
    uint32_t *stems = malloc((dict->words.count + 1) * sizeof *stems);
    bool good = stems != NULL;
    for (uint32_t i = 0; good && i < dict->words.count; i++) {
        const struct strtab_entry *e = &dict->words.entries[i];
        struct slice stem =
            stemmer_stem(stemmer, (struct slice){e->data, e->len});
        stems[i] = strtab_add(&x->names, stem.data, stem.len);
        good = stems[i] != STRTAB_NONE;
    }
    if (!good) {
        free(stems);
        return NULL;
    }
    x->dicts[x->count++] = (struct dict_stems){dict, stems};
    return stems;
}
