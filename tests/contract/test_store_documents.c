/* Named definitions, of every engine: put, replayed, amended, deleted; by name and as pages; preconditions; the audit
 * log. */

#include "fixture.h"

static struct change *make_put(struct fixture *f, enum document_kind kind, const char *name, const char *definition) {
    struct change *change = make_change(f, CHANGE_DOCUMENT, NOW_MS);
    change->as.document.kind = kind;
    strcpy(change->as.document.name, name);
    change->as.document.definition = definition;
    return change;
}

static struct change *make_discard(struct fixture *f, enum document_kind kind, const char *name) {
    struct change *change = make_change(f, CHANGE_DISCARD, NOW_MS);
    change->as.discard.kind = kind;
    strcpy(change->as.discard.name, name);
    return change;
}

static bool read_document(struct fixture *f, enum document_kind kind, const char *name, struct document *ret_document) {
    struct error err;
    bool found = false;
    assert_ok(store_read_document(f->reader, kind, name, &f->arena, &found, ret_document, &err), err);
    return found;
}

/* "a b c", of the page behind a name. */
static const char *names_of(struct fixture *f, enum document_kind kind, const char *after, size_t limit) {
    struct document *documents = NULL;
    struct error err;
    size_t count = 0;
    char *names = arena_alloc_zero(&f->arena, 1, 512);
    assert_non_null(names);
    assert_ok(store_read_documents(f->reader, kind, after, limit, &f->arena, &documents, &count, &err), err);
    assert_true(count <= limit);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(documents[i].kind, kind);
        strcat(strcat(names, i > 0 ? " " : ""), documents[i].name);
    }
    return names;
}

static void assert_logged(struct fixture *f, size_t number, const char *act, const char *target, const char *detail) {
    struct audit_record *records = NULL;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_audit(f->reader, 0, 100, NULL, &f->arena, &records, &count, &err), err);
    assert_int_equal(count, number);
    assert_string_equal(records[count - 1].act, act);
    assert_string_equal(records[count - 1].target, target);
    assert_string_equal(records[count - 1].detail, detail);
}

static void test_put_and_deleted(void **state) {
    struct fixture *f = *state;
    struct document stored;
    assert_false(read_document(f, DOCUMENT_JOURNEY, "buy", &stored));
    struct change *put = make_put(f, DOCUMENT_JOURNEY, "buy", "{\"a\":1}");
    assert_int_equal(apply(f, put), OUTCOME_CREATED);
    assert_logged(f, 2, "journey.put", "buy", "revision 1");
    assert_int_equal(put->as.document.revision, 1);
    assert_int_equal(put->as.document.created_at, NOW_MS);

    put = make_put(f, DOCUMENT_JOURNEY, "buy", "{\"a\":1}");
    put->now_ms = NOW_MS + 1;
    assert_int_equal(apply(f, put), OUTCOME_REPLAYED);
    assert_int_equal(put->as.document.updated_at, NOW_MS);
    put = make_put(f, DOCUMENT_JOURNEY, "buy", "{\"a\":2}");
    put->now_ms = NOW_MS + 2;
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_logged(f, 3, "journey.put", "buy", "revision 2");
    assert_true(read_document(f, DOCUMENT_JOURNEY, "buy", &stored));
    assert_int_equal(stored.kind, DOCUMENT_JOURNEY);
    assert_string_equal(stored.name, "buy");
    assert_string_equal(stored.definition, "{\"a\":2}");
    assert_int_equal(stored.revision, 2);
    assert_int_equal(stored.created_at, NOW_MS);
    assert_int_equal(stored.updated_at, NOW_MS + 2);

    /* A name is one of its kind. */
    assert_false(read_document(f, DOCUMENT_ALERT, "buy", &stored));
    assert_int_equal(apply(f, make_discard(f, DOCUMENT_ALERT, "buy")), OUTCOME_MISSING);
    assert_int_equal(apply(f, make_discard(f, DOCUMENT_JOURNEY, "buy")), OUTCOME_AMENDED);
    assert_logged(f, 4, "journey.delete", "buy", "");
    assert_false(read_document(f, DOCUMENT_JOURNEY, "buy", &stored));
    assert_int_equal(apply(f, make_discard(f, DOCUMENT_JOURNEY, "buy")), OUTCOME_MISSING);
    assert_int_equal(apply(f, make_put(f, DOCUMENT_ALERT, "buy", "{}")), OUTCOME_CREATED);
    assert_logged(f, 5, "alert.put", "buy", "revision 1");
    put = make_put(f, DOCUMENT_JOURNEY, "buy", "{\"a\":2}");
    assert_int_equal(apply(f, put), OUTCOME_CREATED);
    assert_int_equal(put->as.document.revision, 1);
}

