/* From the tree of a query to the text of a MATCH. What somebody has written stands in quotes, with every quote in it
 * doubled; everything else is of this file. */

#include "store/sqlite/expression.h"

struct writing {
    struct expression *out;
    int64_t survey;
    const struct search_query *query;
};

static void note_phrase(struct expression *out, int phrase) {
    if (out->count < CXD_COUNT(out->phrases))
        out->phrases[out->count++] = phrase;
}

static void write_survey(const struct writing *writing) {
    buffer_append_format(&writing->out->text, "facet:\"%lld\"", (long long)writing->survey);
    note_phrase(writing->out, -1);
}

static void write_scores(const struct writing *writing, unsigned scores) {
    static const unsigned SCORES = (1U << HISTOGRAM_SIZE) - 1;
    const char *between = "";
    if ((scores & SCORES) == 0) { /* a word that those without a score have, or one that none has */
        buffer_append_format(&writing->out->text, "facet:\"%lld%s\"", (long long)writing->survey,
                             scores == EXPRESSION_SCORELESS ? "sx" : "s");
        note_phrase(writing->out, -1);
        return;
    }
    buffer_append_char(&writing->out->text, '(');
    for (int i = 0; i < HISTOGRAM_SIZE; i++) {
        if (!(scores >> i & 1))
            continue;
        buffer_append_format(&writing->out->text, "%sfacet:\"%llds%d\"", between, (long long)writing->survey, i);
        note_phrase(writing->out, -1);
        between = " OR ";
    }
    buffer_append_char(&writing->out->text, ')');
}

static void write_phrase(const struct writing *writing, int number) {
    const struct search_phrase *phrase = &writing->query->phrases[number];
    struct buffer *text = &writing->out->text;
    buffer_append_text(text, "comment:\"");
    for (const char *at = phrase->text; *at != '\0'; at++)
        buffer_append_text(text, *at == '"' ? "\"\"" : (const char[]){*at, '\0'});
    buffer_append_text(text, phrase->is_prefix ? "\" *" : "\"");
    note_phrase(writing->out, number);
}

struct conjunction {
    int wanted[SEARCH_NODES_MAX], unwanted[SEARCH_NODES_MAX];
    size_t wanted_count, unwanted_count;
};

static void gather(const struct search_query *query, int at, struct conjunction *conjunction) {
    const struct search_node *node = &query->nodes[at];
    if (node->kind == SEARCH_AND) {
        gather(query, node->left, conjunction);
        gather(query, node->right, conjunction);
    } else if (node->kind == SEARCH_NOT) {
        conjunction->unwanted[conjunction->unwanted_count++] = node->left;
    } else {
        conjunction->wanted[conjunction->wanted_count++] = at;
    }
}

static void write_node(const struct writing *writing, int at);

static void write_nodes(const struct writing *writing, const int *nodes, size_t count, const char *operator) {
    buffer_append_char(&writing->out->text, '(');
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(&writing->out->text, i == 0 ? "" : operator);
        write_node(writing, nodes[i]);
    }
    buffer_append_char(&writing->out->text, ')');
}

/* FTS5's NOT has two sides: what is asked without anything wanted is asked of all of the survey. */
static void write_conjunction(const struct writing *writing, int at) {
    struct conjunction conjunction = {.wanted_count = 0};
    gather(writing->query, at, &conjunction);
    buffer_append_char(&writing->out->text, '(');
    if (conjunction.wanted_count > 0)
        write_nodes(writing, conjunction.wanted, conjunction.wanted_count, " AND ");
    else
        write_survey(writing);
    if (conjunction.unwanted_count > 0) {
        buffer_append_text(&writing->out->text, " NOT ");
        write_nodes(writing, conjunction.unwanted, conjunction.unwanted_count, " OR ");
    }
    buffer_append_char(&writing->out->text, ')');
}

static void write_node(const struct writing *writing, int at) {
    const struct search_node *node = &writing->query->nodes[at];
    if (node->kind == SEARCH_PHRASE)
        write_phrase(writing, node->left);
    else if (node->kind == SEARCH_OR)
        write_nodes(writing, (const int[]){node->left, node->right}, 2, " OR ");
    else
        write_conjunction(writing, at);
}

/* Whether something has to be in the comment for the query to mean one of its texts: what must not be in that may be in
 * another. */
static bool is_bound(const struct search_query *query, int at) {
    const struct search_node *node = &query->nodes[at];
    if (node->kind == SEARCH_PHRASE || node->kind == SEARCH_NOT)
        return node->kind == SEARCH_PHRASE;
    bool left = is_bound(query, node->left), right = is_bound(query, node->right);
    return node->kind == SEARCH_AND ? left || right : left && right;
}

static void write_wide(const struct writing *writing, int at) {
    const struct search_query *query = writing->query;
    const struct search_node *node = &query->nodes[at];
    if (node->kind == SEARCH_PHRASE) {
        write_phrase(writing, node->left);
        return;
    }
    bool is_both = is_bound(query, node->left) && is_bound(query, node->right);
    buffer_append_char(&writing->out->text, '(');
    if (is_both || is_bound(query, node->left))
        write_wide(writing, node->left);
    if (is_both)
        buffer_append_text(&writing->out->text, node->kind == SEARCH_AND ? " AND " : " OR ");
    if (is_both || !is_bound(query, node->left))
        write_wide(writing, node->right);
    buffer_append_char(&writing->out->text, ')');
}

static void write_texts_of(const struct writing *writing, const char *key) {
    buffer_append_format(&writing->out->text, " AND facet:\"%lldq", (long long)writing->survey);
    for (; *key != '\0'; key++)
        buffer_append_format(&writing->out->text, "%02x", (unsigned char)*key);
    buffer_append_char(&writing->out->text, '"');
    note_phrase(writing->out, -1);
}

void sqlite_expression_write(struct expression *out, const struct expressed *what) {
    struct writing writing = {out, what->survey, what->query};
    bool is_wide = what->query && what->is_wide, is_asked = what->query && !what->is_wide;
    buffer_reset(&out->text);
    out->count = 0;
    if (what->scores != 0)
        write_scores(&writing, what->scores);
    else
        write_survey(&writing);
    if (what->texts_of)
        write_texts_of(&writing, what->texts_of);
    if (is_asked || (is_wide && is_bound(what->query, what->query->root)))
        buffer_append_text(&out->text, " AND ");
    if (is_asked)
        write_node(&writing, what->query->root);
    else if (is_wide && is_bound(what->query, what->query->root))
        write_wide(&writing, what->query->root);
}

void sqlite_expression_write_phrase(struct expression *out, int64_t survey, const struct search_query *query,
                                    size_t phrase) {
    struct writing writing = {out, survey, query};
    buffer_reset(&out->text);
    out->count = 0;
    write_survey(&writing);
    buffer_append_text(&out->text, " AND ");
    write_phrase(&writing, (int)phrase);
}
