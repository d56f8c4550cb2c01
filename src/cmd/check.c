/* `cxd check`: whether a database is sound, part by part, and what to do where it is not. */

#include <inttypes.h>
#include <stdio.h>

#include "cmd/client.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cxd/base/secret.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"
#include "cxd/config/config.h"

struct check_options {
    const char *config;
    bool quiet, json;
};

static const struct option_spec specs[] = {
    OPTION_CONFIG(offsetof(struct check_options, config)),
    {"json", 'j', OPTION_FLAG, offsetof(struct check_options, json), NULL, "print what was found as one line of JSON",
     NULL},
    OPTION_QUIET(offsetof(struct check_options, quiet)),
};

static const char *const ADVICE[STORE_PART_COUNT] = {
    [STORE_SCHEMA] = "schema: somebody changed the database itself. Undo that, or restore a backup.",
    [STORE_INTEGRITY] = "integrity: the file is damaged. Keep it aside, restore the last good backup, and look "
                        "at the disk.",
    [STORE_REFERENCES] = "references: records that belong together are not both there. Restore a backup.",
    [STORE_RECORDS] = "records: a daemon cannot read what it needs at its start. Restore a backup.",
    [STORE_ROLLUPS] = "rollups: they can be counted again from the responses. Stop the daemon and run 'cxd "
                      "rebuild'. If responses were lost, restore a backup.",
    [STORE_COMMENTS] = "comments: the index of comments can be made again from them. Stop the daemon and run 'cxd "
                       "rebuild'.",
    [STORE_AUDIT] = "audit: somebody changed the audit log, or cut it. Compare with a backup and with heads "
                    "noted before.",
};

static void append_places(const struct screen *screen, struct buffer *out, const struct store_finding *finding) {
    int64_t shown = finding->damage < STORE_PLACES ? finding->damage : STORE_PLACES;

    for (int64_t i = 0; i < shown; i++) {
        buffer_append_text(out, "              ");
        screen_append(screen, out, finding->places[i]);
        buffer_append_char(out, '\n');
    }
    if (finding->damage > shown)
        buffer_append_format(out, "              and %" PRId64 " more\n", finding->damage - shown);
}

static void append_lines(const struct screen *screen, struct buffer *out, const struct store_report *report) {
    char head[2 * SHA256_SIZE + 1];

    for (int part = 0; part < STORE_PART_COUNT; part++) {
        const struct store_finding *finding = &report->parts[part];
        bool is_bad = finding->damage > 0;
        const char *word = is_bad ? "FAILED" : finding->skipped ? "skipped" : "ok";

        buffer_append_format(out, "%-10s  %s%-7s%s", store_part_name((enum store_part)part),
                             screen_paint(screen, is_bad             ? PAINT_RED
                                                  : finding->skipped ? PAINT_YELLOW
                                                                     : PAINT_GREEN),
                             word, screen_paint(screen, PAINT_NONE));
        if (is_bad)
            buffer_append_format(out, "  %" PRId64 " place%s", finding->damage, finding->damage == 1 ? "" : "s");
        else if (part == STORE_SCHEMA && !finding->skipped)
            buffer_append_format(out, "  number %" PRId64, report->schema);
        else if (part == STORE_AUDIT && report->audit_records > 0) {
            buffer_append_format(out, "  %" PRId64 " record%s, head ", report->audit_records,
                                 report->audit_records == 1 ? "" : "s");
            hex_write(report->audit_head, sizeof report->audit_head, head);
            buffer_append_text(out, head);
        }
        while (out->length > 0 && out->data[out->length - 1] == ' ')
            out->length--;
        buffer_append_char(out, '\n');
        append_places(screen, out, finding);
    }
}

