/* What the table of kinds says of each, held against what the store does: that it may be applied twice, and whether the
 * log hears of it. */

#include "fixture.h"

/* A change of the kind that does something to the store of setup(). */
static struct change *make_any(struct fixture *f, enum change_kind kind) {
    struct change *change = make_change(f, kind, NOW_MS);
    switch (kind) {
    case CHANGE_RESPONSE:
        return make_response(f, 9, 3, NOW_MS);
    case CHANGE_EXCLUDE:
        return make_exclude(f, 1, true, "bot");
    case CHANGE_FLAG:
        change->as.flag.id = id_of(1);
        change->as.flag.survey = f->survey;
        change->as.flag.flags = FLAG_BURST;
        break;
    case CHANGE_CLEAR:
        change->as.clear.survey = f->survey;
        strcpy(change->as.clear.slug, "shop");
        change->as.clear.to = TIME_MAX;
        change->as.clear.limit = 10;
        break;
    case CHANGE_ERASE:
        change->as.erase.respondent = "ann";
        change->as.erase.limit = 10;
        break;
    case CHANGE_INVITE:
        return make_invite(f, 60, "ann");
    case CHANGE_LAPSE:
        change->as.lapse.before_ms = NOW_MS + 3 * DAY_MS;
        change->as.lapse.limit = 10;
        break;
    case CHANGE_EVENT:
        change->as.event.value = (struct event){.survey = f->survey, .type = EVENT_STARTED, .visit = "v", .at = NOW_MS};
        break;
    case CHANGE_EXPIRE:
        change->as.expire.before_ms = NOW_MS;
        change->as.expire.limit = 10;
        break;
    case CHANGE_SURVEY:
        return make_survey(f, "shop", "{\"v\":3}", (const char *[]){"plan", "city", NULL});
    case CHANGE_ARCHIVE:
        strcpy(change->as.archive.slug, "shop");
        break;
    case CHANGE_KEY:
        change->as.key = (struct api_key){.id = id_of(70), .created_at = NOW_MS, .expires_at = TIME_MAX};
        break;
    case CHANGE_REVOKE:
        change->as.revoke = id_of(71);
        break;
    case CHANGE_KEY_USED:
        change->as.key_used.id = id_of(71);
        change->as.key_used.day = NOW_MS / DAY_MS * DAY_MS;
        break;
    case CHANGE_PRUNE:
        change->as.prune.before_ms = NOW_MS;
        change->as.prune.limit = 10;
        break;
    case CHANGE_SESSION:
        change->as.session.value = (struct session){.hash = {1}, .key = id_of(71), .scopes = SCOPE_READ};
        break;
    case CHANGE_SESSION_SEEN:
        change->as.session_seen.hash[0] = 2;
        break;
    case CHANGE_SESSION_END:
        change->as.session_end.hash[0] = 2;
        change->as.session_end.key = id_of(71);
        break;
    case CHANGE_SIGNING_KEY:
        break;
    case CHANGE_RETAIN:
        change->as.retain.survey = f->survey;
        change->as.retain.before_ms = NOW_MS;
        change->as.retain.retention = RETENTION_DELETE;
        change->as.retain.limit = 10;
        break;
    case CHANGE_REERASE:
        change->as.reerase.limit = 10;
        break;
    case CHANGE_UNMARK:
        change->as.unmark.before_ms = NOW_MS;
        change->as.unmark.limit = 10;
        break;
    case CHANGE_CLOCK:
    case CHANGE_RESUME:
        change->as.clock.known_ms = NOW_MS;
        break;
    case CHANGE_ROLL:
        change->as.roll.limit = 1000;
        break;
    case CHANGE_PACK:
        change->as.pack.before_ms = NOW_MS;
        change->as.pack.limit = 1000;
        break;
    case CHANGE_INDEX:
        change->as.index.limit = 10;
        break;
    case CHANGE_SETTLE:
        break;
    case CHANGE_DOCUMENT:
        change->as.document = (struct document){.kind = DOCUMENT_JOURNEY, .name = "buying", .definition = "{}"};
        break;
    case CHANGE_DISCARD:
        change->as.discard.kind = DOCUMENT_ALERT;
        strcpy(change->as.discard.name, "low");
        break;
    case CHANGE_ALERT_RULE:
        strcpy(change->as.alert_rule.name, "low");
        break;
    case CHANGE_ALERT:
        change->as.alert.state = (struct alert_state){.name = "high", .revision = 1, .version = NOW_MS};
        break;
    case CHANGE_ALERT_TELL:
        change->as.alert_tell.through = 1;
        break;
    case CHANGE_ACKNOWLEDGE:
        strcpy(change->as.acknowledge.name, "loud");
        break;
    case CHANGE_IMPORT:
        return make_import(f, 80);
    case CHANGE_IMPORT_ROWS:
        change->as.import_rows.number = 1;
        change->as.import_rows.refused = 2;
        break;
    case CHANGE_IMPORT_TURN:
        return make_turn(f, 81, IMPORT_DONE);
    case CHANGE_UNDO:
        change->as.undo.limit = 10;
        break;
    case CHANGE_NOTE:
        change->as.note.act = "respondent.look";
        change->as.note.respondent = "ann";
        break;
    case CHANGE_KIND_COUNT:
        fail();
    }
    return change;
}

