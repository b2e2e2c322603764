/* Owns the word cache; promises one stemming and one dictionary look-up for
 * each distinct word. */
#include "common/stream/lexicon.h"

#include <stdlib.h>
#include <string.h>

void lexicon_init(struct lexicon *lex, struct stemmer *stemmer,
                  const struct dict *dict)
{
    memset(lex, 0, sizeof *lex);
    lex->stemmer = stemmer;
    lex->dict = dict;
}

void lexicon_release(struct lexicon *lex)
{
    if (!lex)
        return;
    strtab_release(&lex->words);
    strtab_release(&lex->stems);
    free(lex->info);
    free(lex->shorts);
    lex->info = NULL;
    lex->shorts = NULL;
}

static bool grow_info(struct lexicon *lex)
{
    uint32_t cap = lex->info_cap ? lex->info_cap * 2 : 1024;
    struct lexicon_word *info = realloc(lex->info, cap * sizeof *info);
    if (!info)
        return false;
    lex->info = info;
    lex->info_cap = cap;
    return true;
}

uint32_t lexicon_add(struct lexicon *lex, struct slice folded)
{
    const uint32_t hash = strtab_hash(folded.data, folded.len);
    const uint32_t known = lex->words.count;
    if (lex->dict)
        strtab_prefetch(&lex->dict->words, hash);
    const uint32_t id =
        strtab_add_hashed(&lex->words, folded.data, folded.len, hash);
    if (id < known || id == STRTAB_NONE)
        return id;
    if (id >= lex->info_cap && !grow_info(lex))
        return STRTAB_NONE;
    lex->info[id].stem = id;
    if (lex->stemmer) {
        const struct slice stem = stemmer_stem(lex->stemmer, folded);
        lex->info[id].stem = strtab_add(&lex->stems, stem.data, stem.len);
    }
    lex->info[id].common = analysis_common(folded);
    lex->info[id].code = lex->dict ? dict_find(lex->dict, folded) : DICT_NONE;
    return lex->info[id].stem == STRTAB_NONE ? STRTAB_NONE : id;
}

bool lexicon_due(const struct lexicon *lex)
{
    return strtab_memory(&lex->words) + strtab_memory(&lex->stems) >=
           LEXICON_MEMORY;
}

bool lexicon_trim(struct lexicon *lex)
{
    if (!lexicon_due(lex))
        return false;
    strtab_reset(&lex->words);
    strtab_reset(&lex->stems);
    lex->age++;
    if (lex->shorts)
        memset(lex->shorts, 0,
               ((size_t)lex->shorts_mask + 1) * sizeof *lex->shorts);
    lex->shorts_count = 0;
    return true;
}

/* ---- Texts: words are found some at a time and then looked up, so that the
 * cache lines of the look-ups come from memory side by side. */

#define LEXICON_AHEAD 32

static uint32_t short_hash(uint64_t head, uint64_t tail)
{
    uint64_t mix =
        (head ^ (tail << 29 | tail >> 35)) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mix >> 32);
}

/* Puts a word that is not there into a table with room. */
static void put_short(struct lexicon_short *table, uint32_t mask,
                      const struct lexicon_short *word)
{
    uint32_t i = short_hash(word->head, word->tail) & mask;
    while (table[i].length)
        i = (i + 1) & mask;
    table[i] = *word;
}

/* Makes the table of short words twice as large. Its size is bounded as that
 * of `words` is, which lexicon_trim sees to. */
static bool grow_shorts(struct lexicon *lex)
{
    uint32_t mask = lex->shorts ? lex->shorts_mask * 2 + 1 : 4095;
    struct lexicon_short *table = calloc((size_t)mask + 1, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; lex->shorts && i <= lex->shorts_mask; i++)
        if (lex->shorts[i].length)
            put_short(table, mask, &lex->shorts[i]);
    free(lex->shorts);
    lex->shorts = table;
    lex->shorts_mask = mask;
    return true;
}

/* Looks a word up by way of the table of all. */
static bool look_up_whole(struct lexicon *lex, struct slice folded,
                          struct text_word *w)
{
    w->word = lexicon_add(lex, folded);
    if (w->word == STRTAB_NONE)
        return false;
    w->code = lex->info[w->word].code;
    w->stem = lex->info[w->word].stem;
    w->common = (uint16_t)lex->info[w->word].common;
    return true;
}

