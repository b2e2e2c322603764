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
    "_newshound_words() {\n"
    "    COMPREPLY=($(compgen -W \"$1\" -- \"$cur\"))\n"
    "}\n"
    "_newshound_files() {\n"
    "    compopt -o filenames\n"
    "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
    "}\n"
    "# The words of a query: what is typed up to the cursor, without the\n"
    "# shell's quotes. bash parts words at colons: it has put in what is in\n"
    "# front of the last one.\n"
    "_newshound_query() {\n"
    "    local word=${COMP_LINE:0:COMP_POINT} found before after=\n"
    "    word=${word##*[[:space:]]}\n"
    "    before=${word%\"$cur\"}\n"
    "    if [[ $cur == *\"$word\" ]]; then\n"
    "        before= after=${cur%\"$word\"}\n"
    "    fi\n"
    "    word=${word//\\\\/}\n"
    "    word=${word//\\'/}\n"
    "    [[ $word == *[![:space:]]* ]] || return\n"
    "    local words=() names=()\n"
    "    while IFS=$'\\t' read -r found _; do\n"
    "        if [[ ${found,,} == \"${word,,}\"* ]]; then\n"
    "            words+=(\"$found\")\n"
    "        else\n"
    "            names+=(\"$found\")\n"
    "        fi\n"
    "    done < <(newshound complete \"${index[@]}\" -- \"$word\" "
    "2>/dev/null)\n"
    "    # Names that have the word in the middle only where nothing begins "
    "so.\n"
    "    ((${#words[@]})) || words=(\"${names[@]}\")\n"
    "    for found in \"${words[@]}\"; do\n"
    "        printf -v found %q \"$found\"\n"
    "        [[ $found == *: ]] && compopt -o nospace\n"
    "        [[ $found == \"$before\"* ]] && "
    "COMPREPLY+=(\"$after${found#\"$before\"}\")\n"
    "    done\n"
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

static void print_bash(void)
{
    fputs(bash_head, stdout);
    for (size_t i = 0; command_table[i]; i++)
        for (const struct option_def *o = command_table[i]->options; o->name;
             o++)
            if (o->argument)
                put_bash_option(command_table[i], o);
    printf("    *) return 1 ;;\n    esac\n}\n"
           "_newshound() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
           "    local index=() i\n"
           "    COMPREPLY=()\n"
           "    if ((COMP_CWORD == 1)); then\n"
           "        _newshound_words '");
    for (size_t i = 0; command_table[i]; i++)
        printf("%s ", command_table[i]->name);
    printf("help'\n        return\n    fi\n"
           "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
           "        case ${COMP_WORDS[i]} in -d | --index)\n"
           "            index=(-d \"${COMP_WORDS[i + 1]/#\\~/$HOME}\") ;;\n"
           "        esac\n"
           "    done\n"
           "    _newshound_option \"${COMP_WORDS[COMP_CWORD - 1]}\" && return\n"
           "    case $command:$cur in\n");
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
