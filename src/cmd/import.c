/* cxd import: answers of other programs. What a file would do is shown first; then it is done where that is wished. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/call.h"
#include "cmd/import.h"
#include "cmd/meter.h"
#include "cmd/unarchive.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

#define AT(member) offsetof(struct import_options, member)

static const char *const metrics[] = {"nps", "csat", "ces", NULL};
static const char *const date_forms[] = {"iso", "us", "eu", "named", "unix", "excel", NULL};

static const struct option_spec import_specs[] = {
    OPTION_VALUE("survey", 's', AT(survey), "SURVEY", "the survey whose answers these are"),
    OPTION_VALUES("map", 'm', AT(map), "TARGET=COLUMN",
                  "score, comment, answered_at, respondent, id, touchpoint, channel, locale, visit, property.KEY or "
                  "answer.KEY; several with commas between, COLUMN by name or as #3"),
    OPTION_VALUE("properties", 0, AT(properties), "COLUMNS",
                 "which other columns are properties, or all, or none; those that the survey declares unless given"),
    OPTION_VALUE("preset", 0, AT(preset), "NAME",
                 "whose export it is: qualtrics, surveymonkey, typeform, google-forms, formbricks, posthog, delighted, "
                 "limesurvey, cxd, none"),
    {"dates", 0, OPTION_TEXT, AT(dates), "iso|us|eu|named|unix|excel", "form of the dates; told by all of them",
     date_forms},
    OPTION_VALUE("zone", 0, AT(zone), "ZONE", "zone of times that name none, as Europe/Berlin; the daemon's"),
    OPTION_VALUE("delimiter", 0, AT(delimiter), "C", "what parts the cells, or tab"),
    OPTION_VALUE("encoding", 0, AT(encoding), "E", "utf-8, utf-16le, utf-16be or latin-1"),
    OPTION_VALUE("sheet", 0, AT(sheet), "NAME", "the sheet of a workbook; the first unless given"),
    {"all", 0, OPTION_FLAG, AT(all), NULL, "FILE is an archive of cxd export --all", NULL},
    {"partial", 0, OPTION_FLAG, AT(partial), NULL, "take rows of people who did not finish", NULL},
    {"create", 0, OPTION_TEXT, AT(create), "nps|csat|ces", "make the survey if there is none", metrics},
    OPTION_VALUE("bad", 0, AT(bad), "FILE", "where bad rows go; FILE.bad.csv"),
    {"yes", 'y', OPTION_FLAG, AT(yes), NULL, "do it without asking", NULL},
    {"dry-run", 'n', OPTION_FLAG, AT(dry_run), NULL, "only show what would be done", NULL},
    {"list", 0, OPTION_FLAG, AT(list), NULL, "list the imports there were", NULL},
    OPTION_VALUE("undo", 0, AT(undo), "ID", "take back what an import brought"),
    OPTION_JSON(AT(output.json)),
    OPTION_QUIET(AT(quiet)),
};

/* Both runs over the file that change nothing. */
static int examine(struct import *import) {
    struct meter meter;
    int result;

    meter_begin(&meter, "Reading", "bytes", import->options->quiet);
    result = import_look(import, &meter);
    if (result == EXIT_OK)
        result = import_try(import, &meter);
    meter_end(&meter);
    if (result == EXIT_OK && !import_bad_flush(&import->bad))
        result = import_bad_end(&import->bad) ? EXIT_OK : EXIT_REFUSED;
    return result;
}

static int show(const struct import *import) {
    struct buffer out;
    int result = EXIT_OK;

    if (import->options->output.json || import->options->quiet)
        return EXIT_OK;
    buffer_init(&out);
    import_show(import, &out);
    result = output_write(&out);
    fflush(stdout);
    buffer_free(&out);
    return result;
}

/* Why nothing is sent; NULL: it is wished. */
static const char *find_objection(const struct import_options *options, const char *question) {
    if (options->dry_run)
        return "This was a dry run: nothing was sent.";
    if (options->yes)
        return NULL;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return "This was a dry run: nothing was sent. --yes does it.";
    return import_ask(question) ? NULL : "Nothing was sent.";
}

/* Whether to send; where not, why is said. */
static bool is_wished(const struct import *import) {
    const struct import_options *options = import->options;
    char question[160], count[COUNT_TEXT_SIZE];
    const char *why = "No row is a response: there is nothing to send.";

    snprintf(question, sizeof question, "\nImport %s response%s into '%s'? [y/N] ",
             count_format(count, (int64_t)import->counts.responses), import->counts.responses == 1 ? "" : "s",
             options->survey);
    if (import->counts.responses > 0)
        why = find_objection(options, question);
    if (why && !options->output.json)
        output_line(stderr, "%s", why);
    return !why;
}

