/* Certificate and key. They are read before the first handshake and again whenever the operator says so; a handshake
 * takes those that are current when it begins, by one atomic load. What is replaced is kept until no handshake can hold
 * it any more. */

#include "http/tls.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/secret.h"
#include "cxd/http/http.h"

enum { CHAIN_MAX = 16, PIN_SIZE = 64, FILE_MAX = 1024 * 1024 };

struct identity {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned chain_length;
    gnutls_privkey_t key;
    char pin[PIN_SIZE];
    int64_t end_s;
    int64_t retired_at_ms; /* monotonic */
    struct identity *next; /* retired earlier */
};

struct tls {
    struct identity *identity;
    struct identity *retired;
    _Atomic int64_t end_s; /* of the identity: read by other threads, which do not touch it */
};

static _Atomic(struct identity *) current;

int tls_choose(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
               const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **ret_chain,
               unsigned *ret_chain_length, gnutls_privkey_t *ret_key) {
    (void)session;
    (void)authorities;
    (void)authority_count;
    (void)algorithms;
    (void)algorithm_count;
    struct identity *identity = atomic_load(&current);
    if (!identity)
        return -1;
    *ret_chain = identity->chain;
    *ret_chain_length = identity->chain_length;
    *ret_key = identity->key;
    return 0;
}

static void identity_free(struct identity *identity) {
    if (!identity)
        return;
    for (unsigned i = 0; i < identity->chain_length; i++)
        gnutls_pcert_deinit(&identity->chain[i]);
    if (identity->key)
        gnutls_privkey_deinit(identity->key);
    free(identity);
}

static enum cxd_err read_file(const char *option, const char *path, gnutls_datum_t *ret_bytes, struct error *err) {
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(err, ERR_CONFIG, "[tls] %s: cannot read %s: %s", option, path, strerror(errno));
    unsigned char *bytes = malloc(FILE_MAX);
    size_t length = bytes ? fread(bytes, 1, FILE_MAX, file) : 0;
    bool failed = ferror(file) != 0;
    fclose(file);
    if (!bytes || failed || length == 0 || length == FILE_MAX) {
        free(bytes);
        return error_set(err, ERR_CONFIG, "[tls] %s: %s cannot be read, is empty or over %d bytes", option, path,
                         FILE_MAX - 1);
    }
    *ret_bytes = (gnutls_datum_t){bytes, (unsigned)length};
    return CXD_OK;
}

static enum cxd_err refuse(const char *option, const char *path, int code, struct error *err) {
    return error_set(err, ERR_CONFIG, "[tls] %s: %s is not in PEM form or cannot be used: %s", option, path,
                     gnutls_strerror(code));
}

