/* Owns what a single token says about itself.
 * Promises the same for the same bytes and model. */
#include "entities/word_types.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "common/base/hash.h"
#include "common/base/utf8.h"

/* Bytes of a token that are looked at; longer ones are cut here. */
#define TOKEN_MAX 128

static const char connecting[] =
    " of the and for & - ' 's . / in on to at de la du des von van der den del "
    "di da do dos das della delle degli dei le les los las y e et a al el bin "
    "bint ibn ben zu zum zur vom ter ten with ! : ";
static const char leading[] =
    " de la du von van der den del di da dos das della delle degli dei le los "
    "las al el bin bint ibn ben abu ul ter ten zu zum zur vom d' l' ";
static const char ending[] =
    " jr jr. sr sr. inc inc. ltd ltd. corp corp. llc l.l.c. lp l.p. plc co co. "
    "ii iii iv ";

static const char title_words[] =
    " mr mr. mrs mrs. ms ms. miss dr dr. prof prof. professor sir madam lord "
    "lady dame president vice prime minister premier chancellor senator sen "
    "sen. representative rep rep. congressman congresswoman governor gov gov. "
    "mayor ambassador secretary general gen gen. colonel col. major maj. "
    "captain capt. capt lieutenant lt lt. lt.gen sergeant sgt. sgt admiral "
    "adm. "
    "commander cmdr. marshal corporal private judge justice attorney sheriff "
    "inspector detective officer chief director chairman chairwoman chair ceo "
    "cfo spokesman spokeswoman spokesperson coach king queen prince princess "
    "pope cardinal archbishop bishop father rev rev. reverend rabbi imam "
    "ayatollah sheikh emir sultan st. deputy-leader mp councillor councilman "
    "commissioner superintendent treasurer editor analyst economist ";

static const char speaking[] =
    " said says told tells added adds wrote writes tweeted argued argues asked "
    "replied recalled explained insisted testified who ";

/* Words that make up a sixth of English texts and that other languages do not
 * share. */
static const char english_words[] =
    " the of and to that for with by from his are have said will were not but "
    "they this had which their who she ";

static bool listed(const char *list, const char *word, size_t len)
{
    char text[18] = " ";
    if (len == 0 || len > 14)
        return false;
    memcpy(text + 1, word, len);
    text[len + 1] = ' ';
    text[len + 2] = '\0';
    return strstr(list, text) != NULL;
}

bool word_is_title(struct slice lower)
{
    return listed(title_words, lower.data, lower.len);
}

/* A token taken apart. */
struct parts {
    char lower[TOKEN_MAX * 2], digits[TOKEN_MAX * 2];
    size_t len;
    uint32_t starts[TOKEN_MAX + 1]; /* of the characters of `lower` */
    size_t count;
    char shape[TOKEN_MAX];
    size_t shape_len;
    unsigned uppers, lowers, numbers;
    bool first_upper;
};

static void add_shape(struct parts *p, char c)
{
    const size_t n = p->shape_len;
    if (n < 1 || p->shape[n - 1] != c)
        p->shape[p->shape_len++] = c;
}

static void add_character(struct parts *p, uint32_t code)
{
    const utf8proc_category_t c = utf8proc_category((int32_t)code);
    const bool upper = c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LT;
    const bool digit = c == UTF8PROC_CATEGORY_ND;
    uint32_t small = code;
    if (code == 0x2019 || code == 0x2018 || code == 0x02BC)
        small = '\'';
    else if (upper)
        small = (uint32_t)utf8proc_tolower((int32_t)code);
    if (p->count == 0)
        p->first_upper = upper;
    p->uppers += upper;
    p->numbers += digit;
    p->lowers +=
        !upper && c >= UTF8PROC_CATEGORY_LL && c <= UTF8PROC_CATEGORY_LO;
    add_shape(p, upper                       ? 'X'
                 : digit                     ? '0'
                 : c <= UTF8PROC_CATEGORY_ME ? 'x'
                 : small < 0x80              ? (char)small
                                             : '*');
    p->starts[p->count++] = (uint32_t)p->len;
    const size_t n = utf8_encode(small, p->lower + p->len);
    memcpy(p->digits + p->len, digit ? "0000" : p->lower + p->len, n);
    p->len += n;
}

