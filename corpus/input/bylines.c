/* Owns what bylines mean: who is named in one string, and what in it is a part
 * of a name, a role or a place holder. Promises to leave a list whole that it
 * cannot take apart for sure. */
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "corpus/input/reader.h"

/* What one piece between commas is. */
enum piece_kind {
    PIECE_NAME,     /* two words or more, each as of a name */
    PIECE_SINGLE,   /* one word */
    PIECE_PARTICLE, /* of lower case first: "van der Berg", "de Souza" */
    PIECE_JUNIOR,   /* Jr., III: the end of the name before it */
    PIECE_DEGREE,   /* M.D., PhD */
    PIECE_FIRM,     /* Inc.: the end of a firm's name */
    PIECE_ROLE,     /* staff writer, special to a paper */
    PIECE_AGENCY,   /* who is no person: Reuters, Example Times */
    PIECE_OTHER
};

static bool is_word(struct slice word, const char *const *list)
{
    while (word.len && strchr(".,", word.data[word.len - 1]))
        word.len--;
    for (; word.len && *list; list++)
        if (((word.data[0] ^ **list) | 0x20) == 0x20 &&
            strncasecmp(word.data, *list, word.len) == 0 &&
            (*list)[word.len] == '\0')
            return true;
    return false;
}

static bool has_word(struct slice text, const char *const *list)
{
    for (struct slice w = slice_word(&text); w.len; w = slice_word(&text))
        if (is_word(w, list))
            return true;
    return false;
}

static const char *const juniors[] = {"Jr", "Sr", "II", "III", "IV", NULL};
static const char *const degrees[] = {
    "MD",  "M.D", "PhD", "Ph.D", "Dr",  "JD",  "J.D", "Esq", "MBA", "MPH",
    "RN",  "CFA", "CPA", "OBE",  "MBE", "CBE", "DDS", "DVM", "BA",  "MA",
    "M.A", "B.A", "MS",  "MSc",  "BSc", "DO",  "FRS", "QC",  "KC",  NULL};
static const char *const particles[] = {
    "van", "von", "der", "den", "de", "del", "della", "di",
    "da",  "do",  "dos", "du",  "la", "le",  "el",    "al",
    "bin", "ibn", "ter", "ten", "zu", "zur", NULL};
static const char *const firms[] = {"Inc", "LLC",     "Ltd",  "Corp",
                                    "Co",  "Plc",     "LP",   "LLP",
                                    "N.A", "Limited", "GmbH", NULL};
static const char *const roles[] = {"editor",
                                    "editors",
                                    "reporter",
                                    "reporters",
                                    "writer",
                                    "writers",
                                    "correspondent",
                                    "correspondents",
                                    "columnist",
                                    "columnists",
                                    "contributor",
                                    "contributors",
                                    "contributing",
                                    "producer",
                                    "producers",
                                    "photographer",
                                    "photographers",
                                    "photojournalist",
                                    "journalist",
                                    "journalists",
                                    "bureau",
                                    "director",
                                    "chief",
                                    "analyst",
                                    "anchor",
                                    "blogger",
                                    "critic",
                                    "freelance",
                                    "freelancer",
                                    "intern",
                                    "fellow",
                                    "professor",
                                    "lecturer",
                                    "staff",
                                    "special",
                                    "researcher",
                                    "host",
                                    "redakteur",
                                    "redakteurin",
                                    "korrespondent",
                                    "journaliste",
                                    "correspondant",
                                    "redacteur",
                                    "redactor",
                                    "redactora",
                                    "periodista",
                                    "giornalista",
                                    "corrispondente",
                                    NULL};
static const char *const agencies[] = {
    "AP",       "AFP",        "UPI",        "Reuters",   "Bloomberg",
    "dpa",      "ANSA",       "EFE",        "TASS",      "Xinhua",
    "PTI",      "ANI",        "IANS",       "CNN",       "BBC",
    "CNBC",     "NPR",        "PBS",        "ABC",       "NBC",
    "CBS",      "News",       "Press",      "Times",     "Post",
    "Journal",  "Tribune",    "Herald",     "Gazette",   "Magazine",
    "Network",  "Agency",     "Service",    "Services",  "Wire",
    "Agencies", "Media",      "Newspapers", "Today",     "Broadcasting",
    "Team",     "Desk",       "Board",      "Online",    "Weekly",
    "Daily",    "University", "Institute",  "Committee", NULL};

