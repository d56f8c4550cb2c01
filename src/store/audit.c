/* From a change to its line in the audit log. Engines call this within the transaction, right after they have applied
 * the change. */

#include "store/audit.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/domain/respondent.h"

typedef void describe(const struct change *change, struct audit_record *record);

void audit_name(const uint8_t secret[AUDIT_SECRET_SIZE], const char *respondent, struct audit_person *ret_person) {
    char hex[2 * SHA256_SIZE + 1];
    hmac_sha256_hex(secret, respondent, strlen(respondent), hex);
    snprintf(ret_person->keyed, sizeof ret_person->keyed, "hmac:%s", hex);
    sha256_hex(respondent, strlen(respondent), hex);
    snprintf(ret_person->bare, sizeof ret_person->bare, "%s", hex);
}

bool audit_names(const uint8_t secret[AUDIT_SECRET_SIZE], const char *respondent, struct arena *arena,
                 struct audit_person ret_persons[2]) {
    const char *form = respondent_form(respondent, arena);
    if (form) {
        audit_name(secret, form, &ret_persons[0]);
        audit_name(secret, respondent, &ret_persons[1]);
    }
    return form;
}

/* The person that a change is about; NULL if it is about none. */
static const char *person_of(const struct change *change) {
    return change->kind == CHANGE_ERASE  ? change->as.erase.respondent
           : change->kind == CHANGE_NOTE ? change->as.note.respondent
                                         : NULL;
}

static void describe_exclude(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->act, sizeof record->act, "%s",
             change->as.exclude.excluded ? "response.exclude" : "response.include");
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.exclude.id));
    snprintf(record->detail, sizeof record->detail, "survey %s", change->as.exclude.slug);
}

static void describe_erase(const struct change *change, struct audit_record *record) {
    int length = snprintf(record->detail, sizeof record->detail, "responses %lld counts %s",
                          (long long)change->as.erase.erased, change->as.erase.counts ? "true" : "false");
    if (change->as.erase.invitations > 0)
        snprintf(record->detail + length, sizeof record->detail - (size_t)length, " invitations %lld",
                 (long long)change->as.erase.invitations);
}

static void describe_reerase(const struct change *change, struct audit_record *record) {
    snprintf(record->detail, sizeof record->detail, "responses %lld of %lld", (long long)change->as.reerase.erased,
             (long long)change->as.reerase.entries);
}

static void describe_survey(const struct change *change, struct audit_record *record) {
    const struct survey_record *survey = &change->as.survey;
    bool is_archived = survey->archived_at != 0;
    const char *turn = is_archived == survey->was_archived ? "" : is_archived ? ", archived" : ", reopened";
    snprintf(record->target, sizeof record->target, "%s", survey->slug);
    snprintf(record->detail, sizeof record->detail, "revision %lld%s", (long long)survey->revision, turn);
}

static void describe_archive(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%s", change->as.archive.slug);
}

static void write_scopes(unsigned scopes, struct audit_record *record) {
    size_t length = strlen(record->detail);
    const char *name;
    for (int i = 0, written = 0; (name = scope_name(i)) != NULL; i++)
        if (scopes & 1U << i)
            length += (size_t)snprintf(record->detail + length, sizeof record->detail - length, "%s%s",
                                       written++ > 0 ? "," : "scopes ", name);
}

static void describe_key(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.key.id));
    write_scopes(change->as.key.scopes, record);
}

static void describe_revoke(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.revoke));
}

static void describe_session(const struct change *change, struct audit_record *record) {
    const struct session *session = &change->as.session.value;
    char id[ID_TEXT_SIZE];
    snprintf(record->act, sizeof record->act, "%s", session->is_link ? "session.link" : "session.begin");
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &session->key));
    write_scopes(session->scopes, record);
    if (change->as.session.by_link)
        snprintf(record->detail + strlen(record->detail), sizeof record->detail - strlen(record->detail), " by link");
}

static void describe_session_end(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.session_end.key));
    snprintf(record->detail, sizeof record->detail, "sessions %lld", (long long)change->as.session_end.ended);
}

/* Which they were stands in the records of who made and revoked them. */
static void describe_prune(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "keys");
    snprintf(record->detail, sizeof record->detail, "removed %lld", (long long)change->as.prune.removed);
}

static void describe_resume(const struct change *change, struct audit_record *record) {
    char before[TIME_TEXT_SIZE];
    (void)time_format(record->target, change->as.clock.known_ms);
    snprintf(record->detail, sizeof record->detail, "from %s", time_format(before, change->as.clock.before_ms));
}

