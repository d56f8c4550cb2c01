#ifndef CXD_DOMAIN_DOMAIN_H
#define CXD_DOMAIN_DOMAIN_H

/* src/domain/: plain structs and pure functions.
 *
 *   survey.c           what a survey is: its enumerations, and the defaults of its metric
 *   survey_validate.c  the rules that a definition must keep
 *   scoring.c          the rules of metric, scale, method, direction and bands
 *   question.c         what is asked behind the score
 *   question_validate.c  the rules that it must keep
 *   judge.c            answers to it: which are taken
 *   answered.c         figures of what was answered
 *   locale.c           which locale is read to who asks for one
 *   band.c             bands: which score is of which, and their names
 *   rules.c            rules of text that surveys and responses share
 *   response.c         one answer: what makes it valid, and when two are the same
 *   answers.c          its answers to further questions: when they are the same, and what is left out (response.h)
 *   texts.c            what it says in free words
 *   respondent.c       names of respondents: the one form of an address
 *   invitation.c       invitations: what makes one good, and the response that it names
 *   import.c           imports: the names of their states
 *   impression.c       events of a survey that is shown, and the response rate
 *   key.c              API keys and signing keys: scopes, expiry
 *   session.c          browsers that are signed in: how long, and how many
 *   histogram.c        counts of each score, and their sums
 *   score.c            a score with its interval (NPS, CSAT, CES, means; adjusted Wald, Wilson)
 *   compare.c          two scores held against each other: delta, which test; Benjamini–Hochberg over many tests
 *   segments.c         a table of segments: the most harmful first, and a remainder
 *   segment_rates.c    response rates by segment
 *   suppression.c      which of them a min_n withholds
 *   adjusted.c         the adjusted estimates behind intervals and tests
 *   permutation.c      the permutation test, for few answers
 *   people.c           respondents of windows, told apart: how many, what each said last
 *   clustered.c        standard errors and tests that know of repeated answers
 *   movement.c         who moved between bands from one window to another, and Bowker's test
 *   distribution.c     the normal and Student's t distribution
 *   plan.c             how many answers a margin or a change needs
 *   search_parse.c     a query for comments, as a tree
 *   search_match.c     whether a text is what it asks for, where, and how well (BM25)
 *   snippet.c          the piece of a text that a list shows
 *   window.c           windows of time: their names, the one before, the buckets of a trend
 *   window_cover.c     the tiers of rollups, and which of them a window is read from
 *   journey.c          an ordered list of stages, and where a score stands on its range
 *   alert.c            rules of alerts: what they find in figures, and what becomes of their state
 *   characters.c       what a character is to a word, and the form in which letters are compared
 *   tokens.c           the words of a text, in any script
 *   vocabulary.c       words and phrases of many texts, counted in bounded memory
 *   terms.c            counts of them, of one band and of the rest (stop words: config/stopwords/)
 *   terms_rank.c       which of them set the band apart
 *   reckoning.c        how late it is, where a clock may be wrong */

#endif