static void append_json(struct buffer *out, const struct store_report *report) {
    char head[2 * SHA256_SIZE + 1];

    write_open(out, NULL, '{');
    write_bool(out, "good", store_report_is_good(report));
    write_int(out, "schema", report->schema);
    write_int(out, "bytes", report->bytes);
    write_int(out, "surveys", report->surveys);
    write_int(out, "responses", report->responses);
    write_int(out, "rollups", report->rollups);
    write_int(out, "audit_records", report->audit_records);
    hex_write(report->audit_head, sizeof report->audit_head, head);
    write_text(out, "audit_head", head);
    write_open(out, "parts", '{');
    for (int part = 0; part < STORE_PART_COUNT; part++) {
        const struct store_finding *finding = &report->parts[part];

        write_open(out, store_part_name((enum store_part)part), '{');
        write_text(out, "result", finding->damage > 0 ? "failed" : finding->skipped ? "skipped" : "ok");
        write_int(out, "damage", finding->damage);
        write_open(out, "places", '[');
        for (int i = 0; i < STORE_PLACES && i < finding->damage; i++)
            write_text(out, NULL, finding->places[i]);
        buffer_append_text(out, "]}");
    }
    buffer_append_text(out, "}}\n");
}

/* Where pages are damaged, what else was found may be no more than that. */
static void print_advice(const struct store_report *report) {
    bool is_unsound = report->parts[STORE_INTEGRITY].damage > 0;

    output_line(stderr, "%s", "");
    output_line(stderr, "What to do:");
    for (int part = 0; part < STORE_PART_COUNT; part++)
        if (report->parts[part].damage > 0 && (part == STORE_INTEGRITY || !is_unsound))
            output_line(stderr, "  %s", ADVICE[part]);
}

static int print_report(const struct check_options *options, const struct store_report *report, double seconds) {
    bool is_good = store_report_is_good(report);
    char bytes[BYTES_TEXT_SIZE];
    struct screen screen;
    struct buffer out;
    int result;

    if (is_good && options->quiet && !options->json)
        return EXIT_OK;
    screen_init(&screen, stdout);
    buffer_init(&out);
    if (options->json)
        append_json(&out, report);
    else {
        append_lines(&screen, &out, report);
        buffer_append_format(&out, "%" PRId64 " response%s to %" PRId64 " survey%s, %s, %.1f s.\n", report->responses,
                             report->responses == 1 ? "" : "s", report->surveys, report->surveys == 1 ? "" : "s",
                             bytes_format(bytes, report->bytes), seconds);
    }
    result = output_write(&out);
    buffer_free(&out);
    if (!is_good && !options->json)
        print_advice(report);
    return result == EXIT_OK && is_good ? EXIT_OK : EXIT_REFUSED;
}

static int run(const struct invocation *invocation) {
    const struct check_options *options = invocation->options;
    struct progress progress;
    struct store_report report;
    struct config config;
    struct error err;
    double seconds = 0;
    enum cxd_err code = CXD_OK;

    if (invocation->count == 0)
        code = place_load(options->config, false, &config, &err);
    if (code == CXD_OK) {
        progress_begin(&progress, options->quiet);
        code = invocation->count > 0 ? store_check_copy(invocation->operands[0], &progress.tell, &report, &err)
                                     : store_check(config.storage_url, &progress.tell, &report, &err);
        seconds = progress_end(&progress);
    }
    if (code == CXD_OK)
        return print_report(options, &report, seconds);
    command_complain(invocation->command, err.detail);
    return EXIT_REFUSED;
}

const struct command cmd_check = {
    .name = "check",
    .operands = "[FILE]",
    .summary = "Verifies the configured database, while the daemon runs or not, or a backup.",
    .text = "Looks at the schema, the integrity of the file, the references between its records, what a daemon "
            "reads at its\n"
            "start, every rollup (against a recount of the responses) and the chain of the audit log. Changes "
            "nothing.\n"
            "Exits 1 if anything is damaged.",
    .example = "cxd check\ncxd check /srv/backups/cxd-20261124T120000Z.db",
    .options = specs,
    .option_count = CXD_COUNT(specs),
    .operands_max = 1,
    .run = run,
};
