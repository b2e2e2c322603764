/* Owns the reading of labelled texts.
 * Promises the same examples for the same files. */
#include "tools/entities/corpus.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "entities/tokens.h"
#include "entities/word_types.h"

#define ALL_LABELS ((1u << LABEL_COUNT) - 1)

void corpus_release(struct corpus *c)
{
    arena_release(&c->arena);
    free(c->tokens);
    free(c->first);
    free(c->examples);
    memset(c, 0, sizeof *c);
}

static bool add_token(struct corpus *c, struct slice text, bool first)
{
    if (c->count == c->cap) {
        struct example_token *t = array_grow(c->tokens, &c->cap, sizeof *t);
        if (!t)
            return false;
        c->tokens = t;
    }
    if (c->count == c->first_cap) {
        bool *f = array_grow(c->first, &c->first_cap, sizeof *f);
        if (!f)
            return false;
        c->first = f;
    }
    char *copy = arena_copy(&c->arena, text.data, text.len);
    c->first[c->count] = first;
    c->tokens[c->count++] =
        (struct example_token){{copy, text.len}, 1u << LABEL_NONE};
    return copy != NULL;
}

/* Makes an example of the tokens since the last one. */
static bool end_example(struct corpus *c)
{
    const size_t start =
        c->example_count ? c->examples[c->example_count - 1].end : 0;
    if (start == c->count)
        return true;
    if (c->example_count == c->example_cap) {
        struct example *e = array_grow(c->examples, &c->example_cap, sizeof *e);
        if (!e)
            return false;
        c->examples = e;
    }
    c->examples[c->example_count++] = (struct example){start, c->count};
    return true;
}

static bool is_title(struct slice word)
{
    char lower[32];
    if (word.len > sizeof lower)
        return false;
    for (size_t i = 0; i < word.len; i++)
        lower[i] = (char)tolower((unsigned char)word.data[i]);
    return word_is_title((struct slice){lower, word.len});
}

/* Labels tokens [start, end) as one entity. Titles before a person's name are
 * not of it, whatever the annotators thought. */
static void set_entity(struct corpus *c, size_t start, size_t end,
                       enum entity_class class)
{
    while (class == ENTITY_PERSON && start + 1 < end &&
           is_title(c->tokens[start].text))
        start++;
    for (size_t i = start; i < end; i++) {
        const enum label_place place = end - start == 1 ? LABEL_UNIT
                                       : i == start     ? LABEL_BEGIN
                                       : i + 1 == end   ? LABEL_LAST
                                                        : LABEL_INSIDE;
        c->tokens[i].labels = 1u << label_of(class, place);
    }
}

/* Lets tokens from `from` on that are in no entity be of class MISC. */
static void allow_misc(struct corpus *c, size_t from)
{
    for (size_t i = from; i < c->count; i++)
        if (c->tokens[i].labels == 1u << LABEL_NONE)
            for (int p = LABEL_BEGIN; p <= LABEL_UNIT; p++)
                c->tokens[i].labels |=
                    1u << label_of(ENTITY_MISC, (enum label_place)p);
}

/* ---- BIO2. */

static int class_named(struct slice name)
{
    static const char *const names[] = {"PER", "ORG", "LOC", "MISC"};
    for (int i = 0; i < ENTITY_CLASSES; i++)
        if (slice_equal(name, slice_of(names[i])))
            return i;
    return -1;
}

