/* Owns the definition of words, folding and sentence starts.
 * Promises the same words for the same text, everywhere. */
#include "common/text/analysis.h"

#include <string.h>

#include <utf8proc.h>

#include "common/base/utf8.h"

/* ASCII by class; everything from 0x80 on goes through Unicode's tables. */
enum { A_SEPARATOR, A_LOWER, A_UPPER, A_DIGIT, A_HIGH };

static int ascii_class(unsigned char c)
{
    if (c >= 0x80)
        return A_HIGH;
    if (c >= 'a' && c <= 'z')
        return A_LOWER;
    if (c >= 'A' && c <= 'Z')
        return A_UPPER;
    return c >= '0' && c <= '9' ? A_DIGIT : A_SEPARATOR;
}

/* What a code point is to the analyser. */
enum char_class {
    CHAR_SEPARATOR,
    CHAR_LETTER,
    CHAR_NUMBER,
    CHAR_CJK,
    CHAR_MARK /* goes with the word it follows and folds to nothing */
};

/* Longest full decomposition of a code point, in code points. */
#define DECOMPOSITION_MAX 18

static bool in_range(uint32_t c, uint32_t first, uint32_t last)
{
    return c >= first && c <= last;
}

static bool is_cjk(uint32_t c)
{
    return in_range(c, 0x4E00, 0x9FFF) || in_range(c, 0x3400, 0x4DBF) ||
           in_range(c, 0x3005, 0x3007) || in_range(c, 0x3041, 0x3096) ||
           in_range(c, 0x309D, 0x30FA) || in_range(c, 0x30FC, 0x30FF) ||
           in_range(c, 0x31F0, 0x31FF) || in_range(c, 0xAC00, 0xD7A3) ||
           in_range(c, 0xF900, 0xFAFF) || in_range(c, 0xFF66, 0xFF9D) ||
           in_range(c, 0x20000, 0x323AF);
}

