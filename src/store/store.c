/* The front of the store: forwards every operation to the engine that the URL named. */

#include <string.h>

#include "cxd/store/store.h"

#include "store/engine.h"

enum cxd_err store_open(const char *url, struct store **ret_store, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    return engine ? engine->open(rest, ret_store, err) : ERR_CONFIG;
}

enum cxd_err store_open_telling(const char *url, const struct store_telling *telling, struct store **ret_store,
                                struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine)
        return ERR_CONFIG;
    return engine->open_telling ? engine->open_telling(rest, telling, ret_store, err)
                                : engine->open(rest, ret_store, err);
}

enum cxd_err store_open_current(const char *url, struct store **ret_store, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine)
        return ERR_CONFIG;
    if (!engine->open_current)
        return error_set(err, ERR_CONFIG, "the store of [storage] url is only there while its daemon runs");
    return engine->open_current(rest, ret_store, err);
}

void store_close(struct store *store) {
    if (store)
        store->engine->close(store);
}

void store_watch(struct store *store, struct heartbeat *beat) {
    store->beat = beat;
}

void store_judge_by(struct store *store, store_read_definition *read) {
    store->read_definition = read;
}

bool store_gave_up_reserve(const struct store *store) {
    return store->gave_up_reserve;
}

void store_bound_values(struct store *store, int64_t dimension_values) {
    store->dimension_values = dimension_values;
}

void store_library(const struct store *store, struct store_library *ret_library) {
    store->engine->library(store, ret_library);
}

const char *store_directory(const struct store *store) {
    return store->engine->directory(store);
}

bool store_read_disk(const struct store *store, struct store_disk *ret_disk) {
    return store->engine->read_disk && store->engine->read_disk(store, ret_disk);
}

enum cxd_err store_keep_erasures(struct store *store, const char *directory, struct store_erasures *ret_erasures,
                                 struct error *err) {
    *ret_erasures = (struct store_erasures){.list = STORE_LIST_NONE};
    return store->engine->keep_erasures ? store->engine->keep_erasures(store, directory, ret_erasures, err) : CXD_OK;
}

enum store_place store_look(struct store *store, struct error *ret_why) {
    return store->engine->look ? store->engine->look(store, ret_why) : STORE_IN_PLACE;
}

const char *store_place_name(enum store_place place) {
    static const char *const NAMES[] = {
        [STORE_IN_PLACE] = "in_place",       [STORE_MISSING] = "missing",           [STORE_REPLACED] = "replaced",
        [STORE_OVERWRITTEN] = "overwritten", [STORE_INACCESSIBLE] = "inaccessible", [STORE_UNREACHABLE] = "unreachable",
    };
    return NAMES[place];
}

const struct store_upgrade *store_upgraded(const struct store *store) {
    const struct store_upgrade *upgrade = store->engine->upgraded ? store->engine->upgraded(store) : NULL;
    return upgrade && upgrade->from != upgrade->to ? upgrade : NULL;
}

enum cxd_err store_apply(struct store *store, struct change *const *changes, size_t count, enum store_fate *ret_fate,
                         struct error *err) {
    enum store_fate fate = STORE_FATE_NOTHING;
    enum cxd_err code = store->engine->apply(store, changes, count, &fate, err);
    if (ret_fate)
        *ret_fate = code == CXD_OK ? STORE_FATE_ALL : fate;
    return code;
}

void store_tend(struct store *store) {
    if (store->engine->tend)
        store->engine->tend(store);
}

enum cxd_err store_rebuild(struct store *store, int64_t *ret_responses, struct error *err) {
    return store->engine->rebuild(store, ret_responses, err);
}

/* The rows of a table of a thousand segments. */
enum { SCRATCH_BYTES = 3 << 19 };

enum cxd_err store_reader_open(struct store *store, struct store_reader **ret_reader, struct error *err) {
    enum cxd_err code = store->engine->reader_open(store, ret_reader, err);
    if (code == CXD_OK)
        arena_init_sized(&(*ret_reader)->scratch, SCRATCH_BYTES);
    return code;
}

struct arena *store_reader_scratch(struct store_reader *reader) {
    arena_reset(&reader->scratch);
    return &reader->scratch;
}

void store_reader_close(struct store_reader *reader) {
    if (!reader)
        return;
    arena_free(&reader->scratch);
    reader->engine->reader_close(reader);
}

void store_reader_watch(struct store_reader *reader, struct heartbeat *beat) {
    reader->beat = beat;
}

enum cxd_err store_reader_begin(struct store_reader *reader, struct error *err) {
    return reader->engine->reader_begin(reader, err);
}

void store_reader_end(struct store_reader *reader) {
    reader->engine->reader_end(reader);
}

enum cxd_err store_read_histograms(struct store_reader *reader, const struct filter *filter, const int64_t *bounds,
                                   size_t count, struct histogram *ret_hists, struct error *err) {
    return reader->engine->read_histograms(reader, filter, bounds, count, ret_hists, err);
}

