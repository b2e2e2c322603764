/* Owns libedit. Promises a line for a line, whatever stands at the other end.
 */
#include "cli/shell/line_editor.h"

#include "cli/visible.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#define HISTORY_LINES 1000
/* Completions that are listed. */
#define LISTED 60

struct line_editor {
    EditLine *el; /* NULL: nobody types */
    History *history;
    HistEvent event;
    struct buf path; /* of the history, or empty */
    const char *prompt;
    line_complete_fn *complete;
    void *ctx;
    char *line; /* of a file */
    size_t cap;
    struct buf text; /* what was read */
};

static struct line_editor *editor_of(EditLine *el)
{
    void *e = NULL;
    el_get(el, EL_CLIENTDATA, &e);
    return e;
}

static char *prompt_of(EditLine *el)
{
    static char none[] = "";
    struct line_editor *e = editor_of(el);
    return e ? (char *)(uintptr_t)e->prompt : none;
}

/* ---- Completion. */

/* Bytes that all texts which begin as what is typed begin with, or all of them
 * if none does, whole characters; *text is one of them. */
static size_t common_length(const char **texts, size_t count,
                            struct slice typed, const char **text)
{
    size_t n = 0;
    *text = NULL;
    for (int any = 0; any < 2 && !*text; any++)
        for (size_t i = 0; i < count; i++) {
            if (!any && strncasecmp(texts[i], typed.data, typed.len) != 0)
                continue;
            if (!*text)
                n = strlen(*text = texts[i]);
            for (size_t k = 0; k < n; k++)
                if (texts[i][k] != (*text)[k])
                    n = k;
        }
    while (n > 0 && ((unsigned char)(*text)[n] & 0xC0) == 0x80)
        n--;
    return n;
}

/* Characters of a line up to its cursor, from a byte on. */
static int characters(struct slice line, size_t from)
{
    int n = 0;
    for (size_t i = from; i < line.len; i++)
        n += ((unsigned char)line.data[i] & 0xC0) != 0x80;
    return n;
}

static void list_texts(const char **texts, size_t count)
{
    fputc('\n', stdout);
    for (size_t i = 0; i < count && i < LISTED; i++)
        printf("%s%s", i ? "  " : "", texts[i]);
    fputs(count > LISTED ? " ...\n" : "\n", stdout);
    fflush(stdout);
}

