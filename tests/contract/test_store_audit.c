/* The audit log, of every engine: what is recorded and what is not, and the chain, computed here from the documented
 * text. */

#include "fixture.h"

static struct audit_record *read_log(struct fixture *f, int64_t after, size_t limit, size_t *ret_count) {
    struct audit_record *records = NULL;
    struct error err;
    assert_ok(store_read_audit(f->reader, after, limit, NULL, &f->arena, &records, ret_count, &err), err);
    return records;
}

static size_t check_chain(struct fixture *f) {
    size_t count = 0;
    const struct audit_record *records = read_log(f, 0, 1000, &count);
    uint8_t hash[SHA256_SIZE] = {0};
    for (size_t i = 0; i < count; i++) {
        struct buffer text;
        char at[TIME_TEXT_SIZE];
        buffer_init(&text);
        buffer_append(&text, hash, sizeof hash);
        buffer_append_format(&text, "%zu\n%s\n%s\n%s\n%s\n%s", i + 1, time_format(at, records[i].at), records[i].actor,
                             records[i].act, records[i].target, records[i].detail);
        sha256(text.data, text.length, hash);
        buffer_free(&text);
        assert_int_equal(records[i].number, i + 1);
        assert_memory_equal(records[i].hash, hash, sizeof hash);
    }
    return count;
}

static void assert_last(struct fixture *f, size_t count, const char *act, const char *target, const char *detail) {
    assert_int_equal(check_chain(f), count);
    size_t one = 0;
    const struct audit_record *last = read_log(f, (int64_t)count - 1, 5, &one);
    assert_int_equal(one, 1);
    assert_string_equal(last->act, act);
    assert_string_equal(last->target, target);
    assert_string_equal(last->detail, detail);
}

/* How the log names a person: nothing that can be computed without the store's secret. */
static void name_of(struct fixture *f, const char *respondent, char ret_name[72]) {
    struct audit_record *records = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_audit(f->reader, 0, 100, respondent, &f->arena, &records, &count, &err), err);
    assert_true(count > 0);
    strcpy(ret_name, records[0].target);
    assert_memory_equal(ret_name, "hmac:", 5);
    assert_int_equal(strlen(ret_name), 5 + 64);
    char bare[2 * SHA256_SIZE + 1];
    sha256_hex(respondent, strlen(respondent), bare);
    assert_string_not_equal(ret_name + 5, bare);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(records[i].target, ret_name);
}

static struct change *make_look(struct fixture *f, const char *respondent) {
    struct change *note = make_change(f, CHANGE_NOTE, NOW_MS);
    note->as.note.act = "respondent.export";
    note->as.note.respondent = respondent;
    return note;
}

static size_t count_about(struct fixture *f, const char *respondent, int64_t after, size_t limit) {
    struct audit_record *records = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_audit(f->reader, after, limit, respondent, &f->arena, &records, &count, &err), err);
    for (size_t i = 1; i < count; i++)
        assert_true(records[i].number > records[i - 1].number);
    return count;
}

/* Records about one person, among others', also those that older versions wrote with the bare hash. */
static void test_records_about_a_person(void **state) {
    struct fixture *f = *state;
    char bare[2 * SHA256_SIZE + 1], first[72], other[72];
    for (int i = 0; i < 5; i++) {
        assert_int_equal(apply(f, make_look(f, "ann")), OUTCOME_CREATED);
        assert_int_equal(apply(f, make_look(f, "bob")), OUTCOME_CREATED);
    }
    name_of(f, "ann", first);
    name_of(f, "bob", other);
    assert_string_not_equal(first, other);
    struct change *old = make_look(f, NULL);
    sha256_hex("ann", 3, bare);
    old->as.note.target = bare;
    assert_int_equal(apply(f, old), OUTCOME_CREATED);
    assert_int_equal(count_about(f, "ann", 0, 100), 6);
    assert_int_equal(count_about(f, "ann", 0, 4), 4);
    assert_int_equal(count_about(f, "ann", 4, 100), 4);
    assert_int_equal(count_about(f, "bob", 0, 100), 5);
    assert_int_equal(count_about(f, "Ann", 0, 100), 0);
    assert_int_equal(count_about(f, bare, 0, 100), 0);
    assert_int_equal(count_about(f, first, 0, 100), 0);
    /* An address, in its form; and as it was sent to a version that knew of no form. */
    assert_int_equal(apply(f, make_look(f, "eve@x")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_look(f, "Eve@X")), OUTCOME_CREATED);
    assert_int_equal(count_about(f, "eve@x", 0, 100), 1);
    assert_int_equal(count_about(f, " EVE@x", 0, 100), 1);
    assert_int_equal(count_about(f, "Eve@X", 0, 100), 2);
    if (strcmp(f->url, "memory:") != 0) {
        fixture_reopen(f); /* the secret is the store's */
        assert_int_equal(apply(f, make_look(f, "bob")), OUTCOME_CREATED);
        assert_int_equal(count_about(f, "bob", 0, 100), 6);
    }
}

