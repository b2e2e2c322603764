/* Owns the classes of code points and their folding.
 * Promises the same folding for composed and decomposed text. */
#include "common/text/letters.h"

#include <string.h>

#include <utf8proc.h>

#include "common/base/utf8.h"

/* Longest full decomposition of a code point, in code points. */
#define DECOMPOSITION_MAX 18

/* Letters without a decomposition that readers spell with plain ones. In the
 * order of their code points. */
static const struct folding {
    uint32_t from;
    char to[3];
} foldings[] = {
    {0x00DF, "ss"}, /* sharp s */
    {0x00E6, "ae"}, /* ae */
    {0x00F0, "d"},  /* eth */
    {0x00F8, "o"},  /* o with stroke */
    {0x00FE, "th"}, /* thorn */
    {0x0111, "d"},  /* d with stroke */
    {0x0127, "h"},  /* h with stroke */
    {0x0131, "i"},  /* dotless i */
    {0x0142, "l"},  /* l with stroke */
    {0x0149, "n"},  /* n after an apostrophe */
    {0x014B, "n"},  /* eng */
    {0x0153, "oe"}, /* oe */
    {0x0167, "t"},  /* t with stroke */
    {0x0180, "b"},  /* b with stroke */
    {0x0199, "k"},  /* k with hook */
    {0x01A5, "p"},  /* p with hook */
    {0x01AD, "t"},  /* t with hook */
    {0x01B4, "y"},  /* y with hook */
    {0x01B6, "z"},  /* z with stroke */
    {0x01E5, "g"},  /* g with stroke */
    {0x0237, "j"},  /* dotless j */
    {0x023C, "c"},  /* c with stroke */
    {0x0247, "e"},  /* e with stroke */
    {0x0249, "j"},  /* j with stroke */
    {0x024D, "r"},  /* r with stroke */
    {0x024F, "y"},  /* y with stroke */
    {0x0253, "b"},  /* b with hook */
    {0x0254, "o"},  /* open o */
    {0x0256, "d"},  /* d with tail */
    {0x0257, "d"},  /* d with hook */
    {0x025B, "e"},  /* open e */
    {0x0260, "g"},  /* g with hook */
    {0x0268, "i"},  /* i with stroke */
    {0x0272, "n"},  /* n with left hook */
    {0x0289, "u"},  /* u bar */
    {0x028B, "v"},  /* v with hook */
    {0x2C65, "a"},  /* a with stroke */
    {0x2C66, "t"},  /* t with diagonal stroke */
};
/* Greek small final sigma is sigma. */
#define FINAL_SIGMA 0x03C2
#define SIGMA 0x03C3

/* Letters of Cyrillic alphabets that Unicode takes apart, though readers and
 * stemmers do not: small, with two bytes in UTF-8, as are their bases. */
static const struct composed {
    uint16_t base, mark, letter;
} composed[] = {
    {0x0438, 0x0306, 0x0439}, /* short i */
    {0x0456, 0x0308, 0x0457}, /* yi */
    {0x0443, 0x0306, 0x045E}, /* short u */
    {0x0433, 0x0301, 0x0453}, /* gje */
    {0x043A, 0x0301, 0x045C}, /* kje */
};

/* Ranges of code points, first and last, ascending. */
struct range {
    uint32_t first, last;
};

/* Letters that are words by themselves: of scripts without blanks between
 * words. Signs inside these ranges are classed before. */
static const struct range cjk[] = {
    {0x0E01, 0x0E46},   /* Thai */
    {0x0E81, 0x0EC6},   /* Lao */
    {0x0EDC, 0x0EDF},   /* Lao */
    {0x1000, 0x103F},   /* Burmese */
    {0x1050, 0x108F},   /* Burmese, other languages */
    {0x1100, 0x115F},   /* Hangul, first parts of syllables */
    {0x1780, 0x17DC},   /* Khmer */
    {0x3005, 0x3007},   /* Han: iteration, closing, zero */
    {0x3041, 0x3096},   /* Hiragana */
    {0x309D, 0x30FA},   /* Hiragana iteration, Katakana */
    {0x30FC, 0x30FF},   /* Katakana */
    {0x31F0, 0x31FF},   /* Katakana for Ainu */
    {0x3400, 0x4DBF},   /* Han */
    {0x4E00, 0x9FFF},   /* Han */
    {0xA9E0, 0xA9FE},   /* Burmese, other languages */
    {0xAA60, 0xAA7F},   /* Burmese, other languages */
    {0xAC00, 0xD7A3},   /* Hangul */
    {0xF900, 0xFAFF},   /* Han */
    {0xFF66, 0xFF9D},   /* Katakana of half width */
    {0x20000, 0x323AF}, /* Han */
};

/* Marks that the end of a sentence has in other scripts. */
static const struct range stops[] = {
    {0x0589, 0x0589}, /* Armenian */
    {0x061F, 0x061F}, /* Arabic question mark */
    {0x06D4, 0x06D4}, /* Urdu */
    {0x0964, 0x0965}, /* danda */
    {0x0F0D, 0x0F0E}, /* Tibetan */
    {0x104A, 0x104B}, /* Burmese */
    {0x1362, 0x1362}, /* Ethiopic full stop */
    {0x1367, 0x1368}, /* Ethiopic question mark, paragraph */
    {0x17D4, 0x17D5}, /* Khmer */
    {0x203C, 0x203D}, /* two exclamation marks, interrobang */
    {0x2047, 0x2049}, /* two marks in one */
    {0x3002, 0x3002}, /* ideographic full stop */
    {0xFF01, 0xFF01}, /* full-width exclamation mark */
    {0xFF1F, 0xFF1F}, /* full-width question mark */
    {0xFF61, 0xFF61}, /* half-width ideographic full stop */
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && c >= ranges[low].first;
}

