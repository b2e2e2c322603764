/* Owns the scripts that make shells complete arguments, for
 * `newshound complete --script`. Promises that they know what the tables of
 * commands and options know, and that the words of a query are completed from
 * the index that the command line names. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "newshound/newshound.h"

/* What stands where an argument does, of an option or of a command. */
enum what {
    WHAT_WORD,
    WHAT_CHOICE,
    WHAT_FIELD,
    WHAT_FILE,
    WHAT_FOLDER,
    WHAT_FORMAT,
    WHAT_QUERY
};

static enum what what_option(const struct option_def *def)
{
    static const struct {
        const char *name;
        enum what what;
    } names[] = {{"INDEX", WHAT_FOLDER},
                 {"FILE", WHAT_FILE},
                 {"FORMAT", WHAT_FORMAT},
                 {"FIELD", WHAT_FIELD},
                 {"FIELD,...", WHAT_FIELD}};
    if (options_choices(def))
        return WHAT_CHOICE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(def->argument, names[i].name) == 0)
            return names[i].what;
    return WHAT_WORD;
}

static enum what what_command(const struct command *c)
{
    return strstr(c->usage, "QUERY") || strstr(c->usage, "PREFIX") ? WHAT_QUERY
           : strstr(c->usage, "PATH") || strstr(c->usage, "FILE")  ? WHAT_FILE
                                                                   : WHAT_WORD;
}

/* Words with commas or bars between, with spaces. */
static void put_words(const char *words)
{
    for (; *words; words++)
        putchar(*words == ',' || *words == '|' ? ' ' : *words);
}

/* The choices of an option's argument; "" if there is no list of them. */
static void put_choices(const struct option_def *def)
{
    const enum what what = what_option(def);
    if (what == WHAT_CHOICE)
        put_words(options_choices(def));
    else if (what == WHAT_FIELD)
        put_words(NH_FACETS);
}

/* ---- bash. */

