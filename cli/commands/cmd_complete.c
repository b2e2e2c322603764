/* Owns `newshound complete`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/visible.h"
#include "common/base/json_out.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'n', "limit", "N", "completions to print; default 10"},
    OPTION_TEXT_OR_JSON,
    {0, "script", "SHELL=bash|zsh|fish",
     "print what makes bash, zsh or fish complete arguments"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

static void put_one(struct buf *out, const struct nh_completion *c, bool json)
{
    if (!json) {
        output_clean(out, c->text, false);
        buf_printf(out, "\t%" PRIu64 "\n", c->count);
        return;
    }
    json_comma(out);
    buf_append_byte(out, '{');
    json_member(out, "text", (struct slice){c->text.data, c->text.len});
    json_key(out, "count");
    buf_printf(out, "%" PRIu64 "}", c->count);
}

static int print(const nh_completions *completions, bool json)
{
    struct nh_error err;
    struct buf out = BUF_INIT;
    const size_t count = nh_completions_count(completions);
    buf_append_str(&out, json ? "[" : "");
    for (size_t i = 0; i < count; i++)
        put_one(&out, nh_completions_at(completions, i), json);
    buf_append_str(&out, json ? "]\n" : "");
    const bool failed = out.failed;
    if (!failed && out.len)
        fwrite(out.data, 1, out.len, stdout);
    buf_release(&out);
    if (!failed)
        return count ? EXIT_FOUND : EXIT_NOTHING;
    error_nomem(&err);
    return command_fail(&err);
}

static int run_complete(const struct options *o)
{
    struct nh_error err;
    nh_index *index;
    nh_completions *completions;
    struct buf prefix = BUF_INIT;
    long limit = 10;
    const bool json = options_choice(o, "format") == 1;
    if (!options_number(o, "limit", 1, UINT32_MAX, &limit))
        return EXIT_USAGE;
    const char *shell = options_get(o, "script");
    if (shell) {
        print_completion(shell);
        return command_finish(EXIT_FOUND);
    }
    if (o->count == 0) {
        say("newshound complete: what is to be completed? Give its "
            "beginning\n");
        return EXIT_USAGE;
    }
    int rc = nh_index_open(&index, command_index_path(o), &err);
    if (rc != NH_OK)
        return command_fail(&err);
    for (int i = 0; i < o->count; i++) {
        buf_append_str(&prefix, i ? " " : "");
        buf_append_str(&prefix, o->args[i]);
    }
    rc = prefix.failed ? error_nomem(&err)
                       : nh_index_complete(&completions, index, prefix.data,
                                           prefix.len, (size_t)limit, &err);
    int status = rc == NH_OK ? print(completions, json) : command_fail(&err);
    if (rc == NH_OK)
        nh_completions_free(completions);
    buf_release(&prefix);
    nh_index_close(index);
    return command_finish(status);
}

const struct command command_complete = {
    "complete",
    "how a word of a query could go on",
    "[OPTIONS] PREFIX",
    "  newshound complete lei            words and names\n"
    "  newshound complete person:lei     names of persons\n"
    "  newshound complete topic:         the commonest topics\n"
    "  source <(newshound complete --script bash)\n",
    options,
    run_complete};
