#ifndef CXD_CODEC_ARCHIVE_H
#define CXD_CODEC_ARCHIVE_H

#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/secret.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/response.h"

/* An archive: everything that makes one cxd the same as another, as lines of JSON that say by their "type" what they
 * are. docs/archive.md has the format. Each appends one line with its end. */

enum { ARCHIVE_VERSION = 1 };

void archive_encode_head(struct buffer *out, int64_t moment_ms, int64_t schema, const char *program);
/* One revision of a survey, which is survey->revision. */
void archive_encode_survey(struct buffer *out, const struct survey *survey);
/* A named definition of a kind, of the text that is kept of it. */
void archive_encode_document(struct buffer *out, const char *kind, const char *name, const char *definition);
void archive_encode_response(struct buffer *out, const char *slug, const struct response *response);

/* What was written of a survey. */
struct archive_figures {
    int64_t responses;
    struct histogram hist; /* of those that count */
};
void archive_count(struct archive_figures *figures, const struct response *response);
void archive_encode_figures(struct buffer *out, const struct survey *survey, const struct archive_figures *figures);

/* Lines before this one, responses among them, and the SHA-256 of all bytes of them. */
void archive_encode_end(struct buffer *out, int64_t lines, int64_t responses, const uint8_t digest[SHA256_SIZE]);

#endif