static const char bash_head[] =
    "# newshound for bash: source <(newshound complete --script bash)\n"
    "\n"
    "# Cuts the command line up to the cursor into `words`, without the "
    "shell's quotes,\n"
    "# and the `word` at the cursor. `quote` is the quote that is open there. "
    "bash\n"
    "# replaces what stands from character `from` of the word on: it parts "
    "words at\n"
    "# colons and equals signs.\n"
    "_newshound_parse() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} c i quoted=\n"
    "    words=() word= quote= from=0\n"
    "    for ((i = 0; i < ${#line}; i++)); do\n"
    "        c=${line:i:1}\n"
    "        if [[ $c == \"$quote\" ]]; then\n"
    "            quote= from=${#word}\n"
    "        elif [[ $c == \\\\ && $quote != \\' ]]; then\n"
    "            ((++i))\n"
    "            c=${line:i:1}\n"
    "            [[ $quote == \\\" && $c != [\\$\\`\\\"\\\\] ]] && word+=\\\\\n"
    "            word+=$c\n"
    "        elif [[ $quote ]]; then\n"
    "            word+=$c\n"
    "        elif [[ $c == [\\'\\\"] ]]; then\n"
    "            quote=$c from=${#word} quoted=1\n"
    "        elif [[ $c == [[:space:]] ]]; then\n"
    "            [[ $word || $quoted ]] && words+=(\"$word\")\n"
    "            word= from=0 quoted=\n"
    "        else\n"
    "            word+=$c\n"
    "            [[ $COMP_WORDBREAKS == *\"$c\"* ]] && from=${#word}\n"
    "        fi\n"
    "    done\n"
    "}\n"
    "# Adds what the whole word may become, with the quotes that the shell "
    "needs.\n"
    "_newshound_add() {\n"
    "    local rest=${1:from}\n"
    "    if [[ $quote == \\' ]]; then\n"
    "        rest=${rest//\\'/\"'\\\\''\"}\n"
    "    elif [[ $quote == \\\" ]]; then\n"
    "        rest=${rest//\\\\/\"\\\\\\\\\"}\n"
    "        rest=${rest//\\\"/\"\\\\\\\"\"}\n"
    "        rest=${rest//\\$/\"\\\\\\$\"}\n"
    "        rest=${rest//\\`/\"\\\\\\`\"}\n"
    "    elif [[ $rest == *\\'* ]]; then\n"
    "        printf -v rest %q \"$rest\"\n"
    "    elif [[ $rest == "
    "*[[:space:]\\\"\\\\\\$\\`\\&\\|\\;\\<\\>\\(\\)\\{\\}*?\\[\\]\\!\\#]* ]]; "
    "then\n"
    "        rest=\"'$rest'\"\n"
    "    fi\n"
    "    # bash adds the closing quote, but not behind one that is escaped.\n"
    "    [[ $quote && $rest == *\"$quote\" ]] && rest+=$quote\n"
    "    COMPREPLY+=(\"$rest\")\n"
    "}\n"
    "# Several words may have less in common than what was typed: then bash "
    "only shows\n"
    "# them.\n"
    "_newshound_keep_typed() {\n"
    "    local common=${COMPREPLY[0]} typed=${word:from} found\n"
    "    ((${#COMPREPLY[@]} > 1)) || return\n"
    "    for found in \"${COMPREPLY[@]}\"; do\n"
    "        while [[ $found != \"$common\"* ]]; do\n"
    "            common=${common%?}\n"
    "        done\n"
    "    done\n"
    "    common=${common//[\\'\\\"\\\\]/}\n"
    "    typed=${typed//[\\'\\\"\\\\]/}\n"
    "    [[ ${common,,} == \"${typed,,}\"* ]] || COMPREPLY+=(' ')\n"
    "}\n"
    "_newshound_words() {\n"
    "    local choice\n"
    "    for choice in $1; do\n"
    "        [[ $choice == \"$cur\"* ]] && _newshound_add \"$lead$choice\"\n"
    "    done\n"
    "}\n"
    "# bash itself puts quotes around names of files.\n"
    "_newshound_files() {\n"
    "    local file\n"
    "    compopt -o filenames\n"
    "    while IFS= read -r file; do\n"
    "        file=$lead$file\n"
    "        COMPREPLY+=(\"${file:from}\")\n"
    "    done < <(compgen \"$1\" -- \"$cur\")\n"
    "}\n";

static const char bash_query[] =
    "# The last word of a query begins behind a blank, a parenthesis or a "
    "minus sign\n"
    "# that no quotation mark of the query encloses. What the shell's own "
    "quotes hold\n"
    "# behind a colon is one value.\n"
    "_newshound_query() {\n"
    "    local i c start=0 end=${#word} open= field=\n"
    "    if [[ $quote && ${word:from-1:1} == : ]] && ((from > 0)); then\n"
    "        end=$from\n"
    "    fi\n"
    "    for ((i = 0; i < end; i++)); do\n"
    "        c=${word:i:1}\n"
    "        if [[ $c == \\\" && $open ]]; then\n"
    "            open=\n"
    "        elif [[ $c == \\\" ]]; then\n"
    "            [[ $i == \"$start\" || ${word:i-1:1} == : ]] && open=1\n"
    "        elif [[ ! $open && $c == [[:space:]\\(] ]]; then\n"
    "            start=$((i + 1))\n"
    "        elif [[ $c == - ]] && ((i == start)); then\n"
    "            start=$((i + 1))\n"
    "        fi\n"
    "    done\n"
    "    local typed=${word:start} found words=() names=() stays=\n"
    "    [[ $typed == *[![:space:]]* ]] || return\n"
    "    ((from > start)) && stays=${word:start:from-start}\n"
    "    # Without what is around the value.\n"
    "    local plain=${typed//\\\"/} bare\n"
    "    while IFS=$'\\t' read -r found _; do\n"
    "        [[ ${found,,} == \"${stays,,}\"* ]] || continue\n"
    "        bare=${found//\\\"/}\n"
    "        if [[ ${bare,,} == \"${plain,,}\"* ]]; then\n"
    "            words+=(\"$found\")\n"
    "        else\n"
    "            names+=(\"$found\")\n"
    "        fi\n"
    "    done < <(newshound complete \"${index[@]}\" -- \"$typed\" "
    "2>/dev/null)\n"
    "    # Names that have the word in the middle only where nothing begins "
    "so.\n"
    "    ((${#words[@]})) || words=(\"${names[@]}\")\n"
    "    for found in \"${words[@]}\"; do\n"
    "        [[ $found == *: ]] && compopt -o nospace\n"
    "        _newshound_add \"${word:0:start}$found\"\n"
    "    done\n"
    "    _newshound_keep_typed\n"
    "}\n"
    "_newshound_option() {\n"
    "    case $command:$1 in\n";

