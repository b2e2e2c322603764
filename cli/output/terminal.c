/* Owns what depends on the terminal: width, colours, pager, line breaks.
 * Promises plain text on one line where standard output is no terminal. */
#include "cli/output/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utf8proc.h>

#include "cli/output/output.h"

/* A line outside of these is hard to read, or the number is a mistake. */
#define WIDTH_LEAST 40
#define WIDTH_MOST 400

static unsigned width_before_pager;
static pid_t pager;

static unsigned limit_width(unsigned long width)
{
    return width < WIDTH_LEAST  ? WIDTH_LEAST
           : width > WIDTH_MOST ? WIDTH_MOST
                                : (unsigned)width;
}

unsigned terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (pager)
        return width_before_pager;
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (columns && *columns) {
        char *end;
        const unsigned long n = strtoul(columns, &end, 10);
        if (!*end && n > 0)
            return limit_width(n);
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return limit_width(size.ws_col);
    return 80;
}

bool terminal_colour(enum colour_when when)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (when != COLOUR_AUTO)
        return when == COLOUR_ALWAYS;
    return (pager || isatty(STDOUT_FILENO)) && !(none && *none) && term &&
           strcmp(term, "dumb") != 0;
}

/* ---- The pager. */

static const char *pager_command(void)
{
    const char *own = getenv("NEWSHOUND_PAGER"), *any = getenv("PAGER");
    const char *command = own ? own : any ? any : "less";
    return *command && strcmp(command, "cat") != 0 ? command : NULL;
}

/* Flushes standard output and waits for the pager. */
static void pager_stop(void)
{
    fflush(stdout);
    /* The pager sees the end of its input when the last writer is gone. */
    if (freopen("/dev/null", "w", stdout))
        waitpid(pager, NULL, 0);
}

void pager_start(bool wanted)
{
    const char *command = pager_command(), *term = getenv("TERM");
    int ends[2];
    if (!wanted || pager || !command || !isatty(STDOUT_FILENO) || !term ||
        strcmp(term, "dumb") == 0)
        return;
    const unsigned width = terminal_width();
    if (pipe(ends) != 0)
        return;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        /* Quit if it fits a screen, show colours, leave the screen as it is. */
        setenv("LESS", "FRX", 0);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (child > 0) {
        width_before_pager = width;
        pager = child;
        dup2(ends[1], STDOUT_FILENO);
        atexit(pager_stop);
    }
    close(ends[0]);
    close(ends[1]);
}

/* ---- Lines. */

size_t terminal_columns(struct nh_string text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.len;) {
        utf8proc_int32_t c;
        const utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)text.data + i,
                             (utf8proc_ssize_t)(text.len - i), &c);
        columns += n > 0 ? (size_t)utf8proc_charwidth(c) : 1;
        i += n > 0 ? (size_t)n : 1;
    }
    return columns;
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

/* Appends text[from, to) with what of it is highlighted in bold. */
static void put_word(struct buf *out, const struct layout *l,
                     struct nh_string text, size_t from, size_t to,
                     const struct nh_span *highlights, size_t count)
{
    for (size_t i = 0; i < count && l->bold; i++) {
        const size_t start = highlights[i].start,
                     end = start + highlights[i].len;
        if (end <= from || start >= to)
            continue;
        const size_t first = start > from ? start : from,
                     last = end < to ? end : to;
        output_clean(out, (struct nh_string){text.data + from, first - from},
                     false);
        buf_append_str(out, "\033[1m");
        output_clean(out, (struct nh_string){text.data + first, last - first},
                     false);
        buf_append_str(out, "\033[0m");
        from = last;
    }
    output_clean(out, (struct nh_string){text.data + from, to - from}, false);
}

void layout_put(struct buf *out, struct layout *l, struct nh_string text,
                const struct nh_span *highlights, size_t count)
{
    size_t at = 0;
    bool blank = false;
    while (at < text.len) {
        size_t end = at;
        if (is_blank(text.data[at])) {
            blank = true;
            at++;
            continue;
        }
        while (end < text.len && !is_blank(text.data[end]))
            end++;
        const size_t columns =
            terminal_columns((struct nh_string){text.data + at, end - at});
        if (l->width && l->column > l->indent &&
            l->column + blank + columns > l->width) {
            buf_append_byte(out, '\n');
            for (unsigned i = 0; i < l->indent; i++)
                buf_append_byte(out, ' ');
            l->column = l->indent;
        } else if (blank) {
            buf_append_byte(out, ' ');
            l->column++;
        }
        /* Highlights are in order: those that end before the word are done. */
        while (count && highlights->start + highlights->len <= at) {
            highlights++;
            count--;
        }
        size_t here = 0;
        while (here < count && highlights[here].start < end)
            here++;
        put_word(out, l, text, at, end, highlights, here);
        l->column += (unsigned)columns;
        blank = false;
        at = end;
    }
    if (blank) {
        buf_append_byte(out, ' ');
        l->column++;
    }
}

void layout_trim(struct buf *out, struct nh_string text, unsigned columns)
{
    static const char dots[] = "...";
    size_t end = 0, used = 0;
    if (!columns || terminal_columns(text) <= columns) {
        output_clean(out, text, false);
        return;
    }
    while (end < text.len) {
        size_t next = end + 1;
        while (next < text.len &&
               ((unsigned char)text.data[next] & 0xC0) == 0x80)
            next++;
        const size_t more =
            terminal_columns((struct nh_string){text.data + end, next - end});
        if (used + more + sizeof dots - 1 > columns)
            break;
        used += more;
        end = next;
    }
    output_clean(out, (struct nh_string){text.data, end}, false);
    buf_append_str(out, dots);
}