enum cxd_err store_read_segments(struct store_reader *reader, int64_t survey, const char *question,
                                 const char *dimension, const struct store_span *spans, size_t count,
                                 struct arena *arena, struct store_segments *ret_segments, struct error *err) {
    return reader->engine->read_segments(reader, survey, question, dimension, spans, count, arena, ret_segments, err);
}

/* Of visits nobody knows what was answered. */
static bool is_of_answers(const struct filter *filter) {
    return filter->answer_count > 0 || filter->question;
}

enum cxd_err store_read_impressions(struct store_reader *reader, const struct filter *filter, const int64_t *bounds,
                                    size_t count, struct impressions *ret_impressions,
                                    enum impressions_known *ret_known, struct error *err) {
    for (size_t i = 0; is_of_answers(filter) && i + 1 < count; i++) {
        ret_impressions[i] = (struct impressions){{0}};
        ret_known[i] = IMPRESSIONS_UNDECLARED;
    }
    if (is_of_answers(filter))
        return CXD_OK;
    return reader->engine->read_impressions(reader, filter, bounds, count, ret_impressions, ret_known, err);
}

enum cxd_err store_visit_impressions(struct store_reader *reader, const struct filter *filter, const char *const *by,
                                     size_t by_count, int64_t from, int64_t to, store_impressions_visit *visit,
                                     void *context, enum impressions_known *ret_known, struct error *err) {
    if (is_of_answers(filter)) {
        *ret_known = IMPRESSIONS_UNDECLARED;
        return CXD_OK;
    }
    return reader->engine->visit_impressions(reader, filter, by, by_count, from, to, visit, context, ret_known, err);
}

enum cxd_err store_read_extent(struct store_reader *reader, int64_t survey, enum store_extent of, bool *ret_found,
                               int64_t *ret_first, int64_t *ret_last, struct error *err) {
    return reader->engine->read_extent(reader, survey, of, ret_found, ret_first, ret_last, err);
}

enum cxd_err store_read_response(struct store_reader *reader, int64_t survey, const struct id *id, struct arena *arena,
                                 bool *ret_found, struct response *ret_response, struct error *err) {
    return reader->engine->read_response(reader, survey, id, arena, ret_found, ret_response, err);
}

enum cxd_err store_read_last_answer(struct store_reader *reader, const char *respondent, int64_t survey, int64_t from,
                                    int64_t to, int64_t *ret_last, struct error *err) {
    return reader->engine->read_last_answer(reader, respondent, survey, from, to, ret_last, err);
}

enum cxd_err store_read_responses(struct store_reader *reader, const struct listing *listing, struct arena *arena,
                                  struct response **ret_responses, size_t *ret_count, struct error *err) {
    return reader->engine->read_responses(reader, listing, arena, ret_responses, ret_count, err);
}

enum cxd_err store_visit_responses(struct store_reader *reader, const struct filter *filter, int64_t from, int64_t to,
                                   unsigned given, store_response_visit *visit, void *context, struct error *err) {
    return reader->engine->visit_responses(reader, filter, from, to, given, visit, context, err);
}

enum cxd_err store_walk_responses(struct store_reader *reader, const struct walk *walk, store_response_visit *visit,
                                  void *context, struct error *err) {
    return reader->engine->walk_responses(reader, walk, visit, context, err);
}

enum cxd_err store_read_history(struct store_reader *reader, char ret_history[STORE_HISTORY_SIZE], struct error *err) {
    return reader->engine->read_history(reader, ret_history, err);
}

enum cxd_err store_read_last_number(struct store_reader *reader, int64_t *ret_number, struct error *err) {
    return reader->engine->read_last_number(reader, ret_number, err);
}

enum cxd_err store_count_between(struct store_reader *reader, int64_t survey, int64_t after, int64_t through,
                                 int64_t most, int64_t *ret_count, struct error *err) {
    int64_t apart = through - after;
    if (apart > most && reader->engine->count_between)
        return reader->engine->count_between(reader, survey, after, through, most, ret_count, err);
    *ret_count = apart < 0 ? 0 : apart > most ? most + 1 : apart;
    return CXD_OK;
}

bool store_is_shared(const struct store *store) {
    return store->engine->attend;
}

enum cxd_err store_attend(struct store_reader *reader, bool leaves, struct store_attendance *ret_attendance,
                          struct error *err) {
    return reader->engine->attend(reader, leaves, ret_attendance, err);
}

int64_t store_seen_generation(const struct store *store) {
    return store->engine->seen_generation ? store->engine->seen_generation(store) : -1;
}

enum cxd_err store_search(struct store_reader *reader, const struct search *search, struct arena *arena,
                          struct search_result *ret_result, struct error *err) {
    return reader->engine->search(reader, search, arena, ret_result, err);
}