static void test_pages(void **state) {
    struct fixture *f = *state;
    static const char *const NAMES[] = {"m", "b", "z", "a-1", "c", "a"};
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, NULL, 10), "");
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++)
        assert_int_equal(apply(f, make_put(f, DOCUMENT_JOURNEY, NAMES[i], "{}")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_put(f, DOCUMENT_ALERT, "d", "{}")), OUTCOME_CREATED);
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, NULL, 10), "a a-1 b c m z");
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, NULL, 2), "a a-1");
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, "a-1", 2), "b c");
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, "l", 10), "m z"); /* a name that is not there */
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, "z", 10), "");
    assert_string_equal(names_of(f, DOCUMENT_ALERT, NULL, 10), "d");
    assert_int_equal(apply(f, make_discard(f, DOCUMENT_JOURNEY, "b")), OUTCOME_AMENDED);
    assert_string_equal(names_of(f, DOCUMENT_JOURNEY, NULL, 10), "a a-1 c m z");
    if (strcmp(f->url, "memory:") != 0) {
        fixture_reopen(f);
        assert_string_equal(names_of(f, DOCUMENT_JOURNEY, "a", 2), "a-1 c");
    }
}

static void assert_broken(struct fixture *f, struct change *change, const char *header) {
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_PRECONDITION);
    assert_string_equal(change->broken, header);
}

