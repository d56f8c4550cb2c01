/* From a change to its line in the audit log. Engines call this within the transaction, right after they have applied the change. */

#include "store/audit.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/clock.h"

typedef void describe(const struct change *change, struct audit_record *record);

static void set_respondent(struct audit_record *record, const char *respondent) {
    char hex[2 * SHA256_SIZE + 1];
    sha256_hex(respondent, strlen(respondent), hex);
    snprintf(record->target, sizeof record->target, "%s", hex);
}

static void describe_exclude(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->act, sizeof record->act, "%s",
             change->as.exclude.excluded ? "response.exclude" : "response.include");
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.exclude.id));
}

static void describe_erase(const struct change *change, struct audit_record *record) {
    set_respondent(record, change->as.erase.respondent);
    snprintf(record->detail, sizeof record->detail, "responses %lld counts %s",
             (long long)change->as.erase.erased, change->as.erase.counts ? "true" : "false");
}

static void describe_survey(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%s", change->as.survey.slug);
    snprintf(record->detail, sizeof record->detail, "revision %lld", (long long)change->as.survey.revision);
}

static void describe_archive(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%s", change->as.archive.slug);
}

static void describe_key(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    size_t length = 0;
    const char *name;
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.key.id));
    for (int i = 0; (name = scope_name(i)) != NULL; i++) {
        if (change->as.key.scopes & 1U << i) {
            length += (size_t)snprintf(record->detail + length, sizeof record->detail - length, "%s%s",
                                       length > 0 ? "," : "scopes ", name);
        }
    }
}

static void describe_revoke(const struct change *change, struct audit_record *record) {
    char id[ID_TEXT_SIZE];
    snprintf(record->target, sizeof record->target, "%s", id_format(id, &change->as.revoke));
}

static void describe_signing_key(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "%lld", (long long)change->as.signing_key.number);
}

/* The survey by its number: the change knows no more, and GET /v1/surveys lists them. */
static void describe_clear(const struct change *change, struct audit_record *record) {
    snprintf(record->target, sizeof record->target, "survey %lld", (long long)change->as.clear.survey);
    snprintf(record->detail, sizeof record->detail, "responses %lld", (long long)change->as.clear.cleared);
}

static void describe_note(const struct change *change, struct audit_record *record) {
    snprintf(record->act, sizeof record->act, "%s", change->as.note.act);
    snprintf(record->target, sizeof record->target, "%s", change->as.note.target);
    snprintf(record->detail, sizeof record->detail, "%s",
             change->as.note.detail ? change->as.note.detail : "");
}

/* A kind that is not here is not audited; `act` is NULL where the function says it. */
static const struct {
    const char *act;
    describe *describe;
} ACTS[] = {
    [CHANGE_EXCLUDE] = {NULL, describe_exclude},
    [CHANGE_CLEAR] = {"response.clear", describe_clear},
    [CHANGE_ERASE] = {"respondent.erase", describe_erase},
    [CHANGE_SURVEY] = {"survey.put", describe_survey},
    [CHANGE_ARCHIVE] = {"survey.archive", describe_archive},
    [CHANGE_KEY] = {"key.create", describe_key},
    [CHANGE_REVOKE] = {"key.revoke", describe_revoke},
    [CHANGE_SIGNING_KEY] = {"signing_key.rotate", describe_signing_key},
    [CHANGE_NOTE] = {NULL, describe_note},
};

bool audit_describe(const struct change *change, struct audit_record *ret_record) {
    if ((change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED) ||
        change->kind >= CXD_COUNT(ACTS) || !ACTS[change->kind].describe) {
        return false;
    }
    const char *act = ACTS[change->kind].act;
    *ret_record = (struct audit_record){.at = change->now_ms};
    snprintf(ret_record->actor, sizeof ret_record->actor, "%s",
             change->actor[0] != '\0' ? change->actor : "local");
    snprintf(ret_record->act, sizeof ret_record->act, "%s", act ? act : "");
    ACTS[change->kind].describe(change, ret_record);
    return true;
}

void audit_chain(struct audit_record *record, const struct audit_record *before) {
    unsigned char text[SHA256_SIZE + sizeof *record + TIME_TEXT_SIZE + 32] = {0};
    char at[TIME_TEXT_SIZE];
    if (before) {
        memcpy(text, before->hash, SHA256_SIZE);
    }
    record->number = before ? before->number + 1 : 1;
    int length = snprintf((char *)text + SHA256_SIZE, sizeof text - SHA256_SIZE, "%lld\n%s\n%s\n%s\n%s\n%s",
                          (long long)record->number, time_format(at, record->at), record->actor, record->act,
                          record->target, record->detail);
    sha256(text, SHA256_SIZE + (size_t)length, record->hash);
}
