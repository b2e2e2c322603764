/* Owns the choice of snippets and highlights.
 * Promises text that stands in the article, white space apart. */
#include "searcher/present/snippet.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/text/analysis.h"
#include "searcher/places/proximity.h"

/* Matches that are looked at for the best stretch. */
#define MATCHES_MAX 4096
/* Words before the first match, if no sentence begins nearer. */
#define CONTEXT_WORDS 6
/* Terms that count as different; later ones share a number. */
#define TERMS_MAX 250

void highlighter_release(struct highlighter *h)
{
    strtab_release(&h->stems);
    strtab_release(&h->exact);
    arena_release(&h->arena);
    free(h->phrases);
    free(h->patterns);
    free(h->known);
    memset(h, 0, sizeof *h);
}

void highlighter_forget(struct highlighter *h)
{
    if (h->known)
        memset(h->known, 0, h->known_cap);
}

static bool add_phrase(struct highlighter *h, const struct slice *words,
                       size_t count)
{
    if (h->phrase_count == h->phrase_cap) {
        struct highlight_phrase *p =
            array_grow(h->phrases, &h->phrase_cap, sizeof *p);
        if (!p)
            return false;
        h->phrases = p;
    }
    struct slice *copy = arena_alloc(&h->arena, count * sizeof *copy);
    if (!copy)
        return false;
    for (size_t i = 0; i < count; i++) {
        copy[i] = (struct slice){
            arena_copy(&h->arena, words[i].data, words[i].len), words[i].len};
        if (!copy[i].data)
            return false;
    }
    h->phrases[h->phrase_count++] = (struct highlight_phrase){copy, count, 0};
    return true;
}

static bool add_exact(struct highlighter *h, struct slice word)
{
    return strtab_add(&h->exact, word.data, word.len) != STRTAB_NONE;
}

static bool add_pattern(struct highlighter *h, const struct query_node *node)
{
    if (h->pattern_count == h->pattern_cap) {
        struct pattern *p = array_grow(h->patterns, &h->pattern_cap, sizeof *p);
        if (!p)
            return false;
        h->patterns = p;
    }
    if (query_pattern(node, &h->patterns[h->pattern_count]))
        h->pattern_count++;
    return true;
}

/* A name: its words side by side, and the last of them alone. */
static bool add_name(struct highlighter *h, struct slice name)
{
    struct slice words[16];
    size_t n = 0;
    while (n < 16 && (words[n] = slice_word(&name)).len > 0)
        n++;
    return n == 0 || ((n == 1 || add_phrase(h, words, n)) &&
                      (words[n - 1].len < 3 || add_exact(h, words[n - 1])));
}

static bool collect(struct highlighter *h, const struct query_node *n)
{
    bool good = true;
    struct slice words[64];
    uint64_t rests = 0;
    size_t count = n->word_count < 64 ? n->word_count : 64;
    for (size_t i = 0; i < count; i++) {
        words[i] = n->words[i].text;
        rests |= (uint64_t)n->words[i].rest << i;
    }
    if (n->kind == QUERY_NOT)
        return true;
    if (n->kind == QUERY_WORD) {
        struct slice stem = stemmer_stem(h->stemmer, words[0]);
        good = strtab_add(&h->stems, stem.data, stem.len) != STRTAB_NONE;
        if (stem.len && stemmer_keeps_first(h->stemmer))
            h->starts[(unsigned char)stem.data[0]] = true;
        else
            memset(h->starts, true, sizeof h->starts);
    } else if (n->kind == QUERY_PHRASE) {
        good =
            count == 1 ? add_exact(h, words[0]) : add_phrase(h, words, count);
        if (good && rests)
            h->phrases[h->phrase_count - 1].rests = rests;
    } else if (n->kind == QUERY_FILTER && schema_fields[n->field].entity) {
        good = add_name(h, n->value);
    } else if (n->kind == QUERY_WILDCARD || n->kind == QUERY_FUZZY) {
        good = add_pattern(h, n);
    }
    for (size_t i = 0; good && i < n->count; i++)
        good = collect(h, n->children[i]);
    return good;
}

int highlighter_init(struct highlighter *h, const struct query_node *root,
                     struct stemmer *stemmer, struct nh_error *err)
{
    h->stemmer = stemmer;
    return !root || collect(h, root) ? NH_OK : error_nomem(err);
}