static void take_apart(struct slice token, struct parts *p)
{
    p->len = p->count = p->shape_len = 0;
    p->uppers = p->lowers = p->numbers = 0;
    p->first_upper = false;
    for (size_t at = 0; at < token.len && at < TOKEN_MAX - 4;) {
        uint32_t code;
        const size_t n = utf8_decode(token.data + at, token.len - at, &code);
        add_character(p, n ? code : 0xFFFD);
        at += n ? n : 1;
    }
    p->starts[p->count] = (uint32_t)p->len;
}

static uint32_t hash_of(const char *bytes, size_t len, uint32_t salt)
{
    const uint32_t h = (uint32_t)(hash64(bytes, len) >> 32) * 2654435761u;
    return (h ^ salt) | 1u;
}

static void set_affixes(struct word_type *w, const struct parts *p)
{
    for (unsigned n = 2; n <= 4; n++) {
        if (p->count < n + (n == 4))
            continue;
        const uint32_t tail = p->starts[p->count - n];
        w->affix[n - 2] = hash_of(p->lower, p->starts[n], n);
        w->affix[n + 1] = hash_of(p->lower + tail, p->len - tail, n + 8);
    }
}

/* R-Neb and D-N.Y, behind the name of a politician, name nobody. */
static bool is_party(const struct parts *p)
{
    return p->shape_len >= 3 && memcmp(p->shape, "X-X", 3) == 0 &&
           p->lower[1] == '-' && strchr("dri", p->lower[0]);
}

static enum word_kind kind_of(const struct parts *p)
{
    if (is_party(p))
        return WORD_LOWER;
    if (p->uppers == 0)
        return p->lowers ? WORD_LOWER : p->numbers ? WORD_NUMBER : WORD_SIGN;
    if (p->uppers == 1 && p->lowers == 0 && p->numbers == 0)
        return WORD_LETTER;
    if (p->lowers == 0)
        return WORD_UPPER;
    return p->uppers == 1 && p->first_upper ? WORD_INITIAL : WORD_MIXED;
}

static void describe(struct word_types *t, struct word_type *w,
                     const struct parts *p)
{
    const struct slice lower = {p->lower, p->len};
    w->lower = model_fingerprint(lower);
    w->digits = p->numbers
                    ? model_fingerprint((struct slice){p->digits, p->len})
                    : w->lower;
    w->shape = hash_of(p->shape, p->shape_len, 77);
    w->kind = (uint8_t)kind_of(p);
    const unsigned letters = p->uppers + p->lowers;
    w->letters = (uint8_t)(letters < 255 ? letters : 255);
    const uint32_t roles = model_find(&t->roles, w->lower);
    w->roles = roles == UINT32_MAX ? 0 : (uint8_t)roles;
    set_affixes(w, p);
    uint32_t n = model_find(&t->model->words, w->lower);
    if ((n == UINT32_MAX || !t->model->word_info[n].fine) && p->len > 1 &&
        p->lower[p->len - 1] == '.') { /* Inc. as inc */
        const uint32_t bare =
            model_find(&t->model->words,
                       model_fingerprint((struct slice){p->lower, p->len - 1}));
        n = bare == UINT32_MAX ? n : bare;
    }
    if (n != UINT32_MAX)
        w->info = t->model->word_info[n];
    if (w->info.gazetteers & GAZ_PHRASE_BEGIN)
        w->roles |= WORD_BEGINS_PHRASE;
}

/* ---- Roles. */

static const struct {
    const char *words;
    enum word_role role;
} role_lists[] = {{connecting, WORD_CONNECTS},  {leading, WORD_LEADS},
                  {ending, WORD_ENDS_NAME},     {title_words, WORD_TITLE},
                  {speaking, WORD_SPEAKS},      {" - ", WORD_HYPHEN},
                  {english_words, WORD_ENGLISH}};

/* Some three times as many as there are words. */
#define ROLE_SLOTS 1024