static bool is_mark(utf8proc_category_t category)
{
    return category == UTF8PROC_CATEGORY_MN ||
           category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

static bool is_letter(utf8proc_category_t category)
{
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool is_number(utf8proc_category_t category)
{
    return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

/* Class of a code point, and its folding (NFKD, marks dropped, lower case) in
 * folded[0..*n). One whose folding holds anything but letters and numbers, as
 * the fraction one half does, separates. */
static enum char_class classify(uint32_t code,
                                uint32_t folded[DECOMPOSITION_MAX], size_t *n)
{
    *n = 0;
    utf8proc_category_t category = utf8proc_category((int32_t)code);
    /* Soft hyphen and the zero-width joiners stand inside words. */
    if (is_mark(category) || code == 0xAD || code == 0x200C || code == 0x200D)
        return CHAR_MARK;
    /* U+02BC is a typographic apostrophe, though Unicode counts it a letter. */
    if ((!is_letter(category) && !is_number(category)) || code == 0x02BC)
        return CHAR_SEPARATOR;
    utf8proc_int32_t parts[DECOMPOSITION_MAX];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        (int32_t)code, parts, DECOMPOSITION_MAX,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
    if (count < 0 || count > DECOMPOSITION_MAX)
        return CHAR_SEPARATOR;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        utf8proc_category_t part = utf8proc_category(parts[i]);
        if (is_mark(part))
            continue;
        if (!is_letter(part) && !is_number(part)) {
            *n = 0;
            return CHAR_SEPARATOR;
        }
        folded[(*n)++] = (uint32_t)utf8proc_tolower(parts[i]);
    }
    if (*n == 0)
        return CHAR_MARK;
    return is_cjk(code)          ? CHAR_CJK
           : is_letter(category) ? CHAR_LETTER
                                 : CHAR_NUMBER;
}

void word_scanner_init(struct word_scanner *s, struct slice text)
{
    memset(s, 0, sizeof *s);
    s->text = text;
    s->block = text.len + 64; /* nowhere near any position */
}

void word_scanner_release(struct word_scanner *s)
{
    buf_release(&s->scratch);
}

/* ---- Sentence and paragraph starts. */

/* Words that are followed by a full stop inside a sentence. */
static const char *const abbreviations[] = {
    "mr",  "mrs",  "ms",   "dr",  "prof", "rev",  "gen",  "col",  "lt",
    "sgt", "capt", "cmdr", "adm", "maj",  "sen",  "rep",  "gov",  "pres",
    "hon", "st",   "mt",   "ft",  "vs",   "no",   "sens", "reps", "gens",
    "jan", "feb",  "mar",  "apr", "aug",  "sept", "oct",  "nov",  "dec"};

static bool is_abbreviation(struct slice word)
{
    if (word.len == 1) /* an initial */
        return ascii_class((unsigned char)word.data[0]) != A_DIGIT;
    if (word.len > 4)
        return false;
    char lower[5] = {0};
    for (size_t i = 0; i < word.len; i++)
        lower[i] = (char)(word.data[i] | 0x20);
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++)
        if (strcmp(lower, abbreviations[i]) == 0)
            return true;
    return false;
}

/* A blank line, or a line that begins with two blanks or a tab. */
static bool breaks_paragraph(struct slice gap)
{
    for (size_t i = 0; i < gap.len; i++) {
        if (gap.data[i] != '\n')
            continue;
        size_t blanks = 0;
        for (i++; i < gap.len && (gap.data[i] == ' ' || gap.data[i] == '\t' ||
                                  gap.data[i] == '\r');
             i++)
            blanks += gap.data[i] == '\t' ? 2 : gap.data[i] == ' ';
        if (blanks >= 2 || (i < gap.len && gap.data[i] == '\n'))
            return true;
        i--;
    }
    return false;
}

/* True where the gap after the last word ends a sentence and `first`, the
 * byte that begins the next word, can begin one. */
static bool breaks_sentence(const struct word_scanner *s, struct slice gap,
                            unsigned char first)
{
    bool stop = false, blank = false;
    if (ascii_class(first) == A_LOWER)
        return false;
    for (size_t i = 0; i < gap.len; i++) {
        unsigned char c = (unsigned char)gap.data[i];
        if (c == '!' || c == '?')
            stop = true;
        else if (c == ' ' || (c >= '\t' && c <= '\r'))
            blank = true;
        else if (c == '.' && !stop)
            stop = i > 0 || !is_abbreviation(
                                (struct slice){s->text.data + s->last_start,
                                               s->last_end - s->last_start});
        else if (c == 0xE3 && i + 2 < gap.len &&
                 memcmp(gap.data + i, "\xE3\x80\x82", 3) == 0)
            return true; /* ideographic full stop */
    }
    return stop && blank;
}

static bool is_apostrophe(struct slice gap)
{
    return (gap.len == 1 && gap.data[0] == '\'') ||
           (gap.len == 3 && memcmp(gap.data, "\xE2\x80\x99", 3) == 0) ||
           (gap.len == 2 && memcmp(gap.data, "\xCA\xBC", 2) == 0);
}

static unsigned gap_flags(const struct word_scanner *s, size_t start)
{
    if (!s->any)
        return WORD_SENTENCE | WORD_PARAGRAPH;
    struct slice gap = {s->text.data + s->last_end, start - s->last_end};
    if (gap.len == 1 && gap.data[0] == ' ')
        return 0;
    if (memchr(gap.data, '\n', gap.len) && breaks_paragraph(gap))
        return WORD_SENTENCE | WORD_PARAGRAPH;
    return breaks_sentence(s, gap, (unsigned char)s->text.data[start])
               ? WORD_SENTENCE
               : 0;
}

/* ---- Words. */

static void append_folded(struct buf *out, const uint32_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char bytes[4];
        buf_append(out, bytes, utf8_encode(codes[i], bytes));
    }
}

/* Reads a word with at least one non-ASCII byte from `start`; the general
 * path. Returns its end; *letter tells whether it ends in a letter. */
