/* The requests for invitations: one object, lines, or CSV, each item read and validated by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/codec/invitation.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

/* An item while it is read. */
struct target {
    struct reading reading;
    struct invitation *invitation;
    int64_t now_ms;
    const char *expiry_pointer; /* NULL: it does not say */
};

typedef void read_member_fn(struct target *target, const json_t *value, const char *pointer);

static void read_respondent(struct target *target, const json_t *value, const char *pointer) {
    (void)read_text(&target->reading, value, pointer, &target->invitation->respondent);
}

static void set_expiry(struct target *target, const char *pointer, int64_t at) {
    if (target->expiry_pointer)
        error_add_member(target->reading.err, pointer, "must not stand beside %s", target->expiry_pointer + 1);
    target->expiry_pointer = pointer;
    target->invitation->expires_at = at;
}

static void read_expires_at(struct target *target, const json_t *value, const char *pointer CXD_UNUSED) {
    int64_t at;
    if (read_time(&target->reading, value, "/expires_at", &at))
        set_expiry(target, "/expires_at", at);
}

static void read_expires_in(struct target *target, const json_t *value, const char *pointer CXD_UNUSED) {
    int64_t seconds;
    if (read_duration(&target->reading, value, "/expires_in", &seconds))
        set_expiry(target, "/expires_in", target->now_ms + seconds * 1000);
}

static void read_properties(struct target *target, const json_t *value, const char *pointer) {
    read_property_list(&target->reading, value, pointer, &target->invitation->properties,
                       &target->invitation->property_count);
}

static const struct invitation_member {
    const char *name;
    read_member_fn *read;
} MEMBERS[] = {
    {"respondent", read_respondent},
    {"expires_in", read_expires_in},
    {"expires_at", read_expires_at},
    {"properties", read_properties},
};

static void refuse_stray(struct target *target, const char *pointer, const char *name) {
    const char *names[CXD_COUNT(MEMBERS)];
    const struct words words = WORDS(names);
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        names[i] = MEMBERS[i].name;
    read_unknown(target->reading.err, pointer, name, &words,
                 "is not a member of an invitation; free data goes under properties");
}

static void read_object(struct target *target, json_t *root) {
    const char *name;
    json_t *value;
    if (!read_is_object(&target->reading, root, ""))
        return;
    json_object_foreach(root, name, value) {
        size_t i = 0;
        char pointer[POINTER_SIZE] = "";
        error_pointer_append(pointer, sizeof pointer, name);
        while (i < CXD_COUNT(MEMBERS) && strcmp(MEMBERS[i].name, name) != 0)
            i++;
        if (i == CXD_COUNT(MEMBERS))
            refuse_stray(target, pointer, name);
        else if (!read_says_nothing(value))
            MEMBERS[i].read(target, value, pointer);
    }
}

/* A duration from now, or a time. */
static void read_csv_expires(struct target *target, const char *text) {
    int64_t seconds, at;
    if (duration_parse(text, &seconds))
        set_expiry(target, "/expires", target->now_ms + seconds * 1000);
    else if (time_parse(text, strlen(text), &at))
        set_expiry(target, "/expires", at);
    else
        error_add_member(target->reading.err, "/expires",
                         "must be a duration such as 14d, or an RFC 3339 time such as 2026-10-24T09:30:00Z");
}

static void read_row(struct target *target, const struct invitation_list *list, const char **fields, size_t count) {
    if (count != list->header.count) {
        error_set(target->reading.err, ERR_MALFORMED_CSV, "the row has %zu fields, and the header %zu", count,
                  list->header.count);
        return;
    }
    struct property *properties = arena_alloc(target->reading.arena, count * sizeof *properties);
    if (!properties) {
        target->reading.refused = true;
        return;
    }
    size_t property_count = 0;
    for (size_t i = 0; i < count; i++)
        if (i == list->header.respondent)
            target->invitation->respondent = fields[i];
        else if (fields[i][strspn(fields[i], " \t\r\n")] == '\0')
            continue; /* a blank cell says nothing */
        else if (i == list->header.expires)
            read_csv_expires(target, fields[i]);
        else
            properties[property_count++] = (struct property){list->header.names[i], fields[i]};
    const char *twice; /* the header has no name twice */
    (void)!response_sort_properties(properties, property_count, &twice);
    target->invitation->properties = property_count > 0 ? properties : NULL;
    target->invitation->property_count = property_count;
}

