/* The table of commands holds together: what the help, the completions and the manual are made from. */

#include "../support/unit.h"
#include "cmd/call.h"
#include "cxd/domain/key.h"

static void check_sentence(const struct command *command, const char *text) {
    if (!text || !*text || text[0] < 'A' || text[0] > 'Z' || text[strlen(text) - 1] != '.')
        fail_msg("cxd %s: '%s' is no sentence", command->name, text ? text : "");
}

static bool is_choice(const struct option_spec *spec, const char *word, size_t length) {
    for (size_t i = 0; spec->choices[i]; i++)
        if (strlen(spec->choices[i]) == length && strncmp(spec->choices[i], word, length) == 0)
            return true;
    return false;
}

static void check_option(const struct command *command, const struct option_spec *spec) {
    if ((spec->kind == OPTION_FLAG) != (!spec->argument))
        fail_msg("cxd %s --%s: a flag takes no value, and all else one", command->name, spec->name);
    if (!spec->text || strchr(spec->text, '\n'))
        fail_msg("cxd %s --%s has not one line of help", command->name, spec->name);
    if (!spec->choices != !(spec->argument && strchr(spec->argument, '|')))
        fail_msg("cxd %s --%s: the help does not tell the choices", command->name, spec->name);
    for (const char *at = spec->choices ? spec->argument : ""; *at; at += strspn(at, "|")) {
        size_t length = strcspn(at, "|");
        if (!is_choice(spec, at, length))
            fail_msg("cxd %s --%s does not take %s", command->name, spec->name, at);
        at += length;
    }
}

static void check_unique(const struct command *command, const struct option_spec *const *all, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++)
            if (strcmp(all[i]->name, all[k]->name) == 0 || (all[i]->letter && all[i]->letter == all[k]->letter))
                fail_msg("cxd %s: --%s and --%s are one", command->name, all[i]->name, all[k]->name);
    }
}

static void check_options(const struct command *command) {
    const struct option_spec *all[64];
    size_t count = 0, client_count;
    const struct option_spec *client = command_client_options(&client_count);

    for (size_t i = 0; i < command->option_count; i++)
        all[count++] = &command->options[i];
    for (size_t i = 0; command->is_client && i < client_count; i++)
        all[count++] = &client[i];
    all[count++] = &command_help_option;
    for (size_t i = 0; i < count; i++)
        check_option(command, all[i]);
    check_unique(command, all, count);
}

/* Operands are words; as many as may be missing are in brackets, and dots end a list. */
static void check_operands(const struct command *command) {
    int words = *command->operands ? 1 : 0, needed = 0;

    for (const char *at = command->operands; *at; at++)
        words += *at == ' ';
    for (const char *at = command->operands; at && *at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
        needed += *at != '[';
    if (strstr(command->operands, "..."))
        assert_true(command->operands_max >= words);
    else
        assert_int_equal(command->operands_max, words);
    assert_int_equal(command->operands_min, needed);
}

static bool has_option(const struct command *command, const char *name) {
    for (size_t i = 0; i < command->option_count; i++)
        if (strcmp(command->options[i].name, name) == 0)
            return true;
    return false;
}

/* What only reads is for programs and for spreadsheets too; but for an export, whose reply is such a file. */
static void check_output(const struct command *command) {
    bool changes = !command->call || strcmp(command->call->method, "GET") != 0 || command->run != call_run;

    if (command->call && command->run == call_run && !has_option(command, "json"))
        fail_msg("cxd %s has no --json", command->name);
    if (!changes && !has_option(command, "csv"))
        fail_msg("cxd %s has no --csv", command->name);
    if (command->call && has_option(command, "csv") != (command->call->csv != NULL))
        fail_msg("cxd %s has not both --csv and its columns", command->name);
}

static int walk(const struct command *command, const struct command *group) {
    int count = 1;
    size_t length = strlen(group->name);

    if (strncmp(command->name, group->name, length) != 0 || (length && command->name[length] != ' '))
        fail_msg("'%s' is not in the group '%s'", command->name, group->name);
    assert_null(strchr(command_word(command), ' '));
    check_sentence(command, command->summary);
    assert_non_null(command->example);
    assert_non_null(command->operands);
    assert_true(command->run || command->commands);
    if (command->run) {
        check_options(command);
        check_output(command);
        check_operands(command);
    }
    for (const struct command *const *at = command->commands; at && *at; at++)
        count += walk(*at, command);
    return count;
}

static void test_table(void **state) {
    int count = 0;

    for (const struct command *const *at = cmd_cxd.commands; *at; at++)
        count += walk(*at, &cmd_cxd);
    assert_true(count >= 19);
}

static void test_scopes(void **state) {
    const struct command *create = cmd_key.commands[0];

    assert_string_equal(create->name, "key create");
    for (size_t i = 0; i < create->option_count; i++) {
        const char *const *choices = create->options[i].choices;
        int number = 0;
        if (strcmp(create->options[i].name, "scope") != 0)
            continue;
        for (; scope_name(number); number++)
            assert_string_equal(choices[number], scope_name(number));
        assert_null(choices[number]);
        return;
    }
    fail_msg("key create has no --scope");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