static struct slice next_line(struct slice *rest)
{
    const char *end = memchr(rest->data, '\n', rest->len);
    struct slice line = {rest->data,
                         end ? (size_t)(end - rest->data) : rest->len};
    const size_t skip = line.len + (end ? 1 : 0);
    rest->data += skip;
    rest->len -= skip;
    while (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

static size_t count_sentences(struct slice text)
{
    size_t n = 0;
    bool in = false;
    while (text.len) {
        const bool blank = next_line(&text).len == 0;
        n += in && blank;
        in = !blank;
    }
    return n + in;
}

/* Turns the tags of tokens [start, end), numbered class + 1 or -(class + 1) for
 * tokens that go on, into labels. */
static void set_tags(struct corpus *c, const int *tags, size_t start,
                     size_t end)
{
    for (size_t i = start; i < end;) {
        size_t last = i + 1;
        const int tag = tags[i - start];
        while (tag != 0 && last < end && tags[last - start] == -abs(tag))
            last++;
        if (tag != 0)
            set_entity(c, i, last, (enum entity_class)(abs(tag) - 1));
        i = last;
    }
}

struct bio_reader {
    struct corpus *corpus;
    int *tags;
    size_t tag_cap, sentence; /* start of the sentence */
};

static bool read_bio_line(struct bio_reader *r, struct slice line)
{
    struct corpus *c = r->corpus;
    const char *tab = memchr(line.data, '\t', line.len);
    if (!tab)
        return true;
    const struct slice text = {line.data, (size_t)(tab - line.data)};
    const struct slice tag = {tab + 1, line.len - text.len - 1};
    const size_t at = c->count - r->sentence;
    if (at == r->tag_cap) {
        int *tags = array_grow(r->tags, &r->tag_cap, sizeof *tags);
        if (!tags)
            return false;
        r->tags = tags;
    }
    const int class =
        tag.len > 2 ? class_named((struct slice){tag.data + 2, tag.len - 2})
                    : -1;
    r->tags[at] = class < 0 ? 0 : tag.data[0] == 'B' ? class + 1 : -class - 1;
    return add_token(c, text, at == 0);
}

/* The line that begins an article, as in CoNLL-2003. */
static bool starts_article(struct slice text)
{
    static const char mark[] = "-DOCSTART-";
    return text.len >= sizeof mark - 1 &&
           memcmp(text.data, mark, sizeof mark - 1) == 0;
}

/* Reads the lines of a sentence; those of one that is not taken are passed
 * over. */
static bool read_sentence(struct bio_reader *r, struct slice *rest, bool take)
{
    struct slice line;
    bool good = true;
    r->sentence = r->corpus->count;
    while (rest->len && (line = next_line(rest)).len > 0)
        good = good && (!take || read_bio_line(r, line));
    set_tags(r->corpus, r->tags, r->sentence, r->corpus->count);
    return good;
}

int corpus_read_bio(struct corpus *c, const char *path, unsigned sentences,
                    bool has_misc, struct fold fold, struct nh_error *err)
{
    struct buf bytes = BUF_INIT;
    struct bio_reader r = {c, NULL, 0, 0};
    int rc = file_read_linked(path, &bytes, err);
    struct slice rest = {bytes.data, bytes.len};
    const size_t all = rc == NH_OK ? count_sentences(rest) : 0, from = c->count;
    const bool articles = rc == NH_OK && starts_article(rest);
    size_t article = 0;
    bool good = true;
    for (size_t n = 0, taken = 0; rc == NH_OK && good && rest.len; n++) {
        if (starts_article(rest)) {
            good = (article++ == 0 || end_example(c)) &&
                   read_sentence(&r, &rest, false);
            continue;
        }
        const size_t fifth = articles ? article % 5 : n * 5 / (all ? all : 1);
        good = read_sentence(&r, &rest,
                             fold.fifth < 0 ||
                                 (fifth == (size_t)fold.fifth) == fold.keep);
        taken += c->count > r.sentence;
        if (!articles && c->count > r.sentence && taken % sentences == 0)
            good = good && end_example(c);
    }
    good = good && end_example(c);
    if (!has_misc)
        allow_misc(c, from);
    free(r.tags);
    buf_release(&bytes);
    return rc != NH_OK ? rc : good ? NH_OK : error_nomem(err);
}

/* ---- GUM. */

#define GUM_SENTENCE 512 /* tokens of a sentence, at most */
#define GUM_OPEN 64      /* mentions that are open at a time */

struct gum_token {
    uint32_t start, end; /* bytes of the text */
    size_t head;         /* of its phrase: token + 1, or 0 */
    bool proper, plural, flat, appos, determiner;
};

struct gum_mention {
    char id[16];
    char known[64]; /* the article of Wikipedia on it, Dean_Kamen, or "" */
    int class;
    size_t start; /* token */
};

struct gum_entity {
    uint32_t start, end;
    int class;
};

struct gum {
    struct corpus *corpus;
    struct buf text;
    struct gum_token tokens[GUM_SENTENCE];
    size_t count;
    size_t joined_until; /* tokens up to this one have no spaces between */
    bool joined_space;   /* but one behind it */
    struct gum_mention open[GUM_OPEN];
    size_t open_count;
    struct gum_entity found[GUM_SENTENCE];
    size_t found_count;
};

static bool in_list(const char *list, struct slice word)
{
    char text[32] = " ";
    if (word.len == 0 || word.len > 24)
        return false;
    for (size_t i = 0; i < word.len; i++)
        text[i + 1] = (char)tolower((unsigned char)word.data[i]);
    text[word.len + 1] = ' ';
    return strstr(list, text) != NULL;
}

static struct slice gum_text(const struct gum *g, size_t i)
{
    return (struct slice){g->text.data + g->tokens[i].start,
                          g->tokens[i].end - g->tokens[i].start};
}

static bool connects(const struct gum *g, size_t i)
{
    return in_list(" of the and for & 's - de la du van von der bin al ",
                   gum_text(g, i));
}

/* The token of [start, end) whose head is outside; `end` if there is none. */
static size_t head_of(const struct gum *g, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++)
        if (g->tokens[i].head <= start || g->tokens[i].head > end)
            return i;
    return end;
}

/* The proper noun that the name of a person begins with, which its other parts
 * hang flat on (Universal Dependencies): the head of the mention or, as in
 * "team member Rodaba Noori", what stands behind the head. */
static size_t person_head(const struct gum *g, size_t head, size_t end)
{
    if (head == end || g->tokens[head].proper)
        return head;
    for (size_t i = head + 1; i < end; i++) {
        const struct gum_token *t = &g->tokens[i];
        if (t->proper && t->head == head + 1 &&
            (t->flat || t->appos || i == head + 1))
            return i;
    }
    return end;
}

/* Whether a token goes on with a name without a space: Jong|-|un. */
static bool goes_on(const struct gum *g, size_t i, size_t end)
{
    return i + 1 < end && slice_equal(gum_text(g, i), slice_of("-")) &&
           g->tokens[i - 1].end == g->tokens[i].start &&
           g->tokens[i].end == g->tokens[i + 1].start;
}

static size_t person_end(const struct gum *g, size_t head, size_t end)
{
    size_t last = head + 1;
    for (;;) {
        if (last < end && g->tokens[last].flat)
            last++;
        else if (goes_on(g, last, end))
            last += 2;
        else
            return last;
    }
}

/* A single word behind an article is what someone is: a Republican. */
static bool is_kind(const struct gum *g, size_t start, size_t first,
                    size_t last)
{
    bool determined = false;
    for (size_t i = start; i < first; i++)
        determined = determined || g->tokens[i].determiner;
    return g->tokens[last - 1].plural || (determined && last == first + 1);
}

/* Whether the title of a person's article begins with the token. */
static bool is_known_by(const struct gum *g, const struct gum_mention *m,
                        size_t token)
{
    const struct slice text = gum_text(g, token);
    return strncmp(m->known, text.data, text.len) == 0;
}

/* The name in a mention: the proper nouns around its head. */
static void close_mention(struct gum *g, const struct gum_mention *m,
                          size_t end)
{
    const bool person = m->class == ENTITY_PERSON;
    size_t head = head_of(g, m->start, end);
    if (person)
        head = person_head(g, head, end);
    if (head == end || !g->tokens[head].proper ||
        g->found_count == GUM_SENTENCE)
        return;
    size_t first = head, last = person ? person_end(g, head, end) : head + 1;
    while (first > m->start && g->tokens[first - 1].proper &&
           (!person || is_known_by(g, m, first - 1)))
        first--;
    for (size_t k = last; !person && k < end; k++) {
        if (g->tokens[k].proper)
            last = k + 1;
        else if (!connects(g, k))
            break;
    }
    for (size_t k = first; person && k < last; k++)
        if (is_title(gum_text(g, k)))
            first = k + 1;
    if (first >= last)
        return;
    const bool people = person && is_kind(g, m->start, first, last);
    g->found[g->found_count++] =
        (struct gum_entity){g->tokens[first].start, g->tokens[last - 1].end,
                            people ? ENTITY_MISC : m->class};
}

/* ID-etype-...: that is what we need. */
static void open_mention(struct gum *g, const char *text, size_t len)
{
    char copy[256];
    if (len >= sizeof copy || g->open_count == GUM_OPEN)
        return;
    memcpy(copy, text, len);
    copy[len] = '\0';
    struct gum_mention *m = &g->open[g->open_count++];
    memset(m, 0, sizeof *m);
    m->start = g->count;
    m->class = -1;
    char *type = strchr(copy, '-');
    if (!type || (size_t)(type - copy) >= sizeof m->id)
        return;
    *type++ = '\0';
    memcpy(m->id, copy, (size_t)(type - copy));
    const char *known = strrchr(type, '-');
    if (known)
        snprintf(m->known, sizeof m->known, "%s", known + 1);
    type[strcspn(type, "-")] = '\0';
    m->class = strcmp(type, "person") == 0         ? ENTITY_PERSON
               : strcmp(type, "organization") == 0 ? ENTITY_ORG
               : strcmp(type, "place") == 0        ? ENTITY_PLACE
                                                   : -1;
}

static void close_by_id(struct gum *g, const char *text, size_t len)
{
    for (size_t i = g->open_count; i-- > 0;) {
        const struct gum_mention m = g->open[i];
        if (strlen(m.id) != len || memcmp(m.id, text, len) != 0)
            continue;
        memmove(&g->open[i], &g->open[i + 1],
                (g->open_count - i - 1) * sizeof m);
        g->open_count--;
        if (m.class >= 0)
            close_mention(g, &m, g->count + 1);
        return;
    }
}

/* The value of Entity=: "(1-person-...(2-place-...-x)" or "2)1)". The token is
 * number g->count. */
static void read_mentions(struct gum *g, const char *p)
{
    while (*p && *p != '|') {
        const bool opens = *p == '(';
        p += opens;
        const size_t len = strcspn(p, "()|");
        const bool closes = p[len] == ')';
        if (opens)
            open_mention(g, p, len);
        if (closes) {
            const size_t id = opens ? strcspn(p, "-") : len;
            close_by_id(g, p, id < len ? id : len);
        }
        p += len + closes;
    }
}

/* Tokenises the sentence as articles are, and labels it. */
static bool end_gum_sentence(struct gum *g)
{
    struct corpus *c = g->corpus;
    struct token_scanner s;
    struct token t;
    const size_t from = c->count;
    bool good = true;
    struct {
        uint32_t start, end;
    } at[GUM_SENTENCE * 2];
    size_t n = 0;
    token_scanner_init(&s, (struct slice){g->text.data, g->text.len});
    while (good && n < GUM_SENTENCE * 2 && token_next(&s, &t)) {
        at[n].start = t.start;
        at[n++].end = t.end;
        good = add_token(
            c, (struct slice){g->text.data + t.start, t.end - t.start}, n == 1);
    }
    /* Longer names first: they close later. */
    for (size_t k = g->found_count; k-- > 0;) {
        const struct gum_entity *e = &g->found[k];
        size_t first = 0, last;
        while (first < n && at[first].end <= e->start)
            first++;
        for (last = first; last < n && at[last].start < e->end;)
            last++;
        bool is_free = last > first;
        for (size_t i = first; i < last; i++)
            is_free = is_free && c->tokens[from + i].labels == 1u << LABEL_NONE;
        if (is_free && at[first].start == e->start &&
            at[last - 1].end == e->end)
            set_entity(c, from + first, from + last,
                       (enum entity_class)e->class);
    }
    buf_reset(&g->text);
    g->count = g->open_count = g->found_count = g->joined_until = 0;
    return good;
}

static bool read_gum_line(struct gum *g, struct slice line)
{
    char copy[4096], *field[10];
    size_t n = 0;
    if (line.len == 0)
        return g->count == 0 || end_gum_sentence(g);
    if (line.data[0] == '#' || line.len >= sizeof copy ||
        g->count == GUM_SENTENCE)
        return true;
    memcpy(copy, line.data, line.len);
    copy[line.len] = '\0';
    for (char *p = copy; p && n < 10; n++) {
        field[n] = p;
        p = strchr(p, '\t');
        if (p)
            *p++ = '\0';
    }
    const char *dash = n < 10 ? NULL : strchr(field[0], '-');
    const bool space = n == 10 && !strstr(field[9], "SpaceAfter=No");
    if (dash) { /* a contraction, whose parts follow */
        g->joined_until = (size_t)strtoul(dash + 1, NULL, 10);
        g->joined_space = space;
    }
    if (n < 10 || dash || strchr(field[0], '.'))
        return true;
    struct gum_token *t = &g->tokens[g->count];
    t->start = (uint32_t)g->text.len;
    buf_append_str(&g->text, field[1]);
    t->end = (uint32_t)g->text.len;
    t->head = (size_t)strtoul(field[6], NULL, 10);
    t->proper = strncmp(field[4], "NNP", 3) == 0 &&
                !islower((unsigned char)field[1][0]);
    t->plural = strcmp(field[4], "NNPS") == 0;
    t->flat = strncmp(field[7], "flat", 4) == 0;
    t->appos = strcmp(field[7], "appos") == 0;
    t->determiner = strcmp(field[4], "DT") == 0;
    const size_t number = g->count + 1;
    if (number < g->joined_until    ? false
        : number == g->joined_until ? g->joined_space
                                    : space)
        buf_append_byte(&g->text, ' ');
    const char *entity = strstr(field[9], "Entity=");
    if (entity)
        read_mentions(g, entity + 7);
    g->count++;
    return !g->text.failed;
}

int corpus_read_gum(struct corpus *c, const char *path, struct nh_error *err)
{
    struct buf bytes = BUF_INIT;
    struct gum *g = calloc(1, sizeof *g);
    const size_t from = c->count;
    if (!g)
        return error_nomem(err);
    g->corpus = c;
    int rc = file_read_linked(path, &bytes, err);
    struct slice rest = {bytes.data, bytes.len};
    bool good = true;
    while (rc == NH_OK && good && rest.len)
        good = read_gum_line(g, next_line(&rest));
    good = good && (g->count == 0 || end_gum_sentence(g)) && end_example(c);
    allow_misc(c, from);
    buf_release(&g->text);
    buf_release(&bytes);
    free(g);
    return rc != NH_OK ? rc : good ? NH_OK : error_nomem(err);
}

/* ---- Copies. */

enum copy_case { COPY_UPPER, COPY_LOWER, COPY_TITLE };

/* Words that headlines leave small. */
static const char small_words[] =
    " a an the and or but of in on at to for by with from as is 's ";

static bool add_copy(struct corpus *c, size_t start, size_t end,
                     enum copy_case how)
{
    char text[256];
    for (size_t i = start; i < end; i++) {
        const struct example_token t = c->tokens[i];
        const size_t len = t.text.len < sizeof text ? t.text.len : sizeof text;
        memcpy(text, t.text.data, len);
        for (size_t k = 0; k < len; k++) {
            const unsigned char b = (unsigned char)text[k];
            if (how == COPY_UPPER)
                text[k] = (char)toupper(b);
            else if (how == COPY_LOWER)
                text[k] = (char)tolower(b);
            else if (k == 0 && !in_list(small_words, t.text))
                text[k] = (char)toupper(b);
        }
        if (!add_token(c, (struct slice){text, len}, i == start))
            return false;
        c->tokens[c->count - 1].labels = t.labels;
    }
    return end_example(c);
}

bool corpus_add_copies(struct corpus *c, double upper, double lower,
                       double title)
{
    const size_t count = c->count;
    uint64_t x = 88172645463325252u;
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && !c->first[end];)
            end++;
        x ^= x << 13; /* Marsaglia 2003, Xorshift RNGs */
        x ^= x >> 7;
        x ^= x << 17;
        const double dice = (double)(x >> 11) / (double)(1ull << 53);
        bool good = true;
        if (dice < upper)
            good = add_copy(c, start, end, COPY_UPPER);
        else if (dice < upper + lower)
            good = add_copy(c, start, end, COPY_LOWER);
        else if (dice < upper + lower + title)
            good = add_copy(c, start, end, COPY_TITLE);
        if (!good)
            return false;
    }
    return true;
}