/* As they are written: "MA" is one, "Ma" a name. */
static bool is_degree(struct slice word)
{
    while (word.len && strchr(".,", word.data[word.len - 1]))
        word.len--;
    for (size_t i = 0; degrees[i]; i++)
        if (word.len && word.data[0] == degrees[i][0] &&
            slice_equal(word, slice_of(degrees[i])))
            return true;
    return false;
}

static bool is_capital(struct slice word)
{
    const unsigned char c = (unsigned char)word.data[0];
    return (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool has_digit(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.data[i] >= '0' && s.data[i] <= '9') || strchr("@:/", s.data[i]))
            return true;
    return false;
}

/* What its words say of a piece. */
struct piece_words {
    size_t count, capitals, particles; /* particles: but for the last word */
    bool last_capital;
};

static struct piece_words words_of(struct slice piece)
{
    struct piece_words p = {0, 0, 0, false};
    for (struct slice w = slice_word(&piece); w.len; w = slice_word(&piece)) {
        p.count++;
        p.last_capital = is_capital(w);
        p.capitals += p.last_capital;
        p.particles += slice_trim(piece).len && is_word(w, particles);
    }
    return p;
}

/* What one word behind a name is, or a word of its own. */
static enum piece_kind kind_of_word(struct slice word)
{
    return is_word(word, juniors)    ? PIECE_JUNIOR
           : is_degree(word)         ? PIECE_DEGREE
           : is_word(word, firms)    ? PIECE_FIRM
           : is_word(word, roles)    ? PIECE_ROLE
           : is_word(word, agencies) ? PIECE_AGENCY
           : has_digit(word)         ? PIECE_OTHER
                                     : PIECE_SINGLE;
}

static enum piece_kind kind_of(struct slice piece)
{
    static const char *const behind[] = {"for ", "of ", "in ", "at ", NULL};
    const struct piece_words w = words_of(piece);
    if (w.count == 1)
        return kind_of_word(piece);
    for (size_t i = 0; behind[i]; i++)
        if (piece.len > strlen(behind[i]) &&
            memcmp(piece.data, behind[i], strlen(behind[i])) == 0)
            return PIECE_ROLE;
    if (has_word(piece, roles))
        return PIECE_ROLE;
    if (has_word(piece, agencies))
        return PIECE_AGENCY;
    /* Names have few words; some write them in small letters alone. */
    if (w.count == 0 || w.count > 6 || has_digit(piece) ||
        (w.capitals == 0 && w.count > 3))
        return PIECE_OTHER;
    return w.particles == w.count - 1 && w.last_capital ? PIECE_PARTICLE
                                                        : PIECE_NAME;
}

/* ---- One name. */

/* What may stand before "by". */
#define BEFORE_BY_MAX 20

static size_t find_text(struct slice in, const char *what)
{
    const size_t n = strlen(what);
    size_t i = 0;
    while (i + n <= in.len && ((in.data[i] | 0x20) != (*what | 0x20) ||
                               strncasecmp(in.data + i, what, n) != 0))
        i++;
    return i + n <= in.len ? i : in.len;
}

/* Without an address of mail: "Jane Roe <jane@...>", "jane@... (Jane Roe)". */
static struct slice without_address(struct slice name)
{
    const struct slice whole = name;
    const char *const end = name.data + name.len;
    const char *at = name.len ? memchr(name.data, '@', name.len) : NULL;
    const char *open = at, *close = at;
    if (!at)
        return name;
    while (open > name.data && !strchr(" <(", open[-1]))
        open--;
    while (close < end && !strchr(" >)", *close))
        close++;
    if (open == name.data) { /* the name is in the brackets behind it */
        name = slice_trim((struct slice){close, (size_t)(end - close)});
        if (name.len > 2 && name.data[0] == '(' && end[-1] == ')')
            return (struct slice){name.data + 1, name.len - 2};
        return whole;
    }
    open -= open[-1] != ' ';
    return slice_trim((struct slice){name.data, (size_t)(open - name.data)});
}