static size_t scan_unicode(struct word_scanner *s, size_t start, bool *letter,
                           bool *cjk)
{
    const char *text = s->text.data;
    size_t pos = start;
    buf_reset(&s->scratch);
    while (pos < s->text.len) {
        uint32_t code, folded[DECOMPOSITION_MAX];
        size_t n, used = utf8_decode(text + pos, s->text.len - pos, &code);
        if (used == 0)
            break;
        if (code < 0x80) {
            int class = ascii_class((unsigned char)code);
            if (class == A_SEPARATOR)
                break;
            buf_append_byte(&s->scratch,
                            (uint8_t)(class == A_UPPER ? code | 0x20 : code));
            *letter = class != A_DIGIT;
        } else {
            enum char_class class = classify(code, folded, &n);
            if (class == CHAR_SEPARATOR || (class == CHAR_CJK && pos > start))
                break;
            *cjk = class == CHAR_CJK;
            append_folded(&s->scratch, folded, n);
            if (class != CHAR_MARK)
                *letter = class != CHAR_NUMBER;
        }
        pos += used;
        if (*cjk)
            break;
    }
    /* Marks after a lone CJK character belong to it. */
    while (*cjk && pos < s->text.len) {
        uint32_t code, folded[DECOMPOSITION_MAX];
        size_t n, used = utf8_decode(text + pos, s->text.len - pos, &code);
        if (used == 0 || code < 0x80 || classify(code, folded, &n) != CHAR_MARK)
            break;
        pos += used;
    }
    return pos;
}

/* Makes the masks those of the 64 bytes from `pos` on. */
static void load_block(struct word_scanner *s, size_t pos)
{
    const char *from = s->text.data + pos;
    unsigned char rest[64] = {0};
    s->block = pos;
    if (s->text.len - pos >= sizeof rest) {
        byte_masks((const unsigned char *)from, &s->masks);
        return;
    }
    memcpy(rest, from, s->text.len - pos);
    byte_masks(rest, &s->masks);
}

/* Dashes, quotation marks and spaces of Unicode, three bytes in UTF-8: by far
 * the most common bytes beyond ASCII, and no part of a word. The two joiners
 * among them are. */
static bool is_general_punctuation(const struct word_scanner *s, size_t pos)
{
    const unsigned char *p = (const unsigned char *)s->text.data + pos;
    return s->text.len - pos >= 3 && p[0] == 0xE2 && p[1] == 0x80 &&
           p[2] >= 0x80 && p[2] <= 0xBF && p[2] != 0x8C && p[2] != 0x8D;
}

/* Bytes of the separator or lone mark beyond ASCII at pos; 0: a word starts. */
static size_t high_separator(const struct word_scanner *s, size_t pos)
{
    uint32_t code, folded[DECOMPOSITION_MAX];
    size_t n;
    if (is_general_punctuation(s, pos))
        return 3;
    size_t used = utf8_decode(s->text.data + pos, s->text.len - pos, &code);
    if (used == 0)
        return 1;
    enum char_class class = classify(code, folded, &n);
    return class == CHAR_SEPARATOR || class == CHAR_MARK ? used : 0;
}

/* Start of the next word at or after pos, or the text's end. */
static size_t skip_separators(struct word_scanner *s)
{
    size_t pos = s->pos;
    while (pos < s->text.len) {
        if (pos - s->block >= 64) /* before it as well */
            load_block(s, pos);
        uint64_t left = (s->masks.word | s->masks.high) >> (pos - s->block);
        if (left == 0) {
            pos = s->block + 64;
            continue;
        }
        pos += bit_first(left);
        if (!(s->masks.high >> (pos - s->block) & 1))
            return pos;
        size_t used = high_separator(s, pos);
        if (used == 0)
            return pos;
        pos += used;
    }
    return s->text.len;
}

/* A run of ASCII letters and digits, looked at byte by byte. */
static size_t long_run(const struct word_scanner *s, size_t start,
                       enum word_spelling *spelling)
{
    const unsigned char *p = (const unsigned char *)s->text.data;
    size_t end = start, upper = 0, digits = 0;
    for (; end < s->text.len; end++) {
        int class = ascii_class(p[end]);
        if (class == A_SEPARATOR || class == A_HIGH)
            break;
        upper += class == A_UPPER;
        digits += class == A_DIGIT;
    }
    *spelling = upper == 0 ? SPELLING_LOWER
                : upper == 1 && ascii_class(p[start]) == A_UPPER
                    ? SPELLING_FIRST
                : upper + digits == end - start ? SPELLING_UPPER
                                                : SPELLING_OTHER;
    return end - start;
}