static unsigned char complete_line(EditLine *el, int key)
{
    struct line_editor *e = editor_of(el);
    const LineInfo *info = el_line(el);
    const struct slice line = {info->buffer,
                               (size_t)(info->cursor - info->buffer)};
    struct arena arena = {NULL, 0, 0};
    struct buf insert = BUF_INIT;
    const char **texts = NULL;
    size_t start = line.len;
    unsigned char result = CC_ERROR;
    (void)key;
    const size_t count = e->complete(e->ctx, line, &start, &arena, &texts);
    const struct slice typed = {line.data + start, line.len - start};
    const char *like;
    const size_t common = common_length(texts, count, typed, &like);
    if (common)
        buf_append(&insert, like, common);
    /* A field goes on behind its colon. */
    if (count == 1 && insert.len && insert.data[insert.len - 1] != ':')
        buf_append_byte(&insert, ' ');
    const char *text = buf_cstr(&insert);
    /* A name is completed from any of its words: what is typed may stand in the
     * middle, so that only what is longer takes its place. */
    if (text && (count == 1 || insert.len > typed.len)) {
        el_deletestr(el, characters(line, start));
        result = el_insertstr(el, text) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (count > 1) {
        list_texts(texts, count);
        result = CC_REDISPLAY;
    }
    buf_release(&insert);
    arena_release(&arena);
    return result;
}

/* ---- History. */

/* Makes the folders that a file is to be in. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

static void find_history(struct buf *path)
{
    const char *named = getenv("NEWSHOUND_HISTORY"),
               *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (named)
        buf_append_str(path, named);
    else if (state && *state)
        buf_printf(path, "%s/newshound/history", state);
    else if (home && *home)
        buf_printf(path, "%s/.local/state/newshound/history", home);
    if (!buf_cstr(path))
        buf_reset(path);
}

static bool start_history(struct line_editor *e)
{
    e->history = history_init();
    if (!e->history)
        return false;
    history(e->history, &e->event, H_SETSIZE, HISTORY_LINES);
    history(e->history, &e->event, H_SETUNIQUE, 1);
    find_history(&e->path);
    if (e->path.len)
        history(e->history, &e->event, H_LOAD, e->path.data);
    return el_set(e->el, EL_HIST, history, e->history) == 0;
}

static void save_history(struct line_editor *e)
{
    if (e->path.len == 0)
        return;
    make_folders(e->path.data);
    const mode_t old = umask(077);
    if (history(e->history, &e->event, H_SAVE, e->path.data) == -1)
        say("newshound: cannot save the history to '%s': %s\n", e->path.data,
            strerror(errno));
    umask(old);
}

/* ---- Keys. */

static volatile sig_atomic_t interrupted;

/* ^C gives up the line, no more; others only end the waiting for a key. */
static void on_signal(int signal)
{
    if (signal == SIGINT)
        interrupted = 1;
}

/* Waits for a key; false if it is interrupted. Signals are let through here and
 * nowhere else, so that none is missed. libedit's own handlers are not used:
 * they take the terminal out of its mode in the middle of a line. */
static bool wait_for_key(EditLine *el)
{
    sigset_t mask;
    fd_set keys;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigdelset(&mask, SIGINT);
    for (;;) {
        FD_ZERO(&keys);
        FD_SET(STDIN_FILENO, &keys);
        if (pselect(STDIN_FILENO + 1, &keys, NULL, NULL, NULL, &mask) >= 0)
            return true;
        if (errno != EINTR || interrupted)
            return false;
        el_resize(el); /* the window has changed, or the program was stopped */
        el_set(el, EL_PREP_TERM, 1);
        el_set(el, EL_REFRESH);
    }
}

/* ^D on an empty line: the end, whatever the terminal's mode was when it was
 * pressed. Between lines libedit leaves it to the system, and does not know the
 * key when it comes late. */
static bool is_end(EditLine *el, char byte)
{
    const LineInfo *line = el_line(el);
    return (byte == 4 || byte == 0) && line->lastchar == line->buffer;
}

/* The next character: 1; 0 at the end, -1 if it is interrupted. */
static int read_key(EditLine *el, wchar_t *c)
{
    mbstate_t state;
    char byte;
    memset(&state, 0, sizeof state);
    while (wait_for_key(el)) {
        if (read(STDIN_FILENO, &byte, 1) != 1 || is_end(el, byte))
            return 0;
        const size_t n = mbrtowc(c, &byte, 1, &state);
        if (n == 1 || n == 0)
            return 1;
        if (n == (size_t)-1) /* no character: it goes */
            memset(&state, 0, sizeof state);
    }
    return -1;
}

/* ---- Lines. */

static bool start_editing(struct line_editor *e)
{
    /* What is typed is UTF-8, whatever the program does elsewhere. */
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    e->el = el_init("newshound", stdin, stdout, stderr);
    if (!e->el)
        return false;
    el_set(e->el, EL_CLIENTDATA, e);
    el_set(e->el, EL_PROMPT, prompt_of);
    el_set(e->el, EL_EDITOR, "emacs");
    el_set(e->el, EL_GETCFN, read_key);
    el_set(e->el, EL_ADDFN, "newshound-complete", "complete a word",
           complete_line);
    el_set(e->el, EL_BIND, "^I", "newshound-complete", NULL);
    el_set(e->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(e->el, NULL); /* ~/.editrc */
    return start_history(e);
}

static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGWINCH, SIGCONT};
    struct sigaction action;
    sigset_t mask;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigprocmask(SIG_BLOCK, &mask, NULL);
}

struct line_editor *line_editor_new(const char *prompt,
                                    line_complete_fn *complete, void *ctx)
{
    struct line_editor *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->prompt = prompt;
    e->complete = complete;
    e->ctx = ctx;
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        catch_signals();
        if (!start_editing(e)) {
            line_editor_free(e);
            return NULL;
        }
    }
    return e;
}

void line_editor_free(struct line_editor *e)
{
    if (!e)
        return;
    if (e->history) {
        save_history(e);
        history_end(e->history);
    }
    if (e->el)
        el_end(e->el);
    buf_release(&e->path);
    buf_release(&e->text);
    free(e->line);
    free(e);
}

bool line_editor_interactive(const struct line_editor *e)
{
    return e->el != NULL;
}

static const char *keep(struct line_editor *e, const char *data, size_t len)
{
    const struct slice s = slice_trim((struct slice){data, len});
    buf_reset(&e->text);
    buf_append(&e->text, s.data, s.len);
    return buf_cstr(&e->text);
}

const char *line_editor_read(struct line_editor *e)
{
    if (!e->el) {
        const ssize_t len = getline(&e->line, &e->cap, stdin);
        return len < 0 ? NULL : keep(e, e->line, (size_t)len);
    }
    int count = 0;
    interrupted = 0;
    const char *line = el_gets(e->el, &count);
    if (interrupted) {
        fputc('\n', stdout);
        return keep(e, "", 0);
    }
    if (!line || count <= 0)
        return NULL;
    const char *text = keep(e, line, (size_t)count);
    if (text && *text)
        history(e->history, &e->event, H_ENTER, text);
    return text;
}