static void check_column(struct invitation_list *list, size_t index, struct error *err) {
    const char *name = list->header.names[index];
    char pointer[POINTER_SIZE] = "";
    error_pointer_append(pointer, sizeof pointer, name);
    for (size_t i = 0; i < index; i++) {
        if (strcmp(list->header.names[i], name) == 0) {
            error_add_member(err, pointer, "is the name of two columns");
            return;
        }
    }
    if (strcmp(name, "respondent") == 0)
        list->header.respondent = index;
    else if (strcmp(name, "expires") == 0)
        list->header.expires = index;
    else if (!property_key_valid(name, list->limits->property_key_characters))
        error_add_member(err, pointer,
                         "cannot be the name of a property: 1 to %zu characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                         list->limits->property_key_characters);
}

static enum cxd_err read_header(struct invitation_list *list, struct arena *arena, struct error *err) {
    const char **fields;
    size_t line, count;
    if (!csv_next(&list->csv, arena, &line, &fields, &count, err))
        return error_set(err, ERR_MALFORMED_CSV, "there is no header");
    if (err->code != CXD_OK)
        return err->code;
    list->header.count = list->header.respondent = list->header.expires = count;
    for (size_t i = 0; i < count; i++) {
        list->header.names[i] = fields[i];
        check_column(list, i, err);
    }
    if (list->header.respondent == count)
        error_add_member(err, "/respondent", "must be a column of the header");
    return err->code;
}

enum cxd_err invitation_list_open(struct invitation_list *list, enum invitation_form form, const char *bytes,
                                  size_t length, size_t depth, struct arena *arena, struct error *err) {
    list->form = form;
    list->done = false;
    list->batch.document = NULL;
    if (form == INVITATION_CSV) {
        csv_open(&list->csv, bytes, length);
        return read_header(list, arena, err);
    }
    if (form == INVITATION_LINES)
        return batch_open(&list->batch, bytes, length, depth, list->item_bytes, &list->size, err);
    if (length > list->item_bytes)
        return error_set(err, ERR_TOO_LARGE, "an invitation may have %zu bytes", list->item_bytes);
    list->batch.document = malloc(sizeof *list->batch.document);
    if (!list->batch.document)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the invitation");
    document_init(list->batch.document);
    return document_read(list->batch.document, bytes, 0, length, depth, err);
}

/* Brings the next item into the target: false at the end. */
static bool load(struct invitation_list *list, struct target *target, size_t *ret_line) {
    struct error *err = target->reading.err;
    if (list->form == INVITATION_CSV) {
        const char **fields;
        size_t count;
        if (!csv_next(&list->csv, target->reading.arena, ret_line, &fields, &count, err))
            return false;
        if (err->code == CXD_OK)
            read_row(target, list, fields, count);
        return true;
    }
    if (list->form == INVITATION_OBJECT) {
        bool there = !list->done;
        list->done = true;
        *ret_line = 1;
        error_clear(err);
        if (there)
            read_object(target, list->batch.document->root);
        return there;
    }
    if (!batch_load(&list->batch, ret_line, err))
        return false;
    if (err->code == CXD_OK)
        read_object(target, list->batch.document->root);
    return true;
}

bool invitation_list_next(struct invitation_list *list, struct arena *arena, size_t *ret_line,
                          struct invitation *ret_invitation, struct error *err) {
    *ret_invitation = (struct invitation){.expires_at = list->expires_at};
    struct target target = {
        .reading = {.arena = arena, .err = err}, .invitation = ret_invitation, .now_ms = list->now_ms};
    if (!load(list, &target, ret_line))
        return false;
    (void)read_form(&target.reading, &ret_invitation->respondent);
    enum cxd_err code = reading_end(&target.reading);
    if (code == CXD_OK || code == ERR_INVALID)
        (void)!invitation_validate(ret_invitation, list->limits, list->now_ms,
                                   target.expiry_pointer ? target.expiry_pointer : "/expires_in", err);
    return true;
}

void invitation_list_close(struct invitation_list *list) {
    if (list->batch.document)
        batch_close(&list->batch);
}