static enum cxd_err read_chain(struct identity *identity, const char *path, struct error *err) {
    gnutls_datum_t bytes;
    enum cxd_err code = read_file("certificate", path, &bytes, err);
    if (code)
        return code;
    unsigned length = CHAIN_MAX;
    int result = gnutls_pcert_list_import_x509_raw(identity->chain, &length, &bytes, GNUTLS_X509_FMT_PEM,
                                                   GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (result == 0)
        identity->chain_length = length;
    free(bytes.data);
    return result == 0 ? CXD_OK : refuse("certificate", path, result, err);
}

static enum cxd_err read_key(struct identity *identity, const char *path, struct error *err) {
    gnutls_datum_t bytes;
    enum cxd_err code = read_file("key", path, &bytes, err);
    if (code)
        return code;
    int result = gnutls_privkey_init(&identity->key);
    if (result == 0)
        result = gnutls_privkey_import_x509_raw(identity->key, &bytes, GNUTLS_X509_FMT_PEM, NULL, 0);
    explicit_bzero(bytes.data, bytes.size);
    free(bytes.data);
    return result == 0 ? CXD_OK : refuse("key", path, result, err);
}

/* The digest of the certificate's public key, in the form that curl pins by. */
static bool make_pin(struct identity *identity) {
    gnutls_datum_t der, text = {NULL, 0};
    uint8_t digest[SHA256_SIZE];
    if (gnutls_pubkey_export2(identity->chain[0].pubkey, GNUTLS_X509_FMT_DER, &der) != 0)
        return false;
    sha256(der.data, der.size, digest);
    gnutls_free(der.data);
    gnutls_datum_t bytes = {digest, sizeof digest};
    bool made = gnutls_base64_encode2(&bytes, &text) == 0;
    if (made)
        snprintf(identity->pin, sizeof identity->pin, "sha256//%.*s", (int)text.size, (const char *)text.data);
    gnutls_free(text.data);
    return made;
}

static bool read_end(struct identity *identity) {
    gnutls_x509_crt_t certificate;
    if (gnutls_pcert_export_x509(&identity->chain[0], &certificate) != 0)
        return false;
    identity->end_s = gnutls_x509_crt_get_expiration_time(certificate);
    gnutls_x509_crt_deinit(certificate);
    return identity->end_s != (time_t)-1;
}

/* A key that is not the certificate's would fail every handshake. */
static enum cxd_err check_pair(struct identity *identity, const char *certificate, const char *key, struct error *err) {
    unsigned char of_certificate[64], of_key[64];
    size_t certificate_size = sizeof of_certificate, key_size = sizeof of_key;
    gnutls_pubkey_t public_key;
    if (gnutls_pubkey_init(&public_key) != 0)
        return error_set(err, ERR_NO_MEMORY, "no memory for the certificate");
    bool read = gnutls_pubkey_import_privkey(public_key, identity->key, 0, 0) == 0 &&
                gnutls_pubkey_get_key_id(public_key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) == 0 &&
                gnutls_pubkey_get_key_id(identity->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, of_certificate,
                                         &certificate_size) == 0;
    gnutls_pubkey_deinit(public_key);
    if (!read || key_size != certificate_size || memcmp(of_key, of_certificate, key_size) != 0)
        return error_set(err, ERR_CONFIG, "[tls] key: %s is not the key of the certificate in %s", key, certificate);
    return CXD_OK;
}

static enum cxd_err identity_read(const char *certificate, const char *key, struct identity **ret_identity,
                                  struct error *err) {
    struct identity *identity = calloc(1, sizeof *identity);
    if (!identity)
        return error_set(err, ERR_NO_MEMORY, "no memory for the certificate");
    enum cxd_err code = read_chain(identity, certificate, err);
    if (!code)
        code = read_key(identity, key, err);
    if (!code)
        code = check_pair(identity, certificate, key, err);
    if (!code && (!make_pin(identity) || !read_end(identity)))
        code = error_set(err, ERR_CONFIG, "[tls] certificate: %s cannot be read", certificate);
    if (code)
        identity_free(identity);
    else
        *ret_identity = identity;
    return code;
}

enum cxd_err http_check_tls(const char *certificate, const char *key, struct error *err) {
    struct identity *identity = NULL;
    enum cxd_err code = identity_read(certificate, key, &identity, err);
    identity_free(code ? NULL : identity);
    return code;
}

enum cxd_err tls_open(const char *certificate, const char *key, struct tls **ret_tls, struct error *err) {
    struct tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return error_set(err, ERR_NO_MEMORY, "no memory for the certificate");
    enum cxd_err code = identity_read(certificate, key, &tls->identity, err);
    if (code) {
        tls_close(tls);
        return code;
    }
    atomic_store(&current, tls->identity);
    atomic_store(&tls->end_s, tls->identity->end_s);
    *ret_tls = tls;
    return CXD_OK;
}

static void free_retired(struct tls *tls, int64_t before_ms) {
    struct identity **link = &tls->retired;
    while (*link && (*link)->retired_at_ms >= before_ms)
        link = &(*link)->next;
    while (*link) {
        struct identity *old = *link;
        *link = old->next;
        identity_free(old);
    }
}

enum cxd_err tls_reload(struct tls *tls, const char *certificate, const char *key, int64_t handshake_ms,
                        struct error *err) {
    struct identity *fresh;
    enum cxd_err code = identity_read(certificate, key, &fresh, err);
    if (code)
        return code;
    int64_t now_ms = clock_monotonic_ms();
    atomic_store(&current, fresh);
    atomic_store(&tls->end_s, fresh->end_s);
    tls->identity->retired_at_ms = now_ms;
    tls->identity->next = tls->retired;
    tls->retired = tls->identity;
    tls->identity = fresh;
    free_retired(tls, now_ms - handshake_ms);
    return CXD_OK;
}

const char *tls_pin(const struct tls *tls) {
    return tls->identity->pin;
}

int64_t tls_end_s(const struct tls *tls) {
    return atomic_load(&tls->end_s);
}

void tls_close(struct tls *tls) {
    if (!tls)
        return;
    if (tls->identity) {
        struct identity *mine = tls->identity;
        atomic_compare_exchange_strong(&current, &mine, NULL);
    }
    free_retired(tls, INT64_MAX);
    identity_free(tls->identity);
    free(tls);
}