static void say_end(const struct import *import, const struct import_result *done) {
    char created[COUNT_TEXT_SIZE], known[COUNT_TEXT_SIZE], refused[COUNT_TEXT_SIZE];

    output_line(stdout, "%s created, %s known before, %s refused, in %.1f s.", count_format(created, done->created),
                count_format(known, done->known), count_format(refused, done->refused), done->seconds);
    if (done->known > 0 && !done->is_resumed)
        output_line(stdout, "Known before are rows whose ids were there: nothing of those was changed.%s",
                    import->plan.mapping.column[TARGET_ID] == COLUMN_NONE
                        ? ""
                        : " If they are others that have the same ids, --map id= makes ids of what rows say.");
    if (done->refused > 0)
        output_line(stdout, "What was refused, and why: %s", import->bad.path);
    if (done->answers_refused > 0)
        output_line(stdout, "%s %s left out, which the survey does not take; the first is of %s",
                    count_format(refused, done->answers_refused),
                    done->answers_refused == 1 ? "answer was" : "answers were", done->first_refused);
    output_line(stdout, "'cxd import --undo %s' takes it back.", done->id);
}

static int print_json(const struct import *import, const struct import_result *done, bool is_sent) {
    struct buffer out;
    int result;

    buffer_init(&out);
    write_open(&out, NULL, '{');
    import_write(import, &out);
    if (is_sent) {
        write_open(&out, "import", '{');
        write_text(&out, "id", done->id);
        write_int(&out, "created", done->created);
        write_int(&out, "known", done->known);
        write_int(&out, "refused", done->refused);
        write_int(&out, "answers_refused", done->answers_refused);
        write_fixed(&out, "seconds", done->seconds, 1, true);
        buffer_append_char(&out, '}');
    } else {
        write_null(&out, "import");
    }
    buffer_append_text(&out, "}\n");
    result = output_write(&out);
    buffer_free(&out);
    return result;
}

static int run_file(struct import *import, const struct client_options *client) {
    struct import_result done = {.created = 0};
    bool is_sent = false;
    int result = import_open(import, client);

    if (result == EXIT_OK)
        result = examine(import);
    if (result == EXIT_OK)
        result = show(import);
    if (result != EXIT_OK)
        return result;
    if (is_wished(import)) {
        is_sent = true;
        if (import->is_new)
            result = import_create(import);
        if (result == EXIT_OK)
            result = import_send(import, &done);
    }
    if (!import_bad_end(&import->bad) && result == EXIT_OK)
        result = EXIT_REFUSED;
    if (result != EXIT_OK)
        return result;
    if (import->options->output.json)
        result = print_json(import, &done, is_sent);
    else if (is_sent && !import->options->quiet)
        say_end(import, &done);
    return result == EXIT_OK && done.refused > 0 ? EXIT_REFUSED : result;
}

static bool is_archive_wished(const struct invocation *invocation, int64_t responses) {
    char question[160], count[COUNT_TEXT_SIZE];
    const char *why;

    snprintf(question, sizeof question, "\nImport all of it, with %s response%s? [y/N] ",
             count_format(count, responses), responses == 1 ? "" : "s");
    why = find_objection(invocation->options, question);
    if (why)
        output_line(stderr, "%s", why);
    return !why;
}

static int run_archive(const struct invocation *invocation) {
    const struct import_options *options = invocation->options;
    struct import_options plain = {
        .all = true, .yes = options->yes, .dry_run = options->dry_run, .quiet = options->quiet};

    if (invocation->count == 0 || memcmp(options, &plain, sizeof plain) != 0)
        return command_usage(invocation->command, "--all takes the FILE, and goes with --dry-run, --yes and --quiet");
    return unarchive_run(invocation, invocation->operands[0], is_archive_wished, options->quiet);
}

static int run(const struct invocation *invocation) {
    const struct import_options *options = invocation->options;
    struct import *import;
    int result;

    if (options->list + (options->undo != NULL) + (invocation->count > 0) != 1)
        return command_usage(invocation->command, "it takes a FILE, --list or --undo ID");
    if (options->all)
        return run_archive(invocation);
    if (options->list)
        return call_run(invocation);
    if (options->undo)
        return import_undo(invocation, options->undo, options);
    import = calloc(1, sizeof *import);
    if (!import) {
        command_complain(invocation->command, "out of memory");
        return EXIT_REFUSED;
    }
    import->command = invocation->command;
    import->options = options;
    import->file = invocation->operands[0];
    import->now_ms = clock_now_ms();
    arena_init(&import->arena);
    arena_init(&import->row_arena);
    buffer_init(&import->plan.text);
    result = run_file(import, &invocation->client);
    import_close(import);
    free(import);
    return result;
}

const struct command cmd_import = {
    .name = "import",
    .operands = "[FILE]",
    .summary = "Imports answers from a file of another program: CSV, NDJSON or XLSX.",
    .text = "What would be done is shown first: which column is what, ten rows as they are understood, every bad row\n"
            "with its reason. Then it asks; --yes does it without, and where no terminal is there to ask it ends.\n"
            "A row is counted once, however often it is imported; nothing that is there is changed.",
    .example = "cxd import answers.csv --survey nps\n"
               "cxd import answers.csv --survey nps --map \"score=How likely?,comment=Why?\" --dates eu --yes\n"
               "cxd import --undo 0197a1b2-0000-7000-8000-00000000000a",
    .options = import_specs,
    .option_count = CXD_COUNT(import_specs),
    .operands_max = 1,
    .is_client = true,
    .run = run,
    .call = &import_list_call,
};