bool letter_ends_sentence(uint32_t code)
{
    return in_ranges(code, stops, sizeof stops / sizeof *stops);
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

/* True for vowel signs, viramas, tone marks and the like, which are as much of
 * a word as its letters are; false for accents, Hebrew points and Arabic
 * harakat. The combining class tells: 0 (signs with a place of their own), 7 to
 * 9 (nukta, kana voicing, virama) and 84 to 132 (Telugu, Thai, Lao, Tibetan)
 * against 1, 10 to 36 (points) and from 200 on (accents by their place). */
static bool is_sign(uint32_t code, utf8proc_category_t category)
{
    const utf8proc_property_t *p = utf8proc_get_property((int32_t)code);
    const int class = p->combining_class;
    return category != UTF8PROC_CATEGORY_ME && !p->ignorable &&
           (class == 0 || (class >= 7 && class <= 9) ||
            (class >= 84 && class <= 132));
}

/* True for what is invisible or only stretches a word: soft hyphen, joiners,
 * byte order mark, directions, Arabic tatweel; and letters of transcriptions
 * that readers leave out (Hawaiʻi, Qurʾan). Not the zero-width space, which
 * is there to separate, nor the anchors of annotations. */
static bool is_dropped(uint32_t code, utf8proc_category_t category)
{
    if (category == UTF8PROC_CATEGORY_CF)
        return code != 0x200B && !(code >= 0xFFF9 && code <= 0xFFFB);
    return code == 0x0640 || code == 0x07FA || code == 0x02BB ||
           code == 0x02BE || code == 0x02BF;
}

/* The rest of a Hangul syllable whose first part stands before. */
static bool is_jamo_rest(uint32_t code)
{
    return code >= 0x1160 && code <= 0x11FF;
}

/* Appends the folding of one small letter. */
static void fold_letter(uint32_t code, uint32_t *folded, size_t *n)
{
    size_t low = 0, high = sizeof foldings / sizeof *foldings;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (foldings[middle].from < code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sizeof foldings / sizeof *foldings &&
        foldings[low].from == code) {
        for (const char *to = foldings[low].to; *to; to++)
            folded[(*n)++] = (uint32_t)(unsigned char)*to;
        return;
    }
    folded[(*n)++] = code == FINAL_SIGMA ? SIGMA : code;
}

/* True if the small letter is one of `composed`. */
static bool is_composed(uint32_t code)
{
    for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
        if (composed[i].letter == code)
            return true;
    return false;
}

/* Appends the folding of a letter, number or sign. False if part of it is
 * neither, as the stroke of the fraction one half. */
static bool fold_parts(uint32_t code, uint32_t *folded, size_t *n)
{
    utf8proc_int32_t parts[DECOMPOSITION_MAX];
    int boundary = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        (int32_t)code, parts, DECOMPOSITION_MAX,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
    if (count < 0 || count > DECOMPOSITION_MAX)
        return false;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        const uint32_t part = (uint32_t)parts[i];
        const utf8proc_category_t category = utf8proc_category(parts[i]);
        if (is_mark(category)) {
            if (is_sign(part, category))
                folded[(*n)++] = part;
        } else if (!is_letter(category) && !is_number(category)) {
            return false;
        } else if (!is_dropped(part, category) && part != 0x02BC) {
            fold_letter((uint32_t)utf8proc_tolower(parts[i]), folded, n);
        }
    }
    return true;
}

enum char_class letter_classify(uint32_t code,
                                uint32_t folded[LETTER_FOLDED_MAX], size_t *n)
{
    *n = 0;
    const utf8proc_category_t category = utf8proc_category((int32_t)code);
    const bool mark = is_mark(category);
    if (is_dropped(code, category) || (mark && !is_sign(code, category)))
        return CHAR_MARK;
    /* U+02BC is a typographic apostrophe, though Unicode counts it a letter. */
    if ((!mark && !is_letter(category) && !is_number(category)) ||
        code == 0x02BC)
        return CHAR_SEPARATOR;
    const uint32_t small = (uint32_t)utf8proc_tolower((int32_t)code);
    if (is_composed(small)) {
        folded[(*n)++] = small;
        return CHAR_LETTER;
    }
    if (!fold_parts(code, folded, n)) {
        *n = 0;
        return CHAR_SEPARATOR;
    }
    if (*n == 0)
        return CHAR_MARK;
    if (mark || is_jamo_rest(code) ||
        is_mark(utf8proc_category((int32_t)folded[0]))) /* U+FF9E */
        return CHAR_EXTEND;
    if (in_ranges(code, cjk, sizeof cjk / sizeof *cjk))
        return CHAR_CJK;
    return is_number(category) ? CHAR_NUMBER : CHAR_LETTER;
}

bool letter_is_capital(uint32_t code)
{
    const utf8proc_category_t category = utf8proc_category((int32_t)code);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

void letter_lower(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        char bytes[4];
        const size_t used = utf8_decode(text.data + i, text.len - i, &code);
        if (used > 0)
            buf_append(
                out, bytes,
                utf8_encode((uint32_t)utf8proc_tolower((int32_t)code), bytes));
        else
            buf_append_byte(out, (uint8_t)text.data[i]);
        i += used ? used : 1;
    }
}

void letter_compose(struct buf *folded, uint32_t mark)
{
    uint32_t base;
    if (folded->failed || folded->len < 2 ||
        utf8_decode(folded->data + folded->len - 2, 2, &base) != 2)
        return;
    for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
        if (composed[i].base == base && composed[i].mark == mark)
            utf8_encode(composed[i].letter, folded->data + folded->len - 2);
}
