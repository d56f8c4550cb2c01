#ifndef CXD_CODEC_CODEC_H
#define CXD_CODEC_CODEC_H

/* src/codec/: bytes to structs and back; the only room that knows jansson. Each file has the header of its name, but
 * where said.
 *
 *   read.c             a text becomes a document of JSON values; the usual kinds of members are read
 *   lex.c              JSON as tokens that know where they are
 *   mend.c             what the library would refuse of characters and numbers, before it reads a text again
 *   nesting.c          how deep a text nests, before it is parsed (json.h)
 *   write.c            writing JSON, member by member
 *   json.c             a read-only view of JSON for cmd/
 *   flat.c             JSON of the plain kind in one pass, without the library
 *   response_flat.c    a response that is of this kind, as nearly all are (read.h)
 *   response.c         a response: from the body of a POST, and to JSON
 *   answers.c          answers to further questions to JSON
 *   batch.c            a batch, NDJSON or an array, a line at a time (response.h)
 *   properties.c       the properties of a response or an invitation
 *   answers_read.c     answers to further questions, as they are sent (read.h)
 *   idempotency.c      the Idempotency-Key: how it names a response, and each line of a batch
 *   import.c           imports: begun, said to be done, told of
 *   exclusion.c        the body of a PATCH: whether a response counts
 *   invitation.c       invitations as signed tokens
 *   invitation_list.c  requests for invitations: an object, NDJSON or CSV (invitation.h)
 *   mime.c             header values with parameters, such as a Content-Type
 *   fields.c           a form, urlencoded (form.h)
 *   multipart.c        a form in parts (form.h)
 *   event.c            events of a survey that is shown
 *   response_form.c    a response that comes as a form (form.h)
 *   csv.c              lists of people out of a spreadsheet; fields for one
 *   archive.c          a whole cxd as lines of JSON
 *   export.c           responses as CSV, NDJSON and the schema of the CSV
 *   export_answers.c   the columns of these that questions have
 *   survey.c           a survey's definition from JSON, defaults filled in; as definition and as reply
 *   survey_form.c      the form that a widget draws (survey.h)
 *   scoring.c          scale and bands, of surveys and of questions
 *   texts.c            what respondents read, by locale
 *   question.c         the further questions of a definition
 *   journey.c          a journey: from the body of a PUT, and as it is kept
 *   key.c              API keys and signing keys: asked for, and told of
 *   session.c          by what a browser signs in
 *   score.c            scores, trends and comparisons to JSON: the one place that rounds
 *   picture.c          what pictures are drawn with, and in which words
 *   picture_score.c    a score as SVG (picture.h)
 *   picture_trend.c    a trend as SVG (picture.h)
 *   segments.c         tables of segments to JSON
 *   answered.c         what was answered to further questions, to JSON
 *   alert.c            rules of alerts, their states and history
 *   movement.c         who moved between bands, to JSON
 *   terms.c            terms of comments to JSON
 *   exposition.c       the text of Prometheus */

#endif