static void test_acts(void **state) {
    struct fixture *f = *state;
    char id[ID_TEXT_SIZE];
    assert_last(f, 1, "survey.put", "shop", "revision 1");
    make_person(f, 1, "ann");
    assert_int_equal(check_chain(f), 1);

    struct change *put = make_survey(f, "shop", "{\"name\":\"Shop\"}", (const char *[]){"plan", NULL});
    strcpy(put->actor, "cxs_abcd");
    put->now_ms = NOW_MS + 1;
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_last(f, 2, "survey.put", "shop", "revision 2");
    size_t count = 0;
    const struct audit_record *records = read_log(f, 0, 2, &count);
    assert_string_equal(records[0].actor, "local");
    assert_string_equal(records[1].actor, "cxs_abcd");
    assert_int_equal(records[1].at, NOW_MS + 1);

    struct id one = id_of(1);
    id_format(id, &one);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "Ann asked")), OUTCOME_AMENDED);
    assert_last(f, 3, "response.exclude", id, "survey shop");
    assert_int_equal(apply(f, make_exclude(f, 1, true, "Ann asked")), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    assert_last(f, 4, "response.include", id, "survey shop");

    struct change *key = make_change(f, CHANGE_KEY, NOW_MS);
    key->as.key = (struct api_key){.id = id_of(7), .scopes = 31, .expires_at = TIME_MAX, .created_at = NOW_MS};
    assert_int_equal(apply(f, key), OUTCOME_CREATED);
    id_format(id, &key->as.key.id);
    assert_last(f, 5, "key.create", id, "scopes read,write,export,erase,admin");
    struct change *used = make_change(f, CHANGE_KEY_USED, NOW_MS);
    used->as.key_used.id = id_of(7);
    used->as.key_used.day = DAY_MS;
    assert_int_equal(apply(f, used), OUTCOME_AMENDED);
    struct change *revoke = make_change(f, CHANGE_REVOKE, NOW_MS);
    revoke->as.revoke = id_of(7);
    assert_int_equal(apply(f, revoke), OUTCOME_AMENDED);
    assert_last(f, 6, "key.revoke", id, "");
    assert_int_equal(apply(f, revoke), OUTCOME_REPLAYED);

    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    char ann[72];
    name_of(f, "ann", ann);
    assert_last(f, 7, "respondent.erase", ann, "responses 1 counts false");
    assert_int_equal(apply(f, erase), OUTCOME_MISSING);

    struct change *rotate = make_change(f, CHANGE_SIGNING_KEY, NOW_MS);
    assert_int_equal(apply(f, rotate), OUTCOME_CREATED);
    assert_last(f, 8, "signing_key.rotate", "1", "");
    struct change *note = make_change(f, CHANGE_NOTE, NOW_MS);
    note->as.note.act = "respondent.export";
    note->as.note.respondent = "ann";
    assert_int_equal(apply(f, note), OUTCOME_CREATED);
    assert_last(f, 9, "respondent.export", ann, "");

    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_last(f, 10, "survey.archive", "shop", "");
    assert_int_equal(apply(f, archive), OUTCOME_REPLAYED);
    static const struct {
        const char *definition, *detail;
        enum archival archival;
    } PUTS[] = {{"{8}", "revision 3", ARCHIVAL_KEPT},
                {"{8}", "revision 3, reopened", ARCHIVAL_OPEN},
                {"{9}", "revision 4", ARCHIVAL_OPEN},
                {"{9}", "revision 4, archived", ARCHIVAL_ARCHIVED}};
    for (unsigned i = 0; i < CXD_COUNT(PUTS); i++) {
        struct change *turn = make_survey(f, "shop", PUTS[i].definition, NULL);
        turn->as.survey.archival = PUTS[i].archival;
        assert_int_equal(apply(f, turn), OUTCOME_AMENDED);
        assert_last(f, 11 + i, "survey.put", "shop", PUTS[i].detail);
        assert_int_equal(apply(f, turn), OUTCOME_REPLAYED);
    }
    assert_int_equal(check_chain(f), 14);
}

static void test_pages(void **state) {
    struct fixture *f = *state;
    struct change *changes[6];
    struct error err;
    size_t count = 0;
    for (int i = 0; i < 6; i++) {
        changes[i] = make_change(f, CHANGE_NOTE, NOW_MS + i);
        changes[i]->as.note.act = "respondent.export";
        changes[i]->as.note.target = "x";
    }
    assert_ok(store_apply(f->store, changes, 6, NULL, &err), err);
    assert_int_equal(check_chain(f), 7);
    const struct audit_record *records = read_log(f, 2, 3, &count);
    assert_int_equal(count, 3);
    assert_int_equal(records[0].number, 3);
    assert_int_equal(records[2].number, 5);
    read_log(f, 7, 3, &count);
    assert_int_equal(count, 0);
    read_log(f, INT64_MAX, 3, &count);
    assert_int_equal(count, 0);
}

static void test_log_survives_a_restart(void **state) {
    struct fixture *f = *state;
    if (strcmp(f->url, "memory:") == 0)
        return;
    fixture_reopen(f);
    assert_int_equal(check_chain(f), 1);
    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_int_equal(check_chain(f), 2);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_acts),
        ENGINE_TEST(test_pages),
        ENGINE_TEST(test_records_about_a_person),
        ENGINE_TEST(test_log_survives_a_restart),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
