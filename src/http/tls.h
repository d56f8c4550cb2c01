#ifndef CXD_HTTP_TLS_H
#define CXD_HTTP_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* The server's certificate and key, replaced while connections are open. */

/* 1.2 and 1.3, with forward secrecy and authenticated ciphers only. */
#define TLS_PRIORITIES                                                                                                 \
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:"                        \
    "+CHACHA20-POLY1305:%SERVER_PRECEDENCE"

struct tls;

/* Reads PEM files. ERR_CONFIG names the file and what is wrong with it. */
CXD_NODISCARD enum cxd_err tls_open(const char *certificate, const char *key, struct tls **ret_tls, struct error *err);
/* Reads such files again, from these paths. What was retired more than `handshake_ms` ago, the longest that a handshake
 * may take, is freed. On an error nothing has changed. One thread at a time. */
CXD_NODISCARD enum cxd_err tls_reload(struct tls *tls, const char *certificate, const char *key, int64_t handshake_ms,
                                      struct error *err);
const char *tls_pin(const struct tls *tls);
/* When the certificate ends, seconds since 1970. Any thread. */
int64_t tls_end_s(const struct tls *tls);
/* No handshake may be under way any more. Takes NULL. */
void tls_close(struct tls *tls);

/* For GnuTLS: the certificate of a handshake. The library hands nothing over by which a server could be told from
 * another, so there can be one of them in a process. */
int tls_choose(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
               const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **ret_chain,
               unsigned *ret_chain_length, gnutls_privkey_t *ret_key);

#endif