static void put_bash_option(const struct command *c,
                            const struct option_def *def)
{
    const enum what what = what_option(def);
    printf("    %s:--%s", c->name, def->name);
    if (def->letter)
        printf(" | %s:-%c", c->name, def->letter);
    printf(") ");
    if (what == WHAT_FILE)
        printf("_newshound_files -f");
    else if (what == WHAT_FOLDER)
        printf("_newshound_files -d");
    else if (what == WHAT_FORMAT)
        printf("_newshound_words \"auto $(newshound index --format list | "
               "cut -d' ' -f1 | grep -v each)\"");
    else if (what == WHAT_CHOICE || what == WHAT_FIELD) {
        printf("_newshound_words '");
        put_choices(def);
        printf("'");
    } else {
        printf(":");
    }
    printf(" ;;\n");
}

static const char bash_start[] =
    "    *) return 1 ;;\n"
    "    esac\n"
    "    return 0\n"
    "}\n"
    "_newshound() {\n"
    "    local words word quote from cur kind lead= index=() i\n"
    "    COMPREPLY=()\n"
    "    _newshound_parse\n"
    "    local command=${words[1]}\n"
    "    cur=$word kind=$word\n"
    "    for ((i = 2; i < ${#words[@]}; i++)); do\n"
    "        case ${words[i]} in\n"
    "        -d | --index) index=(-d \"${words[i + 1]/#\\~/$HOME}\") ;;\n"
    "        --index=*) index=(-d \"${words[i]#*=}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    if ((${#words[@]} > 1)) && [[ $word == --*=* ]]; then\n"
    "        lead=${word%%=*}= cur=${word#*=}\n"
    "        _newshound_option \"${word%%=*}\"\n"
    "        return\n"
    "    fi\n"
    "    ((${#words[@]} > 2)) && _newshound_option \"${words[-1]}\" && return\n"
    "    if ((${#words[@]} == 1)); then\n"
    "        _newshound_words '";

static void print_bash(void)
{
    fputs(bash_head, stdout);
    fputs(bash_query, stdout);
    for (size_t i = 0; command_table[i]; i++)
        for (const struct option_def *o = command_table[i]->options; o->name;
             o++)
            if (o->argument)
                put_bash_option(command_table[i], o);
    fputs(bash_start, stdout);
    for (size_t i = 0; command_table[i]; i++)
        printf("%s ", command_table[i]->name);
    printf("help'\n        return\n    fi\n"
           "    # In quotes and behind -- a minus sign begins no option.\n"
           "    [[ $quote || \" ${words[*]} \" == *' -- '* ]] && kind=\n"
           "    case $command:$kind in\n");
    for (size_t i = 0; command_table[i]; i++) {
        const struct command *c = command_table[i];
        printf("    %s:-*) _newshound_words '", c->name);
        for (const struct option_def *o = c->options; o->name; o++)
            printf("--%s ", o->name);
        printf("' ;;\n");
        if (what_command(c) == WHAT_QUERY)
            printf("    %s:*) _newshound_query ;;\n", c->name);
        else if (what_command(c) == WHAT_FILE)
            printf("    %s:*) _newshound_files -f ;;\n", c->name);
    }
    printf("    help:*) _newshound_words 'query ");
    for (size_t i = 0; command_table[i]; i++)
        printf("%s ", command_table[i]->name);
    printf("' ;;\n    esac\n}\n"
           "complete -F _newshound newshound\n");
}