static void describe_signing_key(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%lld", (long long)change->as.signing_key.number);
}

static void describe_clear(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%s", change->as.clear.slug);
    snprintf(record->detail, sizeof record->detail, "responses %lld", (long long)change->as.clear.cleared);
}

static void describe_document(const struct change *change, struct audit_record *record) {
    const struct document *document = &change->as.document;
    snprintf(record->act, sizeof record->act, "%s.put", document_kind_name(document->kind));
    snprintf(record->target, sizeof record->target, "%s", document->name);
    snprintf(record->detail, sizeof record->detail, "revision %lld", (long long)document->revision);
}

static void describe_discard(const struct change *change, struct audit_record *record) {
    snprintf(record->act, sizeof record->act, "%s.delete", document_kind_name(change->as.discard.kind));
    snprintf(record->target, sizeof record->target, "%s", change->as.discard.name);
}

static void describe_acknowledge(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%s", change->as.acknowledge.name);
    snprintf(record->detail, sizeof record->detail, "revision %lld", (long long)change->as.acknowledge.state.revision);
}

static void describe_import(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.import.value.id));
    snprintf(record->detail, sizeof record->detail, "number %lld survey %lld",
             (long long)change->as.import.value.number, (long long)change->as.import.value.survey);
}

static void describe_import_turn(const struct change *change, struct audit_record *record) {
    const struct import_record *value = &change->as.import_turn.value;
    char id[ID_TEXT_SIZE];
    snprintf(record->act, sizeof record->act, "%s", value->state == IMPORT_DONE ? "import.done" : "import.undo");
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &value->id));
    snprintf(record->detail, sizeof record->detail, "created %lld known %lld refused %lld", (long long)value->created,
             (long long)value->known, (long long)value->refused);
}

static void describe_note(const struct change *change, struct audit_record *record) {
    snprintf(record->act, sizeof record->act, "%s", change->as.note.act);
    snprintf(record->target, sizeof record->target, "%s", change->as.note.target ? change->as.note.target : "");
    snprintf(record->detail, sizeof record->detail, "%s", change->as.note.detail ? change->as.note.detail : "");
}

/* By the kind of the change; NULL: it is not audited. */
#define DESCRIBE_AUDITED(NAME) describe_##NAME
#define DESCRIBE_SILENT(NAME) NULL
#define DESCRIBE(KIND, NAME, AUDIT, ...) [CHANGE_##KIND] = DESCRIBE_##AUDIT(NAME),
static describe *const DESCRIBE_BY_KIND[] = {CHANGE_KINDS(DESCRIBE)};
_Static_assert(CXD_COUNT(DESCRIBE_BY_KIND) == CHANGE_KIND_COUNT, "a kind of change that nobody describes");

bool audit_describe(const struct change *change, const uint8_t secret[AUDIT_SECRET_SIZE],
                    struct audit_record *ret_record) {
    if ((change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED) || !DESCRIBE_BY_KIND[change->kind])
        return false;
    const char *act = change_traits(change->kind)->act;
    *ret_record = (struct audit_record){.at = change->now_ms};
    snprintf(ret_record->actor, sizeof ret_record->actor, "%s", change->actor[0] != '\0' ? change->actor : "local");
    snprintf(ret_record->act, sizeof ret_record->act, "%s", act ? act : "");
    DESCRIBE_BY_KIND[change->kind](change, ret_record);
    if (person_of(change)) {
        struct audit_person person;
        audit_name(secret, person_of(change), &person);
        memcpy(ret_record->target, person.keyed, sizeof ret_record->target);
    }
    return true;
}

void audit_chain(struct audit_record *record, const struct audit_record *before) {
    unsigned char text[SHA256_SIZE + sizeof *record + TIME_TEXT_SIZE + 32] = {0};
    char at[TIME_TEXT_SIZE];
    if (before)
        memcpy(text, before->hash, SHA256_SIZE);
    record->number = before ? before->number + 1 : 1;
    int length = snprintf((char *)text + SHA256_SIZE, sizeof text - SHA256_SIZE, "%lld\n%s\n%s\n%s\n%s\n%s",
                          (long long)record->number, time_format(at, record->at), record->actor, record->act,
                          record->target, record->detail);
    sha256(text, SHA256_SIZE + (size_t)length, record->hash);
}