static int kinds_setup(void **state) {
    int failed = engine_setup(state);
    struct fixture *f = *state;
    make_person(f, 1, "bob");
    make_person(f, 2, "ann");
    assert_int_equal(apply(f, make_response(f, 3, 5, NOW_MS - DAY_MS)), OUTCOME_CREATED); /* for retention */
    assert_int_equal(apply(f, make_invite(f, 61, "ann")), OUTCOME_CREATED);
    struct change *shown = make_any(f, CHANGE_EVENT);
    shown->as.event.value.at = NOW_MS - 3 * DAY_MS;
    assert_int_equal(apply(f, shown), OUTCOME_CREATED); /* for expiry */
    struct change *suspect = make_response(f, 4, 5, NOW_MS);
    suspect->as.response.value.flags = FLAG_BURST;
    suspect->as.response.value.excluded = true;
    assert_int_equal(apply(f, suspect), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 5, 5, NOW_MS - 2 * DAY_MS)), OUTCOME_CREATED); /* leaves a mark */
    struct change *retain = make_any(f, CHANGE_RETAIN);
    retain->as.retain.before_ms = NOW_MS - DAY_MS;
    retain->now_ms = NOW_MS - HOUR_MS;
    assert_int_equal(apply(f, retain), OUTCOME_AMENDED);
    for (unsigned i = 71; i < 73; i++) {
        struct change *key = make_any(f, CHANGE_KEY);
        key->as.key.id = id_of(i);
        key->as.key.hash[0] = (uint8_t)i;
        key->as.key.expires_at = i == 72 ? NOW_MS - 1 : TIME_MAX;
        assert_int_equal(apply(f, key), OUTCOME_CREATED);
    }
    struct change *session = make_any(f, CHANGE_SESSION);
    session->as.session.value.hash[0] = 2;
    session->now_ms = NOW_MS - HOUR_MS;
    assert_int_equal(apply(f, session), OUTCOME_CREATED);
    struct change *rule = make_change(f, CHANGE_DOCUMENT, NOW_MS);
    rule->as.document = (struct document){.kind = DOCUMENT_ALERT, .name = "low", .definition = "{\"below\":0}"};
    assert_int_equal(apply(f, rule), OUTCOME_CREATED);
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "high" : "loud";
        struct change *put = make_change(f, CHANGE_DOCUMENT, NOW_MS), *begin = make_any(f, CHANGE_ALERT_RULE);
        put->as.document = (struct document){.kind = DOCUMENT_ALERT, .definition = "{}"};
        strcpy(put->as.document.name, name);
        strcpy(begin->as.alert_rule.name, name);
        assert_int_equal(apply(f, put), OUTCOME_CREATED);
        assert_int_equal(apply(f, begin), OUTCOME_CREATED);
    }
    struct change *fire = make_any(f, CHANGE_ALERT);
    strcpy(fire->as.alert.state.name, "loud");
    fire->as.alert.state.status = ALERT_FIRING;
    assert_int_equal(apply(f, fire), OUTCOME_AMENDED);
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    for (unsigned i = 81; i < 83; i++) { /* one that is open, and one that is to be undone, which holds its survey's */
        struct change *begin = make_import(f, i), *row = make_response(f, i, 5, NOW_MS);
        if (i == 82)
            begin->as.import.value.survey = row->as.response.value.survey = other->as.survey.number;
        assert_int_equal(apply(f, begin), OUTCOME_CREATED);
        row->as.response.value.import = begin->as.import.value.number;
        assert_int_equal(apply(f, row), OUTCOME_CREATED);
    }
    assert_int_equal(apply(f, make_turn(f, 82, IMPORT_UNDOING)), OUTCOME_AMENDED);
    /* A property that is declared late waits for its rollups. */
    struct change *put = make_survey(f, "shop", "{\"v\":2}", (const char *[]){"plan", "city", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    return failed;
}

static size_t count_log(struct fixture *f) {
    struct audit_record *records = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_audit(f->reader, 0, 1000, NULL, &f->arena, &records, &count, &err), err);
    return count;
}

static void print_responses(struct fixture *f, struct buffer *out) {
    const struct listing listing = {
        .filter.survey = f->survey, .from = TIME_MIN, .to = TIME_MAX, .excluded = -1, .limit = 100};
    struct response *responses = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_responses(f->reader, &listing, &f->arena, &responses, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, "response %d %d %lld %d %u %s %s %lld\n", responses[i].id.bytes[15],
                             responses[i].score, (long long)responses[i].revision, responses[i].excluded,
                             responses[i].flags, responses[i].respondent ? responses[i].respondent : "",
                             responses[i].excluded_reason ? responses[i].excluded_reason : "",
                             (long long)responses[i].forgotten_at);
}