static void add_role(struct model_table *t, uint32_t fingerprint,
                     enum word_role role)
{
    uint32_t at = fingerprint & t->mask;
    while (t->slots[at].number && t->slots[at].fingerprint != fingerprint)
        at = (at + 1) & t->mask;
    if (t->slots[at].number == 0) {
        t->count++;
        t->slots[at] = (struct model_slot){fingerprint, 1};
    }
    t->slots[at].number = ((t->slots[at].number - 1) | role) + 1;
}

static bool set_roles(struct model_table *t)
{
    t->slots = calloc(ROLE_SLOTS, sizeof *t->slots);
    t->mask = ROLE_SLOTS - 1;
    for (size_t i = 0; t->slots && i < sizeof role_lists / sizeof *role_lists;
         i++)
        for (const char *w = role_lists[i].words + 1; *w;
             w += strcspn(w, " ") + 1)
            add_role(t, model_fingerprint((struct slice){w, strcspn(w, " ")}),
                     role_lists[i].role);
    return t->slots != NULL;
}

/* ---- The table. */

static bool grow(struct word_types *t)
{
    const uint32_t slots = t->mask ? (t->mask + 1) * 2 : 1024;
    struct word_type *items =
        realloc(t->items, (size_t)(slots / 2) * sizeof *items);
    if (!items)
        return false;
    t->items = items;
    t->cap = slots / 2;
    struct word_slot *table = calloc(slots, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; t->slots && i <= t->mask; i++) {
        uint32_t at = (uint32_t)t->slots[i].hash & (slots - 1);
        while (t->slots[i].number && table[at].number)
            at = (at + 1) & (slots - 1);
        if (t->slots[i].number)
            table[at] = t->slots[i];
    }
    free(t->slots);
    t->slots = table;
    t->mask = slots - 1;
    return true;
}

bool word_types_init(struct word_types *t, const struct entity_model *model)
{
    memset(t, 0, sizeof *t);
    t->model = model;
    if (!set_roles(&t->roles) || !grow(t)) {
        word_types_release(t);
        return false;
    }
    word_types_reset(t);
    return true;
}

void word_types_release(struct word_types *t)
{
    free(t->items);
    free(t->slots);
    free(t->roles.slots);
    memset(t, 0, sizeof *t);
}

void word_types_reset(struct word_types *t)
{
    memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof *t->slots);
    t->items[WORD_BOUNDARY] =
        (struct word_type){.lower = 1, .digits = 1, .shape = 1};
    t->count = 1;
    t->age++;
}

/* The free slot for a hash, or that of its type. */
static struct word_slot *slot_of(const struct word_types *t, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & t->mask;
    while (t->slots[at].number && t->slots[at].hash != hash)
        at = (at + 1) & t->mask;
    return &t->slots[at];
}

/* Puts a token that was taken apart into its free slot. */
static struct word_type *put(struct word_types *t, struct word_slot *slot,
                             uint64_t hash, const struct parts *p)
{
    struct word_type *w = &t->items[t->count];
    memset(w, 0, sizeof *w);
    w->lowered = t->count;
    describe(t, w, p);
    *slot = (struct word_slot){.hash = hash,
                               .number = ++t->count,
                               .kind = w->kind,
                               .roles = w->roles,
                               .letters = w->letters,
                               .small = true};
    return w;
}

/* Adds a token and its lower-cased form; there is room for both. */
static const struct word_slot *add(struct word_types *t, struct slice token,
                                   uint64_t hash)
{
    struct parts p, small;
    take_apart(token, &p);
    struct word_slot *slot = slot_of(t, hash);
    struct word_type *w = put(t, slot, hash, &p);
    if (p.len == token.len && memcmp(p.lower, token.data, p.len) == 0)
        return slot;
    const uint64_t lower = hash64(p.lower, p.len);
    struct word_slot *lowered = slot_of(t, lower);
    if (lowered->number == 0) {
        take_apart((struct slice){p.lower, p.len}, &small);
        put(t, lowered, lower, &small);
    }
    w->lowered = lowered->number - 1;
    slot->small = false;
    return slot;
}

const struct word_slot *word_types_get(struct word_types *t, struct slice token,
                                       uint64_t hash)
{
    const struct word_slot *slot = slot_of(t, hash);
    if (slot->number)
        return slot;
    if (t->count + 2 > t->cap && !grow(t))
        return NULL;
    return add(t, token, hash);
}
