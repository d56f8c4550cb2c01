/* The audit log, of every engine: what is recorded and what is not, and the chain, computed here from the documented text. */

#include "fixture.h"

static struct audit_record *read_log(struct fixture *f, int64_t after, size_t limit, size_t *ret_count) {
    struct audit_record *records = NULL;
    struct error err;
    assert_ok(store_read_audit(f->reader, after, limit, &f->arena, &records, ret_count, &err), err);
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
        buffer_append_format(&text, "%zu\n%s\n%s\n%s\n%s\n%s", i + 1, time_format(at, records[i].at),
                             records[i].actor, records[i].act, records[i].target, records[i].detail);
        sha256(text.data, text.length, hash);
        buffer_free(&text);
        assert_int_equal(records[i].number, i + 1);
        assert_memory_equal(records[i].hash, hash, sizeof hash);
    }
    return count;
}

static void assert_last(struct fixture *f, size_t count, const char *act, const char *target,
                        const char *detail) {
    assert_int_equal(check_chain(f), count);
    size_t one = 0;
    const struct audit_record *last = read_log(f, (int64_t)count - 1, 5, &one);
    assert_int_equal(one, 1);
    assert_string_equal(last->act, act);
    assert_string_equal(last->target, target);
    assert_string_equal(last->detail, detail);
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
    assert_last(f, 3, "response.exclude", id, "");
    assert_int_equal(apply(f, make_exclude(f, 1, true, "Ann asked")), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    assert_last(f, 4, "response.include", id, "");

    struct change *key = make_change(f, CHANGE_KEY, NOW_MS);
    key->as.key =
        (struct api_key){.id = id_of(7), .scopes = 31, .expires_at = TIME_MAX, .created_at = NOW_MS};
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
    /* printf ann | sha256sum */
    static const char ANN[] = "49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1";
    assert_last(f, 7, "respondent.erase", ANN, "responses 1 counts false");
    assert_int_equal(apply(f, erase), OUTCOME_MISSING);

    struct change *rotate = make_change(f, CHANGE_SIGNING_KEY, NOW_MS);
    assert_int_equal(apply(f, rotate), OUTCOME_CREATED);
    assert_last(f, 8, "signing_key.rotate", "1", "");
    struct change *note = make_change(f, CHANGE_NOTE, NOW_MS);
    note->as.note.act = "respondent.export";
    note->as.note.target = ANN;
    assert_int_equal(apply(f, note), OUTCOME_CREATED);
    assert_last(f, 9, "respondent.export", ANN, "");

    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_last(f, 10, "survey.archive", "shop", "");
    assert_int_equal(apply(f, archive), OUTCOME_REPLAYED);
    assert_int_equal(check_chain(f), 10);
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
    assert_ok(store_apply(f->store, changes, 6, &err), err);
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
    if (strcmp(f->url, "memory:") == 0) {
        return;
    }
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
        ENGINE_TEST(test_log_survives_a_restart),
    };
    return run_over_engines(tests, CXD_COUNT(tests));
}