static size_t word_count(struct slice s)
{
    size_t n = 0;
    while (slice_word(&s).len)
        n++;
    return n;
}

/* What stands before a name in other languages: a preposition if two words or
 * more are behind it. "Von Trapp" and "Von Trapp, Maria" begin with names. */
static size_t before_name(struct slice name)
{
    static const char *const words[] = {"Von ", "Par ",   "Por ",    "Door ",
                                        "Av ",  "Text: ", "Texto: ", "Texte: "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t n = strlen(words[i]);
        if (name.len <= n || memcmp(name.data, words[i], n) != 0)
            continue;
        struct slice rest = {name.data + n, name.len - n};
        const struct slice first = slice_word(&rest);
        if (word_count(rest) && !memchr(first.data, ',', first.len))
            return n;
    }
    return 0;
}

/* Without "By" or "Analysis by" before it and marks around it. */
static struct slice strip(struct slice name)
{
    name = without_address(slice_trim(name));
    const size_t by = find_text(name, " by "),
                 before = name.len > 3 && find_text(name, "by ") == 0 ? 3
                          : by < name.len && by < BEFORE_BY_MAX
                              ? by + 4
                              : before_name(name);
    name = slice_trim((struct slice){name.data + before, name.len - before});
    while (name.len && strchr(",:-", name.data[name.len - 1]))
        name = slice_trim((struct slice){name.data, name.len - 1});
    while (name.len && strchr(",:", name.data[0]))
        name = slice_trim((struct slice){name.data + 1, name.len - 1});
    if (name.len > 2 && name.data[0] == '"' && name.data[name.len - 1] == '"')
        name = slice_trim((struct slice){name.data + 1, name.len - 2});
    return name;
}

/* Without where or for whom a person writes: "Jane Roe in Paris". The names of
 * institutions have such words too: "Center for Example". */
static struct slice without_place(struct slice name)
{
    static const char *const words[] = {" in ", " for ", " at ", " from ",
                                        " of The "};
    static const char *const bodies[] = {
        "The",         "Center",    "Centre",     "Institute",
        "Council",     "Committee", "Foundation", "Project",
        "Association", "Campaign",  "Bureau",     "Society",
        "Coalition",   "Office",    "Department", NULL};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t at = find_text(name, words[i]);
        const struct slice before = {name.data, at};
        if (at < name.len &&
            is_capital((struct slice){name.data + at + strlen(words[i]), 1}) &&
            word_count(before) > 1 && word_count(before) < 5 &&
            !has_word(before, bodies) && !has_word(before, agencies))
            return before;
    }
    return name;
}

bool reader_add_author(struct article *out, struct slice name)
{
    name = without_place(strip(name));
    if (!name.len || reader_is_null(name) || slice_starts(name, "http://") ||
        slice_starts(name, "https://"))
        return true;
    return article_add(out, FIELD_AUTHOR, name);
}

/* Adds "Jane Roe" for "Roe" and "Jane", "Tom Howell Jr." for "Tom Howell" and
 * "Jr.". */
static bool add_joined(struct article *out, struct slice first,
                       const char *between, struct slice second)
{
    char name[ARTICLE_VALUE_BYTES];
    const size_t n = strlen(between);
    first = strip(first);
    if (first.len + second.len + n > sizeof name)
        return reader_add_author(out, first);
    memcpy(name, first.data, first.len);
    memcpy(name + first.len, between, n);
    memcpy(name + first.len + n, second.data, second.len);
    return article_add(out, FIELD_AUTHOR,
                       (struct slice){name, first.len + n + second.len});
}

/* ---- Lists. */

/* Most pieces of a list; what has more stays whole. */
#define PIECES_MAX 64

struct pieces {
    struct slice text[PIECES_MAX];
    enum piece_kind kind[PIECES_MAX];
    size_t count;
};