/* ---- zsh. */

/* A text inside '...[...]', where brackets, colons and quotes would end it. */
static void put_zsh_text(const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
}

static void put_zsh_option(const struct option_def *def)
{
    const enum what what = def->argument ? what_option(def) : WHAT_WORD;
    const char *equals = def->argument ? "=" : "";
    if (def->letter)
        printf("      '(-%c --%s)'{-%c%s,--%s%s}'[", def->letter, def->name,
               def->letter, def->argument ? "+" : "", def->name, equals);
    else
        printf("      '--%s%s[", def->name, equals);
    put_zsh_text(def->help);
    printf("]");
    if (def->argument)
        printf(":%.*s:", (int)options_argument(def), def->argument);
    if (what == WHAT_FILE)
        printf("_files");
    else if (what == WHAT_FOLDER)
        printf("_files -/");
    else if (what == WHAT_FORMAT)
        printf("_newshound_formats");
    else if (what == WHAT_CHOICE || what == WHAT_FIELD) {
        printf("(");
        put_choices(def);
        printf(")");
    }
    printf("' \\\n");
}

static void print_zsh(void)
{
    printf(
        "#compdef newshound\n"
        "# newshound for zsh: put it as _newshound into a folder of $fpath\n"
        "_newshound_formats() {\n"
        "  compadd auto ${${(f)\"$(newshound index --format list)\"}%%%% *}\n"
        "}\n"
        "# The last word of a query, from the index that is named.\n"
        "_newshound_query() {\n"
        "  setopt localoptions extendedglob\n"
        "  local -a at found words\n"
        "  local line\n"
        "  (( ${+opt_args[-d]} )) && at=(-d ${(Q)opt_args[-d]})\n"
        "  (( ${+opt_args[--index]} )) && at=(-d ${(Q)opt_args[--index]})\n"
        "  [[ -n $compstate[quote] ]] && compset -P '* ' || "
        "compset -P '*\\\\ '\n"
        "  local word=${(Q)PREFIX}\n"
        "  for line in ${(f)\"$(newshound complete $at -- $word "
        "2>/dev/null)\"}; do\n"
        "    found+=(${line%%%%$'\\t'*})\n"
        "  done\n"
        "  # Names that have the word in the middle only where nothing begins\n"
        "  # so.\n"
        "  words=(${(M)found:#(#i)${(b)word}*})\n"
        "  (( $#words )) && found=($words)\n"
        "  (( $#found )) || return 1\n"
        "  local -a fields; fields=(${(M)found:#*:})\n"
        "  (( $#fields )) && compadd -U -S '' -- $fields\n"
        "  found=(${found:#*:})\n"
        "  (( $#found )) && compadd -U -- $found\n"
        "}\n"
        "_newshound() {\n"
        "  local -a commands; commands=(\n");
    for (size_t i = 0; command_table[i]; i++) {
        printf("    '%s:", command_table[i]->name);
        put_zsh_text(command_table[i]->summary);
        printf("'\n");
    }
    printf("    'help:print help')\n"
           "  if (( CURRENT == 2 )); then\n"
           "    _describe command commands\n"
           "    return\n"
           "  fi\n"
           "  local name=$words[2]\n"
           "  shift words; (( CURRENT-- ))\n"
           "  case $name in\n");
    for (size_t i = 0; command_table[i]; i++) {
        const struct command *c = command_table[i];
        printf("  %s)\n    _arguments -s -S \\\n", c->name);
        for (const struct option_def *o = c->options; o->name; o++)
            put_zsh_option(o);
        printf("      '*:%s' ;;\n",
               what_command(c) == WHAT_QUERY  ? "query:_newshound_query"
               : what_command(c) == WHAT_FILE ? "file:_files"
                                              : "argument:");
    }
    printf("  help) _describe command commands ;;\n  esac\n}\n"
           "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
           "  _newshound \"$@\"\n"
           "else\n"
           "  compdef _newshound newshound\n"
           "fi\n");
}

