/* Owns the word cache; promises one stemming and one dictionary look-up for
 * each distinct word. */
#include "common/lexicon.h"

#include <stdlib.h>
#include <string.h>

void lexicon_init(struct lexicon *lex, struct stemmer *stemmer,
                  const struct dict *dict)
{
    memset(lex, 0, sizeof *lex);
    lex->stemmer = stemmer;
    lex->dict = dict;
    /* Without memory for it words are found all the same. */
    lex->cache = calloc(LEXICON_CACHE, sizeof *lex->cache);
}

void lexicon_release(struct lexicon *lex)
{
    if (!lex)
        return;
    strtab_release(&lex->words);
    strtab_release(&lex->stems);
    free(lex->info);
    free(lex->cache);
    lex->info = NULL;
    lex->cache = NULL;
}

static uint32_t add_to_table(struct lexicon *lex, struct slice folded)
{
    uint32_t known = lex->words.count;
    uint32_t id = strtab_add(&lex->words, folded.data, folded.len);
    if (id < known || id == STRTAB_NONE)
        return id;
    if (id >= lex->info_cap) {
        uint32_t cap = lex->info_cap ? lex->info_cap * 2 : 1024;
        struct lexicon_word *info = realloc(lex->info, cap * sizeof *info);
        if (!info)
            return STRTAB_NONE;
        lex->info = info;
        lex->info_cap = cap;
    }
    struct slice stem =
        lex->stemmer ? stemmer_stem(lex->stemmer, folded) : folded;
    lex->info[id].stem = strtab_add(&lex->stems, stem.data, stem.len);
    lex->info[id].length = (uint32_t)folded.len;
    lex->info[id].code = lex->dict ? dict_find(lex->dict, folded) : DICT_NONE;
    return lex->info[id].stem == STRTAB_NONE ? STRTAB_NONE : id;
}

/* First and last bytes of a word of 1 to 16. */
static void word_ends(struct slice w, uint64_t *head, uint64_t *tail)
{
    uint32_t first = 0, last = 0;
    *head = *tail = 0;
    if (w.len >= 8) {
        memcpy(head, w.data, 8);
        memcpy(tail, w.data + w.len - 8, 8);
    } else if (w.len >= 4) {
        memcpy(&first, w.data, 4);
        memcpy(&last, w.data + w.len - 4, 4);
        *head = (uint64_t)first << 32 | last;
    } else {
        for (size_t i = 0; i < w.len; i++)
            *head = *head << 8 | (uint8_t)w.data[i];
    }
}

uint32_t lexicon_add(struct lexicon *lex, struct slice folded)
{
    uint64_t head, tail;
    if (folded.len > 16 || folded.len == 0 || !lex->cache)
        return add_to_table(lex, folded);
    word_ends(folded, &head, &tail);
    uint64_t mix = (head ^ (tail << 23 | tail >> 41) ^ folded.len) *
                   UINT64_C(0x9E3779B97F4A7C15);
    struct lexicon_cached *c = &lex->cache[mix >> 51];
    if (c->head == head && c->tail == tail && c->length == folded.len)
        return c->word;
    uint32_t word = add_to_table(lex, folded);
    if (word != STRTAB_NONE)
        *c = (struct lexicon_cached){head, tail, (uint32_t)folded.len, word};
    return word;
}

bool lexicon_trim(struct lexicon *lex)
{
    if (strtab_memory(&lex->words) + strtab_memory(&lex->stems) <
        LEXICON_MEMORY)
        return false;
    strtab_reset(&lex->words);
    strtab_reset(&lex->stems);
    lex->age++;
    if (lex->cache)
        memset(lex->cache, 0, LEXICON_CACHE * sizeof *lex->cache);
    return true;
}

int lexicon_analyse(struct lexicon *lex, struct slice text,
                    struct word_list *list, struct nh_error *err)
{
    struct word_scanner scanner;
    struct word w;
    int rc = NH_OK;
    if (text.len > UINT32_MAX)
        return error_set(err, NH_EDATA, "the text is longer than 4 GiB");
    word_scanner_init(&scanner, text);
    while (rc == NH_OK && word_next(&scanner, &w)) {
        if (list->count == list->cap) {
            struct text_word *items =
                array_grow(list->items, &list->cap, sizeof *items);
            if (!items) {
                rc = error_nomem(err);
                break;
            }
            list->items = items;
        }
        uint32_t id = lexicon_add(lex, w.folded);
        if (id == STRTAB_NONE)
            rc = error_nomem(err);
        list->items[list->count++] =
            (struct text_word){(uint32_t)w.start, (uint32_t)w.end, id,
                               (uint8_t)w.spelling, (uint8_t)w.flags};
    }
    if (scanner.scratch.failed)
        rc = error_nomem(err);
    word_scanner_release(&scanner);
    return rc;
}

int lexicon_analyse_article(struct lexicon *lex, struct slice title,
                            struct slice body, struct word_list *list,
                            size_t *titles, struct nh_error *err)
{
    list->count = 0;
    int rc = lexicon_analyse(lex, title, list, err);
    *titles = list->count;
    if (rc == NH_OK)
        rc = lexicon_analyse(lex, body, list, err);
    uint32_t shift = (uint32_t)title.len + 1;
    for (size_t i = *titles; i < list->count; i++) {
        list->items[i].start += shift;
        list->items[i].end += shift;
    }
    return rc;
}

void word_list_release(struct word_list *list)
{
    free(list->items);
    *list = (struct word_list){NULL, 0, 0};
}