/* ---- Matching. */

static struct slice entry_text(const struct strtab *t, uint32_t n)
{
    return (struct slice){t->entries[n].data, t->entries[n].len};
}

static uint8_t term_number(size_t n)
{
    return (uint8_t)(2 + (n < TERMS_MAX ? n : TERMS_MAX));
}

/* Term number of a single word + 2, or 1. */
static uint8_t match_word(struct highlighter *h, const struct lexicon *lex,
                          uint32_t word)
{
    if (h->known[word])
        return h->known[word];
    struct slice folded = entry_text(&lex->words, word);
    uint32_t at = STRTAB_NONE;
    uint8_t result = 1;
    if (h->starts[(unsigned char)folded.data[0]]) {
        const struct slice stem = stemmer_stem(h->stemmer, folded);
        at = strtab_find(&h->stems, stem.data, stem.len);
    }
    if (at != STRTAB_NONE)
        result = term_number(at);
    else if ((at = strtab_find(&h->exact, folded.data, folded.len)) !=
             STRTAB_NONE)
        result = term_number(h->stems.count + at);
    for (size_t i = 0; result == 1 && i < h->pattern_count; i++)
        if (pattern_matches(&h->patterns[i], folded))
            result = term_number(h->stems.count + h->exact.count +
                                 h->phrase_count + i);
    h->known[word] = result;
    return result;
}

static bool phrase_at(const struct highlight_phrase *p,
                      const struct lexicon *lex, const struct word_list *words,
                      size_t at)
{
    if (p->count > words->count - at)
        return false;
    for (size_t i = 0; i < p->count; i++)
        if (!slice_equal(p->words[i],
                         entry_text(&lex->words, words->items[at + i].word)) ||
            ((p->rests >> i & 1) &&
             !(words->items[at + i].flags & WORD_DIVIDED)))
            return false;
    return true;
}

struct match {
    size_t first, count; /* words */
    uint8_t term;
};

/* The matches of a text in order, `most` at most. */
static size_t find_matches(struct highlighter *h, const struct lexicon *lex,
                           const struct word_list *words, struct match *matches,
                           size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < words->count && n < most; i++) {
        struct match m = {i, 1, match_word(h, lex, words->items[i].word)};
        for (size_t k = 0; k < h->phrase_count; k++)
            if (phrase_at(&h->phrases[k], lex, words, i) &&
                h->phrases[k].count > m.count) {
                m.count = h->phrases[k].count;
                m.term = term_number(h->stems.count + h->exact.count + k);
            }
        if (m.term == 1)
            continue;
        matches[n++] = m;
        i += m.count - 1;
    }
    return n;
}

/* ---- Choosing. */

/* The match that begins the stretch with most terms, then most matches. */
static size_t best_match(const struct match *matches, size_t count)
{
    size_t best = 0, best_score = 0;
    uint16_t seen[256] = {0};
    size_t end = 0, distinct = 0;
    for (size_t i = 0; i < count; i++) {
        size_t limit = matches[i].first + SNIPPET_WORDS - CONTEXT_WORDS;
        for (; end < count && matches[end].first + matches[end].count <= limit;
             end++)
            distinct += seen[matches[end].term]++ == 0;
        size_t score = distinct * 64 + (end - i < 63 ? end - i : 63);
        if (score > best_score) {
            best_score = score;
            best = i;
        }
        if (end > i)
            distinct -= --seen[matches[i].term] == 0;
        else
            end = i + 1;
    }
    return best;
}

static size_t stretch_start(const struct word_list *words, size_t first)
{
    size_t back = first < CONTEXT_WORDS + 4 ? first : CONTEXT_WORDS + 4;
    for (size_t i = 0; i <= back; i++)
        if (words->items[first - i].flags & WORD_SENTENCE)
            return first - i;
    return first < CONTEXT_WORDS ? 0 : first - CONTEXT_WORDS;
}

/* ---- Writing. */

/* Appends text with each run of white space and controls as one space. */
static void append_line(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool blank = c <= ' ' || c == 0x7f;
        if (!blank)
            buf_append_byte(out, c);
        else if (out->len && out->data[out->len - 1] != ' ')
            buf_append_byte(out, ' ');
    }
}

