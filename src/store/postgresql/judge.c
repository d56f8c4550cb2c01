/* By what of its survey a change is judged, as the transaction has it. */

#include "store/postgresql/writer.h"
#include "store/terms.h"

enum cxd_err postgresql_judge(struct postgresql_store *store, struct change *change, int64_t survey,
                              decide_by_terms *rule, bool *ret_goes_on, struct error *err) {
    *ret_goes_on = true;
    if (!store->base.read_definition)
        return CXD_OK;
    struct known_survey *known = postgresql_known_find(&store->known, survey);
    if (known && known->terms_state == TERMS_UNREAD) {
        bool is_readable = false;
        enum cxd_err code =
            terms_read(&store->base, &known->record, &store->known.arena, &is_readable, &known->terms, err);
        if (code != CXD_OK)
            return code;
        known->terms_state = is_readable ? TERMS_READ : TERMS_UNREADABLE;
    }
    bool is_readable = !known || known->terms_state == TERMS_READ;
    *ret_goes_on = is_readable && rule(change, known ? &known->terms : NULL);
    if (!is_readable)
        decide_unreadable(change);
    return CXD_OK;
}

/* Metric and scale are not held against the survey's: they may have been others before there were answers. */
static enum cxd_err read_asked(struct postgresql_store *store, const char *definition, const struct survey **ret_asked,
                               struct error *err) {
    const struct survey_record record = {.slug = "revision", .definition = definition};
    struct survey *asked = arena_alloc_zero(&store->known.arena, 1, sizeof *asked);
    if (!asked)
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    enum cxd_err code = store->base.read_definition(&record, &store->known.arena, asked, err);
    if (code == CXD_OK && asked->question_count > 0)
        *ret_asked = asked;
    return code == ERR_STORAGE ? CXD_OK : code;
}

static enum cxd_err find_definition(struct postgresql_store *store, int64_t survey, int64_t revision,
                                    const char **ret_definition, struct error *err) {
    const struct known_survey *known = postgresql_known_find(&store->known, survey);
    const PGresult *result = NULL;
    if (known && known->record.revision == revision)
        *ret_definition = known->record.definition;
    if (*ret_definition)
        return CXD_OK;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_REVISION, &result, err, INT(survey), INT(revision));
    return code == CXD_OK && PQntuples(result) == 1
               ? postgresql_copy(result, 0, 0, &store->known.arena, ret_definition, err)
               : code;
}

enum cxd_err postgresql_judge_asked(void *context, int64_t survey, int64_t revision, const struct survey **ret_asked,
                                    struct error *err) {
    struct postgresql_store *store = context;
    const char *definition = NULL;
    *ret_asked = NULL;
    if (!store->base.read_definition)
        return CXD_OK;
    for (const struct known_revision *item = store->known.revisions; item; item = item->next)
        if (item->survey == survey && item->revision == revision) {
            *ret_asked = item->asked;
            return CXD_OK;
        }
    struct known_revision *item = arena_alloc(&store->known.arena, sizeof *item);
    if (!item)
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    enum cxd_err code = find_definition(store, survey, revision, &definition, err);
    if (code == CXD_OK && definition)
        code = read_asked(store, definition, ret_asked, err);
    if (code != CXD_OK)
        return code;
    *item = (struct known_revision){store->known.revisions, survey, revision, *ret_asked};
    store->known.revisions = item;
    return CXD_OK;
}