static void test_preconditions(void **state) {
    struct fixture *f = *state;
    struct document stored;
    char first[ETAG_SIZE], second[ETAG_SIZE];
    struct change *change = make_put(f, DOCUMENT_JOURNEY, "buy", "{}");
    change->precondition.if_match = "*";
    assert_broken(f, change, "If-Match");
    change->precondition = (struct precondition){.if_none_match = "*"};
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    document_tag(&change->as.document, first);
    assert_true(read_document(f, DOCUMENT_JOURNEY, "buy", &stored));
    document_tag(&stored, second);
    assert_string_equal(first, second);
    change = make_put(f, DOCUMENT_JOURNEY, "buy", "{}"); /* a retry is not refused for what it has done itself */
    change->precondition.if_none_match = "*";
    assert_int_equal(apply(f, change), OUTCOME_REPLAYED);
    change = make_put(f, DOCUMENT_JOURNEY, "buy", "{\"a\":1}");
    change->precondition.if_none_match = "*";
    assert_broken(f, change, "If-None-Match");
    change->precondition = (struct precondition){.if_match = first};
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    document_tag(&change->as.document, second);
    assert_string_not_equal(first, second);
    change = make_discard(f, DOCUMENT_JOURNEY, "buy");
    change->precondition.if_match = first;
    assert_broken(f, change, "If-Match");
    change->precondition.if_match = second;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(apply(f, change), OUTCOME_MISSING);

    /* Two of one batch are judged one after the other. */
    struct change *batch[] = {make_put(f, DOCUMENT_ALERT, "low", "{}"), make_put(f, DOCUMENT_ALERT, "low", "{\"a\":1}"),
                              make_discard(f, DOCUMENT_ALERT, "low")};
    struct error err;
    batch[0]->precondition.if_none_match = batch[1]->precondition.if_none_match = "*";
    assert_ok(store_apply(f->store, batch, 3, NULL, &err), err);
    assert_int_equal(batch[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(batch[1]->outcome, OUTCOME_REFUSED);
    assert_int_equal(batch[2]->outcome, OUTCOME_AMENDED);
    assert_false(read_document(f, DOCUMENT_ALERT, "low", &stored));
}

/* Of rules there are so many, however many come at once; of journeys as many as one likes. */
static void test_limit(void **state) {
    struct fixture *f = *state;
    struct change *batch[ALERT_RULES_MAX + 2];
    struct error err;
    char name[SLUG_SIZE];
    for (int kind = 0; kind < DOCUMENT_KIND_COUNT; kind++) {
        bool is_limited = kind == DOCUMENT_ALERT;
        for (size_t i = 0; i < CXD_COUNT(batch); i++) {
            snprintf(name, sizeof name, "d%zu", i);
            batch[i] = make_put(f, (enum document_kind)kind, name, "{}");
        }
        assert_ok(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), err);
        for (size_t i = 0; i < CXD_COUNT(batch); i++)
            assert_int_equal(batch[i]->outcome, is_limited && i >= ALERT_RULES_MAX ? OUTCOME_REFUSED : OUTCOME_CREATED);
    }
    assert_int_equal(batch[ALERT_RULES_MAX]->refusal, ERR_TOO_MANY_ALERTS);
    /* One that is there can be put, and there is room again where one goes. */
    assert_int_equal(apply(f, make_put(f, DOCUMENT_ALERT, "d7", "{\"a\":1}")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_discard(f, DOCUMENT_ALERT, "d7")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_put(f, DOCUMENT_ALERT, "other", "{}")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_put(f, DOCUMENT_ALERT, "another", "{}")), OUTCOME_REFUSED);
}

/* "1:{} 2:{…}", of a survey's definitions behind one. */
static const char *revisions_of(struct fixture *f, int64_t survey, int64_t after, size_t limit) {
    struct survey_revision *revisions = NULL;
    struct error err;
    size_t count = 0;
    char *text = arena_alloc_zero(&f->arena, 1, 512);
    assert_non_null(text);
    assert_ok(store_read_revisions(f->reader, survey, after, limit, &f->arena, &revisions, &count, &err), err);
    for (size_t i = 0; i < count; i++)
        sprintf(text + strlen(text), "%s%d:%s", i > 0 ? " " : "", (int)revisions[i].revision, revisions[i].definition);
    return text;
}

/* Every definition of a survey is kept, also where it is put again as it was. */
static void test_revisions(void **state) {
    struct fixture *f = *state;
    static const char *const definitions[] = {"{}", "{\"a\":1}", "{\"a\":1}", "{}"};
    int64_t survey = 0;
    for (size_t i = 0; i < CXD_COUNT(definitions); i++) {
        struct change *change = make_survey(f, "revised", definitions[i], NULL);
        (void)apply(f, change);
        survey = change->as.survey.number;
    }
    struct change *other = make_survey(f, "other", "{\"b\":1}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    assert_string_equal(revisions_of(f, survey, 0, 10), "1:{} 2:{\"a\":1} 3:{}");
    assert_string_equal(revisions_of(f, survey, 0, 1), "1:{}");
    assert_string_equal(revisions_of(f, survey, 1, 10), "2:{\"a\":1} 3:{}");
    assert_string_equal(revisions_of(f, survey, 3, 10), "");
    assert_string_equal(revisions_of(f, other->as.survey.number, 0, 10), "1:{\"b\":1}");
    assert_string_equal(revisions_of(f, 99, 0, 10), "");
}

int main(void) {
    static const struct CMUnitTest tests[] = {ENGINE_TEST(test_put_and_deleted), ENGINE_TEST(test_pages),
                                              ENGINE_TEST(test_preconditions), ENGINE_TEST(test_limit),
                                              ENGINE_TEST(test_revisions)};
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