static void print_invitations(struct fixture *f, struct buffer *out) {
    struct invitation_record *records = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_invitations(f->reader, "ann", 100, &f->arena, &records, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, "invitation %d %zu\n", records[i].response.bytes[15], records[i].property_count);
}

static void print_documents(struct fixture *f, struct buffer *out) {
    struct document *documents = NULL;
    struct error err;
    size_t count = 0;
    for (enum document_kind kind = 0; kind < DOCUMENT_KIND_COUNT; kind++) {
        assert_ok(store_read_documents(f->reader, kind, NULL, 100, &f->arena, &documents, &count, &err), err);
        for (size_t i = 0; i < count; i++)
            buffer_append_format(out, "%s %s %lld %s\n", document_kind_name(kind), documents[i].name,
                                 (long long)documents[i].revision, documents[i].definition);
    }
}

static void print_imports(struct fixture *f, struct buffer *out) {
    struct import_record *records = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_imports(f->reader, 0, 100, &f->arena, &records, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(out, "import %d %s %lld %lld %lld %lld\n", records[i].id.bytes[15],
                             import_state_name(records[i].state), (long long)records[i].created,
                             (long long)records[i].known, (long long)records[i].refused, (long long)records[i].removed);
}

/* What everyone can see of the store, as text; to be freed. */
static char *print_store(struct fixture *f) {
    const struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    const struct survey_record *surveys = catalog.surveys;
    const struct api_key *keys = catalog.keys;
    struct error err;
    struct buffer out;
    buffer_init(&out);
    print_responses(f, &out);
    print_invitations(f, &out);
    print_documents(f, &out);
    print_imports(f, &out);
    for (size_t i = 0; i < catalog.survey_count; i++)
        buffer_append_format(&out, "survey %s %lld %lld %lld %s\n", surveys[i].slug, (long long)surveys[i].revision,
                             (long long)surveys[i].updated_at, (long long)surveys[i].archived_at,
                             surveys[i].definition);
    for (size_t i = 0; i < catalog.key_count; i++)
        buffer_append_format(&out, "key %d %lld %lld\n", keys[i].id.bytes[15], (long long)keys[i].revoked_at,
                             (long long)keys[i].used_day);
    for (size_t i = 0; i < catalog.session_count; i++)
        buffer_append_format(&out, "session %d %lld\n", catalog.sessions[i].hash[0],
                             (long long)catalog.sessions[i].seen_at);
    for (size_t i = 0; i < catalog.signing_key_count; i++)
        buffer_append_format(&out, "signing key %lld\n", (long long)catalog.signing_keys[i].number);
    assert_ok(store_read_rollups(f->reader, print_rollup, &out, &err), err);
    buffer_append_format(&out, "log %zu\n", count_log(f));
    struct store_figures figures;
    assert_ok(store_read_figures(f->reader, &figures, &err), err);
    buffer_append_format(&out, "known %lld\n", (long long)figures.known_at);
    assert_non_null(buffer_terminate(&out));
    return out.data;
}

/* The same change, twice: what repeats leaves the store as the first left it, and what does not, does not. */
static void test_a_kind(void **state, enum change_kind kind) {
    struct fixture *f = *state;
    const struct change_traits *traits = change_traits(kind);
    char *before = print_store(f);
    int64_t generation = read_catalog(f, SINCE_EVER).generation;
    size_t logged = count_log(f);
    struct change *change = make_any(f, kind), again = *change;
    enum outcome outcome = apply(f, change);
    char *once = print_store(f);
    bool is_done = outcome == OUTCOME_CREATED || outcome == OUTCOME_AMENDED;
    size_t records = traits->act || kind == CHANGE_EXCLUDE || kind == CHANGE_NOTE || kind == CHANGE_DOCUMENT ||
                     kind == CHANGE_DISCARD || kind == CHANGE_SESSION || kind == CHANGE_IMPORT_TURN;
    if (count_log(f) - logged != (is_done ? records : 0))
        fail_msg("%s: %zu records in the log", traits->name, count_log(f) - logged);
    (void)apply(f, &again);
    char *twice = print_store(f);
    if (traits->repeats != (strcmp(once, twice) == 0))
        fail_msg("%s: after it\n%s\nafter it came again\n%s", traits->name, once, twice);
    if (traits->redefines && strcmp(before, once) == 0)
        fail_msg("%s: redefines nothing", traits->name);
    if (traits->redefines != (read_catalog(f, generation).generation > generation))
        fail_msg("%s: the generation says otherwise", traits->name);
    free(before);
    free(once);
    free(twice);
}

#define KIND_TEST(KIND, NAME, ...)                                                                                     \
    static void test_##NAME(void **state) {                                                                            \
        test_a_kind(state, CHANGE_##KIND);                                                                             \
    }
CHANGE_KINDS(KIND_TEST)

int main(void) {
#define KIND_ENTRY(KIND, NAME, ...) cmocka_unit_test_setup_teardown(test_##NAME, kinds_setup, engine_teardown),
    const struct CMUnitTest tests[] = {CHANGE_KINDS(KIND_ENTRY)};
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