/* End of the punctuation that belongs to the last word. */
static size_t closing_punctuation(struct slice body, size_t at)
{
    while (at < body.len && strchr(".,;:!?)\"'", body.data[at]) &&
           body.data[at])
        at++;
    return at;
}

static bool write_stretch(struct nh_snippet *out, struct slice body,
                          const struct word_list *words, size_t first,
                          size_t last, const struct match *matches,
                          size_t match_count, struct arena *arena)
{
    struct buf line = BUF_INIT;
    const struct text_word *w = words->items;
    size_t at = w[first].start, n = 0;
    struct nh_span *spans =
        arena_alloc(arena, (match_count + 1) * sizeof *spans);
    if (first == 0)
        at = 0;
    for (size_t i = 0; spans && i < match_count; i++) {
        const struct match *m = &matches[i];
        if (m->first < first || m->first + m->count - 1 > last)
            continue;
        size_t start = w[m->first].start, end = w[m->first + m->count - 1].end;
        append_line(&line, (struct slice){body.data + at, start - at});
        size_t from = line.len;
        append_line(&line, (struct slice){body.data + start, end - start});
        at = end;
        if (line.len > SNIPPET_BYTES)
            break;
        spans[n++] = (struct nh_span){from, line.len - from};
    }
    size_t end = closing_punctuation(body, w[last].end);
    if (line.len <= SNIPPET_BYTES)
        append_line(&line, (struct slice){body.data + at, end - at});
    bool cut = line.len > SNIPPET_BYTES;
    if (cut)
        line.len = utf8_cut(line.data, SNIPPET_BYTES);
    while (n && spans[n - 1].start + spans[n - 1].len > line.len)
        n--;
    out->text.data = arena_copy(arena, line.data, line.len);
    out->text.len = line.len;
    out->highlights = spans;
    out->highlight_count = n;
    out->cut_before = first > 0;
    out->cut_after = cut || last + 1 < words->count;
    bool good = spans && out->text.data && !line.failed;
    buf_release(&line);
    return good;
}

static bool grow_known(struct highlighter *h, uint32_t count)
{
    if (count <= h->known_cap)
        return true;
    uint32_t cap = count + count / 2 + 1024;
    uint8_t *known = realloc(h->known, cap);
    if (!known)
        return false;
    memset(known + h->known_cap, 0, cap - h->known_cap);
    h->known = known;
    h->known_cap = cap;
    return true;
}

bool snippet_make(struct nh_snippet *out, struct highlighter *h,
                  const struct lexicon *lex, struct slice body,
                  const struct word_list *words, struct arena *arena)
{
    memset(out, 0, sizeof *out);
    out->text.data = "";
    if (words->count == 0)
        return true;
    struct match *matches = malloc(MATCHES_MAX * sizeof *matches);
    if (!matches || !grow_known(h, lex->words.count)) {
        free(matches);
        return false;
    }
    size_t count = find_matches(h, lex, words, matches, MATCHES_MAX);
    size_t first = count ? matches[best_match(matches, count)].first : 0;
    if (count)
        first = stretch_start(words, first);
    size_t last = first + SNIPPET_WORDS - 1;
    if (last >= words->count)
        last = words->count - 1;
    bool good =
        write_stretch(out, body, words, first, last, matches, count, arena);
    free(matches);
    return good;
}

bool highlighter_marks(const struct nh_span **marks, size_t *count,
                       struct highlighter *h, const struct lexicon *lex,
                       const struct word_list *words, struct arena *arena)
{
    const size_t most = words->count + 1; /* a match has a word at least */
    struct match *matches = malloc(most * sizeof *matches);
    struct nh_span *spans = arena_alloc(arena, most * sizeof *spans);
    const bool good = matches && spans && grow_known(h, lex->words.count);
    *count = good ? find_matches(h, lex, words, matches, most) : 0;
    for (size_t i = 0; i < *count; i++) {
        const struct text_word *first = &words->items[matches[i].first];
        const struct text_word *last = first + matches[i].count - 1;
        spans[i] = (struct nh_span){first->start, last->end - first->start};
    }
    *marks = spans;
    free(matches);
    return good;
}