/* Adds a short word to the table. */
static bool look_up_new(struct lexicon *lex, const struct plain_word *p,
                        uint32_t length, struct text_word *w)
{
    char bytes[PLAIN_WORD_MAX];
    memcpy(bytes, &p->head, 8);
    memcpy(bytes + 8, &p->tail, 8);
    if (!look_up_whole(lex, (struct slice){bytes, length}, w) ||
        (lex->shorts_count >= lex->shorts_mask / 2 && !grow_shorts(lex)))
        return false;
    put_short(lex->shorts, lex->shorts_mask,
              &(struct lexicon_short){p->head, p->tail, (uint16_t)length,
                                      w->common, w->word, w->code, w->stem});
    lex->shorts_count++;
    return true;
}

static bool look_up(struct lexicon *lex, const struct plain_word *p,
                    uint32_t hash, struct text_word *w)
{
    const uint32_t mask = lex->shorts_mask, length = p->end - p->start;
    const struct lexicon_short *s = lex->shorts;
    w->start = p->start;
    w->end = p->end;
    w->spelling = p->spelling;
    w->flags = p->flags;
    for (uint32_t i = hash & mask; s[i].length; i = (i + 1) & mask)
        if (s[i].head == p->head && s[i].tail == p->tail &&
            s[i].length == length) {
            w->word = s[i].word;
            w->code = s[i].code;
            w->stem = s[i].stem;
            w->common = s[i].common;
            return true;
        }
    return look_up_new(lex, p, length, w);
}

/* Looks up plain words, up to LEXICON_AHEAD of them. */
static bool look_up_plain(struct lexicon *lex, const struct plain_word *words,
                          size_t count, struct text_word *items)
{
    uint32_t hashes[LEXICON_AHEAD];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = short_hash(words[i].head, words[i].tail);
        __builtin_prefetch(&lex->shorts[hashes[i] & lex->shorts_mask]);
    }
    for (size_t i = 0; i < count; i++)
        if (!look_up(lex, &words[i], hashes[i], &items[i]))
            return false;
    return true;
}

/* Looks up a word of any bytes. */
static bool look_up_any(struct lexicon *lex, const struct word *word,
                        struct text_word *w)
{
    w->start = (uint32_t)word->start;
    w->end = (uint32_t)word->end;
    w->spelling = (uint8_t)word->spelling;
    w->flags = (uint8_t)word->flags;
    return look_up_whole(lex, word->folded, w);
}

static bool reserve_words(struct word_list *list)
{
    struct text_word *items =
        array_reserve(list->items, &list->cap, list->count + LEXICON_AHEAD + 1,
                      sizeof *items);
    if (items)
        list->items = items;
    return items != NULL;
}

int lexicon_analyse(struct lexicon *lex, struct slice text,
                    struct word_list *list, struct nh_error *err)
{
    struct word_scanner scanner;
    struct plain_word plain[LEXICON_AHEAD];
    struct word word;
    bool good = true, more = true;
    if (text.len > UINT32_MAX)
        return error_set(err, NH_EDATA, "the text is longer than 4 GiB");
    if (!lex->shorts && !grow_shorts(lex))
        return error_nomem(err);
    word_scanner_init(&scanner, text);
    while (good && more && (good = reserve_words(list))) {
        struct text_word *items = list->items + list->count;
        const size_t found = words_plain(&scanner, plain, LEXICON_AHEAD);
        good = look_up_plain(lex, plain, found, items);
        list->count += found;
        if (!good || found == LEXICON_AHEAD)
            continue;
        more = word_next(&scanner, &word);
        if (more) {
            good = look_up_any(lex, &word, &items[found]);
            list->count++;
        }
    }
    good = good && !scanner.scratch.failed;
    word_scanner_release(&scanner);
    return good ? NH_OK : error_nomem(err);
}

int lexicon_append_article(struct lexicon *lex, struct slice title,
                           struct slice body, struct word_list *list,
                           size_t *titles, struct nh_error *err)
{
    const size_t first = list->count;
    int rc = lexicon_analyse(lex, title, list, err);
    *titles = list->count - first;
    if (rc == NH_OK)
        rc = lexicon_analyse(lex, body, list, err);
    uint32_t shift = (uint32_t)title.len + 1;
    for (size_t i = first + *titles; i < list->count; i++) {
        list->items[i].start += shift;
        list->items[i].end += shift;
    }
    return rc;
}

int lexicon_analyse_article(struct lexicon *lex, struct slice title,
                            struct slice body, struct word_list *list,
                            size_t *titles, struct nh_error *err)
{
    list->count = 0;
    return lexicon_append_article(lex, title, body, list, titles, err);
}

void word_list_release(struct word_list *list)
{
    free(list->items);
    *list = (struct word_list){NULL, 0, 0};
}