/* The spelling of a run of letters and digits: bits of its first bytes. */
static inline enum word_spelling spelling_of(uint64_t upper, uint64_t digits,
                                             uint64_t run)
{
    return upper == 0                ? SPELLING_LOWER
           : upper == 1              ? SPELLING_FIRST
           : (upper | digits) == run ? SPELLING_UPPER
                                     : SPELLING_OTHER;
}

/* Length and spelling of the run of ASCII letters and digits at `start`, where
 * the masks reach. They are moved there if the run crosses their end. */
static size_t ascii_run(struct word_scanner *s, size_t start,
                        enum word_spelling *spelling)
{
    for (int moved = 0; moved < 2; moved++) {
        size_t shift = start - s->block;
        uint64_t outside = ~s->masks.word >> shift;
        if (outside == 0) {
            load_block(s, start);
            continue;
        }
        unsigned len = bit_first(outside);
        uint64_t run = (UINT64_C(1) << len) - 1;
        uint64_t upper = s->masks.upper >> shift & run;
        uint64_t digits = s->masks.digit >> shift & run;
        *spelling = spelling_of(upper, digits, run);
        return len;
    }
    return long_run(s, start, spelling);
}

/* Eight ASCII bytes with capitals made small. */
static inline uint64_t lower_eight(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    /* Bit 7 of each byte: at least 'A', and above 'Z'. No byte is over 0x7F, so
     * that no sum carries. */
    const uint64_t from_a = v + ones * (0x80 - 'A');
    const uint64_t over_z = v + ones * (0x7F - 'Z');
    return v | (from_a & ~over_z & ones * 0x80) >> 2;
}

/* Makes the capitals of `len` bytes small; `to` has room for seven more. */
static void lower_ascii(const char *from, size_t len, char *to)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t v = 0;
        memcpy(&v, from + i, len - i < 8 ? len - i : 8);
        v = lower_eight(v);
        memcpy(to + i, &v, 8);
    }
}

/* The ASCII part of a word from `start`; fills folded and spelling. Returns
 * its end; text[end] is a separator, a high byte or the text's end. */
static size_t scan_ascii(struct word_scanner *s, size_t start,
                         struct word *word)
{
    const char *text = s->text.data + start;
    size_t len = ascii_run(s, start, &word->spelling);
    word->folded = (struct slice){text, len};
    if (word->spelling != SPELLING_LOWER) {
        buf_reset(&s->scratch);
        if (!buf_reserve(&s->scratch, len + 16))
            return start + len;
        lower_ascii(text, len, s->scratch.data);
        word->folded.data = s->scratch.data;
    }
    return start + len;
}

/* Reads the word at `start`; returns its end. *letter tells whether it ends in
 * a letter. */
static size_t scan_word(struct word_scanner *s, size_t start, struct word *word,
                        bool *letter, bool *cjk)
{
    size_t ascii_end = scan_ascii(s, start, word), end = ascii_end;
    *letter = false;
    if (end < s->text.len && (unsigned char)s->text.data[end] >= 0x80 &&
        !is_general_punctuation(s, end)) {
        end = scan_unicode(s, start, letter, cjk);
        if (end > ascii_end) {
            word->folded = (struct slice){s->scratch.data, s->scratch.len};
            bool same =
                s->scratch.len == end - start &&
                memcmp(s->scratch.data, s->text.data + start, end - start) == 0;
            word->spelling = same ? SPELLING_LOWER : SPELLING_OTHER;
            return end;
        } /* else the high byte separates */
        end = scan_ascii(s, start, word);
    }
    char last = end > start ? s->text.data[end - 1] : '0';
    *letter = last > '9';
    return end;
}

/* Whether the word at `start` is the s of a possessive, given that it is an s.
 */
static bool is_possessive(const struct word_scanner *s, size_t start)
{
    return s->any && s->last_letter &&
           is_apostrophe(
               (struct slice){s->text.data + s->last_end, start - s->last_end});
}