/* False for a list with too many. */
static bool cut_at_commas(struct slice list, struct pieces *p)
{
    p->count = 0;
    while (list.len) {
        const char *at = memchr(list.data, ',', list.len);
        const size_t n = at ? (size_t)(at - list.data) : list.len;
        const struct slice piece = strip((struct slice){list.data, n});
        list = (struct slice){list.data + n + (at != NULL),
                              list.len - n - (at != NULL)};
        if (!piece.len)
            continue;
        if (p->count == PIECES_MAX)
            return false;
        p->kind[p->count] = kind_of(piece);
        if (p->count == 0 && p->kind[0] >= PIECE_JUNIOR &&
            p->kind[0] <= PIECE_FIRM)
            p->kind[0] = PIECE_SINGLE;
        p->text[p->count++] = piece;
    }
    return true;
}

/* What is known of a list from what stands around it. */
enum list_hint {
    HINT_NONE,
    HINT_INVERTED, /* semicolons are between names: commas are in them */
    HINT_PLAIN     /* families' names alone: "Roe, Poe and Lee" */
};

/* "Roe, Jane", "van der Berg, Jan", "Howell, Tom, Jr.": the family's name is
 * one word or begins with a particle, and a given name follows. */
static bool is_inverted(const struct pieces *p, enum list_hint hint)
{
    if (hint == HINT_PLAIN || p->count < 2 || p->count > 3 ||
        (p->count == 3 && p->kind[2] != PIECE_JUNIOR &&
         p->kind[2] != PIECE_DEGREE))
        return false;
    struct slice given = p->text[1];
    const bool sure = hint == HINT_INVERTED;
    slice_word(&given);
    const struct slice second = slice_word(&given);
    const bool initial =
        second.len && (second.len == 1 || second.data[1] == '.');
    return (p->kind[0] == PIECE_SINGLE || p->kind[0] == PIECE_PARTICLE ||
            (sure && p->kind[0] == PIECE_NAME)) &&
           (p->kind[1] == PIECE_SINGLE ||
            (p->kind[1] == PIECE_NAME && (sure || initial) &&
             p->kind[0] != PIECE_NAME));
}

static bool add_inverted(struct article *out, const struct pieces *p)
{
    char name[ARTICLE_VALUE_BYTES];
    const bool junior = p->count == 3 && p->kind[2] == PIECE_JUNIOR;
    const struct slice given = p->text[1], family = p->text[0],
                       last = p->text[p->count - 1];
    if (given.len + family.len + last.len + 2 > sizeof name)
        return reader_add_author(out, family);
    memcpy(name, given.data, given.len);
    name[given.len] = ' ';
    memcpy(name + given.len + 1, family.data, family.len);
    const struct slice whole = {name, given.len + 1 + family.len};
    return junior ? add_joined(out, whole, " ", last)
                  : article_add(out, FIELD_AUTHOR, whole);
}

/* Whether each piece can stand for itself or belongs to the one before it. */
static bool is_list(const struct pieces *p, enum list_hint hint)
{
    size_t singles = 0, names = 0, others = 0;
    for (size_t i = 0; i < p->count; i++) {
        others += p->kind[i] == PIECE_OTHER || p->kind[i] == PIECE_PARTICLE;
        singles += p->kind[i] == PIECE_SINGLE;
        names += p->kind[i] == PIECE_NAME;
    }
    if (others > 0 && names < 2 * others)
        return false;
    /* "García Márquez, Gabriel" may be one person. */
    return p->count > 2 || singles == 0 || hint == HINT_PLAIN;
}

/* Adds who is named in a list with commas alone between. */
static bool add_list(struct article *out, struct slice list,
                     enum list_hint hint)
{
    struct pieces p;
    bool good = true;
    if (!memchr(list.data, ',', list.len) || !cut_at_commas(list, &p))
        return reader_add_author(out, list);
    if (is_inverted(&p, hint))
        return add_inverted(out, &p);
    if (p.count == 0 || !is_list(&p, hint))
        return reader_add_author(out, list);
    for (size_t i = 0; good && i < p.count; i++) {
        const enum piece_kind next =
            i + 1 < p.count ? p.kind[i + 1] : PIECE_NAME;
        if (i > 0 && p.kind[i] >= PIECE_JUNIOR && p.kind[i] <= PIECE_ROLE)
            continue; /* it is added with the one before it, or not at all */
        good = next == PIECE_JUNIOR
                   ? add_joined(out, p.text[i], " ", p.text[i + 1])
               : next == PIECE_FIRM
                   ? add_joined(out, p.text[i], ", ", p.text[i + 1])
                   : reader_add_author(out, p.text[i]);
    }
    return good;
}