enum cxd_err store_read_invitation(struct store_reader *reader, int64_t survey, const struct id *response,
                                   struct arena *arena, bool *ret_found, struct invitation_record *ret_record,
                                   struct error *err) {
    return reader->engine->read_invitation(reader, survey, response, arena, ret_found, ret_record, err);
}

enum cxd_err store_read_invitations(struct store_reader *reader, const char *respondent, size_t limit,
                                    struct arena *arena, struct invitation_record **ret_records, size_t *ret_count,
                                    struct error *err) {
    return reader->engine->read_invitations(reader, respondent, limit, arena, ret_records, ret_count, err);
}

enum cxd_err store_read_revisions(struct store_reader *reader, int64_t survey, int64_t after, size_t limit,
                                  struct arena *arena, struct survey_revision **ret_revisions, size_t *ret_count,
                                  struct error *err) {
    return reader->engine->read_revisions(reader, survey, after, limit, arena, ret_revisions, ret_count, err);
}

enum cxd_err store_read_documents(struct store_reader *reader, enum document_kind kind, const char *after, size_t limit,
                                  struct arena *arena, struct document **ret_documents, size_t *ret_count,
                                  struct error *err) {
    return reader->engine->read_documents(reader, kind, after, limit, arena, ret_documents, ret_count, err);
}

enum cxd_err store_read_document(struct store_reader *reader, enum document_kind kind, const char *name,
                                 struct arena *arena, bool *ret_found, struct document *ret_document,
                                 struct error *err) {
    return reader->engine->read_document(reader, kind, name, arena, ret_found, ret_document, err);
}

enum cxd_err store_read_import(struct store_reader *reader, const struct id *id, struct arena *arena, bool *ret_found,
                               struct import_record *ret_record, struct error *err) {
    return reader->engine->read_import(reader, id, arena, ret_found, ret_record, err);
}

enum cxd_err store_read_imports(struct store_reader *reader, int64_t before, size_t limit, struct arena *arena,
                                struct import_record **ret_records, size_t *ret_count, struct error *err) {
    return reader->engine->read_imports(reader, before, limit, arena, ret_records, ret_count, err);
}

enum cxd_err store_read_catalog(struct store_reader *reader, int64_t since, struct arena *arena,
                                struct store_catalog *ret_catalog, struct error *err) {
    return reader->engine->read_catalog(reader, since, arena, ret_catalog, err);
}

enum cxd_err store_read_audit(struct store_reader *reader, int64_t after, size_t limit, const char *respondent,
                              struct arena *arena, struct audit_record **ret_records, size_t *ret_count,
                              struct error *err) {
    return reader->engine->read_audit(reader, after, limit, respondent, arena, ret_records, ret_count, err);
}

enum cxd_err store_count_rollups(struct store_reader *reader, struct store_sums *ret_sums, struct error *err) {
    return reader->engine->count_rollups(reader, ret_sums, err);
}

enum cxd_err store_read_figures(struct store_reader *reader, struct store_figures *ret_figures, struct error *err) {
    return reader->engine->read_figures(reader, ret_figures, err);
}

enum cxd_err store_read_alerts(struct store_reader *reader, struct arena *arena, struct store_alerts *ret_alerts,
                               struct error *err) {
    return reader->engine->read_alerts(reader, arena, ret_alerts, err);
}

const struct alert_state *store_alerts_find(const struct store_alerts *alerts, const char *name) {
    for (size_t i = 0; i < alerts->count; i++)
        if (strcmp(alerts->states[i].name, name) == 0)
            return &alerts->states[i];
    return NULL;
}

enum cxd_err store_read_alert_history(struct store_reader *reader, const char *name, int64_t before, size_t limit,
                                      struct arena *arena, struct alert_event **ret_events, size_t *ret_count,
                                      struct error *err) {
    return reader->engine->read_alert_history(reader, name, before, limit, arena, ret_events, ret_count, err);
}

enum cxd_err store_read_untold(struct store_reader *reader, int64_t after, unsigned scores, size_t limit,
                               struct arena *arena, struct store_untold *ret_untold, struct error *err) {
    return reader->engine->read_untold(reader, after, scores, limit, arena, ret_untold, err);
}

enum cxd_err store_read_overflows(struct store_reader *reader, size_t limit, struct arena *arena,
                                  struct store_overflow **ret_overflows, size_t *ret_count, struct error *err) {
    return reader->engine->read_overflows(reader, limit, arena, ret_overflows, ret_count, err);
}

enum cxd_err store_read_suspects(struct store_reader *reader, int64_t after, int64_t since, size_t most,
                                 bool *ret_found, struct store_suspects *ret_suspects, struct error *err) {
    return reader->engine->read_suspects(reader, after, since, most, ret_found, ret_suspects, err);
}

enum cxd_err store_read_rollups(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                struct error *err) {
    return reader->engine->read_rollups(reader, visit, context, err);
}
