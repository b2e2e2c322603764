/* Owns the table of names with symbols.
 * Promises to find a name only where it stands by itself. */
#include "common/text/symbol_names.h"

#include <string.h>

#include "common/base/utf8.h"
#include "common/text/letters.h"

/* Folded. Letters, then one of # & * + ; or a dot, then "net": symbol_near
 * looks for these. Names whose symbol readers leave out (Yahoo!) do not belong
 * here: without it they are found in both spellings. */
static const char *const names[] = {
    ".net", "a*",  "b&b", "c#",        "c++", "d&d", "f#",  "g++", "h&m", "j#",
    "m&a",  "m&m", "m&s", "notepad++", "p&g", "q&a", "r&b", "r&d", "s&p"};

static bool is_ascii_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* True if a word may end at `end`, `symbol` being its last byte. Digits may
 * follow a symbol: C++17. */
static bool ends(struct slice text, size_t end, unsigned char symbol)
{
    const bool letters = is_ascii_word(symbol);
    uint32_t code, folded[LETTER_FOLDED_MAX];
    size_t n;
    if (end == text.len)
        return true;
    const unsigned char c = (unsigned char)text.data[end];
    if (c < 0x80)
        return c != symbol && c != '#' && c != '+' && c != '*' &&
               (!is_ascii_word(c) || (!letters && c <= '9'));
    if (utf8_decode(text.data + end, text.len - end, &code) == 0)
        return true;
    const enum char_class class = letter_classify(code, folded, &n);
    return class == CHAR_SEPARATOR || (class == CHAR_MARK && !letters);
}

/* True if `name` stands at text[from..]. */
static bool stands_at(struct slice text, size_t from, const char *name,
                      size_t len)
{
    if (len > text.len - from)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char c = text.data[from + i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != name[i])
            return false;
    }
    return ends(text, from + len, (unsigned char)name[len - 1]);
}

bool symbol_name(struct slice text, size_t least, size_t *start, size_t *end)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *name = names[i];
        const size_t lead = name[0] == '.', len = strlen(name);
        const size_t run = strcspn(name + lead, "#&*+");
        if (run != *end - *start || *start < lead)
            continue;
        const size_t from = *start - lead;
        /* *A* is emphasis; a dot directly behind a word belongs to that. */
        const bool free_before =
            from == 0 ||
            (!memchr("#&*+", text.data[from - 1], 4) &&
             !(lead && (least == from || text.data[from - 1] == '.')));
        if (free_before && stands_at(text, from, name, len)) {
            *start = from;
            *end = from + len;
            return true;
        }
    }
    return false;
}