/* What stands between names, but for commas; the first of them are words. */
static const char *const between[] = {" and ", " & ",        " und ",
                                      " et ",  ";",          " | ",
                                      "\n",    " \xC2\xB7 ", "\xE3\x80\x81"};
#define BETWEEN_WORDS 4

/* What stands between names only if there are two words or more on both sides:
 * "José Ortega y Gasset" is one person. */
static const char *const between_names[] = {
    " y ",   " e ",        " och ",  " og ",  " ja ",
    " ve ",  " \xD0\xB8 ", " with ", " mit ", " avec ",
    " con ", "/",          " / ",    " - ",   " \xE2\x80\x93 "};

/* Bytes of a name on either side of these, at most. */
#define SIDE_MAX 100

/* Whether a mark in the middle of a byline, of n bytes at `at`, stands between
 * the names of two, the second a person or an agency. */
static bool parts_names(struct slice byline, size_t at, size_t n)
{
    struct slice after = {byline.data + at + n, byline.len - at - n};
    if (at > SIDE_MAX)
        return false;
    if (after.len > SIDE_MAX)
        after.len = SIDE_MAX;
    after.len = find_text(after, ",");
    const enum piece_kind before =
        kind_of(slice_trim((struct slice){byline.data, at}));
    after = slice_trim(after);
    if (before != PIECE_NAME || !after.len)
        return false;
    const enum piece_kind behind = kind_of(after);
    return behind == PIECE_NAME || behind == PIECE_AGENCY;
}

/* Where the first name, or list with commas, of a byline ends; *next is where
 * the next begins. Returns the place in `between`. */
static size_t find_end(struct slice byline, size_t *end, size_t *next)
{
    const size_t count = sizeof between / sizeof *between;
    for (*end = 0; *end < byline.len; ++*end) {
        const struct slice rest = {byline.data + *end, byline.len - *end};
        for (size_t i = 0; i < count; i++) {
            if (*rest.data != *between[i] || !slice_starts(rest, between[i]))
                continue;
            *next = *end + strlen(between[i]);
            return i;
        }
        for (size_t i = 0; i < sizeof between_names / sizeof *between_names;
             i++) {
            const size_t n = strlen(between_names[i]);
            if (*rest.data != *between_names[i] ||
                !slice_starts(rest, between_names[i]) ||
                !parts_names(byline, *end, n))
                continue;
            *next = *end + n;
            return count;
        }
    }
    *next = byline.len;
    return count;
}

/* Whether a byline begins with one word, up to the next mark. */
static bool starts_with_word(struct slice byline)
{
    size_t end, next;
    find_end(byline, &end, &next);
    const struct slice name = slice_trim((struct slice){byline.data, end});
    return name.len && !memchr(name.data, ' ', name.len) &&
           kind_of(name) == PIECE_SINGLE;
}

bool reader_add_authors(struct article *out, struct slice byline)
{
    bool good = true;
    /* Each name is looked for in all of the rest: what is longer than a value
     * is no byline. */
    if (byline.len > ARTICLE_VALUE_BYTES)
        byline.len = utf8_cut(byline.data, ARTICLE_VALUE_BYTES);
    const bool inverted = byline.len && memchr(byline.data, ';', byline.len);
    while (good && byline.len) {
        size_t end, next;
        const size_t mark = find_end(byline, &end, &next);
        const struct slice list = strip((struct slice){byline.data, end});
        byline = (struct slice){byline.data + next, byline.len - next};
        good = !list.len ||
               add_list(out, list,
                        inverted ? HINT_INVERTED
                        : mark < BETWEEN_WORDS && starts_with_word(byline)
                            ? HINT_PLAIN
                            : HINT_NONE);
    }
    return good;
}