bool word_next(struct word_scanner *s, struct word *word)
{
    size_t start = skip_separators(s);
    if (start >= s->text.len) {
        s->pos = start;
        return false;
    }
    bool letter, cjk = false;
    size_t end = scan_word(s, start, word, &letter, &cjk);
    if (s->scratch.failed)
        return false;
    word->start = start;
    word->end = end;
    word->flags = gap_flags(s, start) | (cjk ? WORD_CJK : 0u);
    if (word->folded.len <= ANALYSIS_PAIR_MAX)
        word->flags |= WORD_SHORT;
    if (end - start == 1 && word->folded.data[0] == 's' &&
        is_possessive(s, start))
        word->flags |= WORD_POSSESSIVE;
    s->any = true;
    s->last_start = start;
    s->last_end = s->pos = end;
    s->last_letter = letter;
    return true;
}

/* ---- Plain words: the same without a call or a copy for each. */

/* A mask of the first `n` bytes, 1 to 8, of eight that were loaded. */
static inline uint64_t first_bytes(unsigned n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return ~UINT64_C(0) >> (64 - 8 * n);
#else
    return ~UINT64_C(0) << (64 - 8 * n);
#endif
}

/* The word of `len` bytes from `start` on, and its spelling by the masks. */
static inline void take_plain(const struct word_scanner *s, size_t start,
                              unsigned len, struct plain_word *w)
{
    const char *text = s->text.data + start;
    const size_t shift = start - s->block;
    const uint64_t run = (UINT64_C(1) << len) - 1;
    uint64_t head, tail;
    memcpy(&head, text, 8);
    memcpy(&tail, text + 8, 8);
    w->head = lower_eight(head & first_bytes(len < 8 ? len : 8));
    w->tail = len > 8 ? lower_eight(tail & first_bytes(len - 8)) : 0;
    w->start = (uint32_t)start;
    w->end = (uint32_t)(start + len);
    w->spelling = (uint8_t)spelling_of(s->masks.upper >> shift & run,
                                       s->masks.digit >> shift & run, run);
}

static inline unsigned plain_flags(const struct word_scanner *s, size_t start,
                                   unsigned len, uint64_t head)
{
    unsigned flags = len <= ANALYSIS_PAIR_MAX ? WORD_SHORT : 0u;
    const char *gap = s->text.data + s->last_end;
    const size_t wide = start - s->last_end;
    if (s->any && ((wide == 1 && gap[0] == ' ') ||
                   (wide == 2 && gap[0] == ',' && gap[1] == ' ')))
        return flags;
    flags |= gap_flags(s, start);
    if (len == 1 && memcmp(&head, "s", 1) == 0 && is_possessive(s, start))
        flags |= WORD_POSSESSIVE;
    return flags;
}

size_t words_plain(struct word_scanner *s, struct plain_word *words, size_t max)
{
    size_t n = 0, pos = s->pos;
    if (s->text.len < PLAIN_WORD_MAX)
        return 0;
    const size_t limit = s->text.len - PLAIN_WORD_MAX; /* last start to take */
    while (n < max && pos <= limit) {
        if (pos - s->block >= 64) /* before it as well */
            load_block(s, pos);
        uint64_t left = (s->masks.word | s->masks.high) >> (pos - s->block);
        if (left == 0) {
            pos = s->block + 64;
            continue;
        }
        const size_t start = pos + bit_first(left);
        if (start > limit)
            break;
        /* The word and the byte behind it are within the masks. */
        if (start - s->block > 63 - PLAIN_WORD_MAX)
            load_block(s, start);
        const size_t shift = start - s->block;
        const uint64_t outside = ~(s->masks.word >> shift);
        const unsigned len = bit_first(outside | UINT64_C(1) << 63);
        if (len == 0 || len > PLAIN_WORD_MAX ||
            (s->masks.high >> shift >> len & 1))
            break; /* begins or ends beyond ASCII, or is long */
        struct plain_word *w = &words[n++];
        take_plain(s, start, len, w);
        w->flags = (uint8_t)plain_flags(s, start, len, w->head);
        s->any = true;
        s->last_start = start;
        s->last_end = s->pos = pos = start + len;
        s->last_letter = s->text.data[pos - 1] > '9';
    }
    return n;
}