/* ---- fish. */

static void put_fish_text(const char *text)
{
    for (; *text; text++)
        if (*text == '\'' || *text == '\\')
            printf("\\%c", *text);
        else
            putchar(*text);
}

static void put_fish_option(const struct command *c,
                            const struct option_def *def)
{
    const enum what what = def->argument ? what_option(def) : WHAT_WORD;
    printf("complete -c newshound -n '__fish_seen_subcommand_from %s'",
           c->name);
    if (def->letter)
        printf(" -s %c", def->letter);
    printf(" -l %s -d '", def->name);
    put_fish_text(def->help);
    printf("'");
    if (def->argument)
        printf(what == WHAT_FILE ? " -r -F" : " -x");
    if (what == WHAT_FOLDER)
        printf(" -a '(__fish_complete_directories)'");
    else if (what == WHAT_FORMAT)
        printf(" -a 'auto (newshound index --format list | string replace -r "
               "\" .*\" \"\" | string match -v each)'");
    else if (what == WHAT_CHOICE || what == WHAT_FIELD) {
        printf(" -a '");
        put_choices(def);
        printf("'");
    }
    printf("\n");
}

static void print_fish(void)
{
    printf(
        "# newshound for fish: newshound complete --script fish | source\n"
        "function __newshound_query\n"
        "    set -l at\n"
        "    set -l words (commandline -opc)\n"
        "    for i in (seq 2 (count $words))\n"
        "        if contains -- $words[$i] -d --index\n"
        "            set at -d $words[(math $i + 1)]\n"
        "        end\n"
        "    end\n"
        "    set -l word (commandline -ct | string unescape)\n"
        "    # fish drops what does not begin as the word: names come without\n"
        "    # their quotation marks, as person:Jan-Leike.\n"
        "    newshound complete $at -- \"$word\" 2>/dev/null | while read -l "
        "line\n"
        "        set -l parts (string split \\t -- $line)\n"
        "        if string match -qr '^\\w+:\".*\"$' -- $parts[1]\n"
        "            set parts[1] (string replace -a '\"' '' -- $parts[1] | "
        "string replace -a ' ' -)\n"
        "        end\n"
        "        string join \\t -- $parts\n"
        "    end\n"
        "end\n"
        "complete -c newshound -f\n");
    for (size_t i = 0; command_table[i]; i++) {
        printf("complete -c newshound -n __fish_use_subcommand -a %s -d '",
               command_table[i]->name);
        put_fish_text(command_table[i]->summary);
        printf("'\n");
    }
    printf("complete -c newshound -n __fish_use_subcommand -a help -d "
           "'print help'\n");
    for (size_t i = 0; command_table[i]; i++) {
        const struct command *c = command_table[i];
        for (const struct option_def *o = c->options; o->name; o++)
            put_fish_option(c, o);
        if (what_command(c) == WHAT_QUERY)
            printf("complete -c newshound -n '__fish_seen_subcommand_from %s' "
                   "-a '(__newshound_query)'\n",
                   c->name);
        else if (what_command(c) == WHAT_FILE)
            printf("complete -c newshound -n '__fish_seen_subcommand_from %s' "
                   "-F\n",
                   c->name);
    }
}

void print_completion(const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {
        {"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(shells[i].name, shell) == 0)
            shells[i].print();
}
