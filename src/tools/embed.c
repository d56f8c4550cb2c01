/* A tool of the build: `embed ENGINE FILE… > sql.c` writes the SQL files as the C tables that
 * src/store/ENGINE/sql.h declares, whose names begin with that of the engine. A file whose name begins with a digit is
 * a migration and is taken whole; any other holds named queries, each after a line `-- name: the_name`. What several of
 * them share stands once, after a line `-- fragment: the_name` and before its first use, a line `-- use: the_name` in a
 * query or in a later fragment; one that is not known, known twice or never used ends the build. Other lines of comment
 * are left out. `embed --text NAME HEADER FILE > text.c` writes a file as the string NAME that HEADER declares; `embed
 * --texts NAME TYPE HEADER FILE… > texts.c` writes files as an array NAME of `struct TYPE`, whose first two members are
 * the name of a file up to its first dot and its text, and their number as NAME_COUNT. */

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its lines stand one behind the other in `text`, those of the fragments that it uses among them. */
struct fragment {
    struct fragment *next;
    char *name, *text;
    size_t length;
    int line;
    bool used;
};

/* The file that is read, the line where, and what its lines belong to: a fragment, a query or nothing yet. */
struct source {
    const char *path;
    int line;
    struct fragment *fragments, *fragment;
    size_t queries;
};

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_migration(const char *path) {
    return isdigit((unsigned char)base_name(path)[0]);
}

static FILE *must_open(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void write_literal(const char *text, size_t length) {
    fputs("\n        \"", stdout);
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '\n':
            fputs("\\n", stdout);
            break;
        case '"':
        case '\\':
        case '?': /* no trigraphs */
            printf("\\%c", text[i]);
            break;
        default:
            putchar(text[i]);
        }
    }
    putchar('"');
}

static void write_migration(const char *path) {
    FILE *file = must_open(path);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    printf("    {%ld, \"%s\",", strtol(base_name(path), NULL, 10), base_name(path));
    while ((length = getline(&line, &capacity, file)) > 0)
        write_literal(line, (size_t)length);
    puts("},");
    free(line);
    fclose(file);
}

_Noreturn static void fail(const struct source *source, const char *what, const char *name) {
    fprintf(stderr, "%s:%d: %s: %s\n", source->path, source->line, what, name);
    exit(1);
}

static void *must_have(void *memory) {
    if (!memory) {
        perror("embed");
        exit(1);
    }
    return memory;
}

/* The name behind `-- MARK:`, which ends the line. NULL in any other line. */
static char *marked(char *line, const char *mark) {
    size_t length = strlen(mark);
    if (strncmp(line, "--", 2) != 0)
        return NULL;
    line += 2 + strspn(line + 2, "- \t");
    if (strncmp(line, mark, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    line += strspn(line, " \t");
    line[strcspn(line, " \t\r\n")] = '\0';
    return line;
}

static struct fragment *find_fragment(const struct source *source, const char *name) {
    struct fragment *fragment = source->fragments;
    while (fragment && strcmp(fragment->name, name) != 0)
        fragment = fragment->next;
    return fragment;
}

static void begin_fragment(struct source *source, const char *name) {
    if (find_fragment(source, name))
        fail(source, "a second fragment of this name", name);
    struct fragment *fragment = must_have(calloc(1, sizeof *fragment));
    *fragment = (struct fragment){source->fragments, must_have(strdup(name)), NULL, 0, source->line, false};
    source->fragments = source->fragment = fragment;
}

static void begin_query(struct source *source, const char *name) {
    source->fragment = NULL;
    printf("%s    [QUERY_", source->queries++ ? ",\n" : "");
    for (const char *c = name; *c; c++)
        putchar(toupper((unsigned char)*c));
    fputs("] =", stdout);
}

/* Takes `length` bytes of whole lines to where they belong. */
static void take_lines(struct source *source, const char *text, size_t length) {
    struct fragment *into = source->fragment;
    if (into) {
        into->text = must_have(realloc(into->text, into->length + length));
        memcpy(into->text + into->length, text, length);
        into->length += length;
        return;
    }
    for (size_t line; length > 0; text += line, length -= line) {
        const char *end = memchr(text, '\n', length);
        line = end ? (size_t)(end - text) + 1 : length;
        write_literal(text, line);
    }
}

static void use_fragment(struct source *source, const char *name) {
    struct fragment *used = find_fragment(source, name);
    if (!used || !used->text || used == source->fragment)
        fail(source, "no fragment of this name stands whole before", name);
    if (!source->fragment && source->queries == 0)
        fail(source, "used outside of a query", name);
    used->used = true;
    take_lines(source, used->text, used->length);
}

static void end_fragments(struct source *source) {
    for (struct fragment *fragment = source->fragments, *next; fragment; fragment = next) {
        next = fragment->next;
        source->line = fragment->line;
        if (!fragment->used)
            fail(source, "a fragment that nothing uses", fragment->name);
        free(fragment->name);
        free(fragment->text);
        free(fragment);
    }
}

static size_t write_queries(const char *path) {
    struct source source = {.path = path};
    FILE *file = must_open(path);
    char *line = NULL;
    const char *name;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0) {
        source.line++;
        if ((name = marked(line, "name")))
            begin_query(&source, name);
        else if ((name = marked(line, "fragment")))
            begin_fragment(&source, name);
        else if ((name = marked(line, "use")))
            use_fragment(&source, name);
        else if ((source.fragment || source.queries > 0) && strncmp(line, "--", 2) != 0 && line[0] != '\n')
            take_lines(&source, line, (size_t)length);
    }
    puts(source.queries ? "," : "");
    end_fragments(&source);
    free(line);
    fclose(file);
    return source.queries;
}

static void write_lines(const char *path) {
    FILE *file = must_open(path);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0)
        write_literal(line, (size_t)length);
    fputs("\n        \"\"", stdout);
    free(line);
    fclose(file);
}

static int write_text(const char *name, const char *header, const char *path) {
    printf("/* Generated by src/tools/embed.c: do not edit. */\n#include \"%s\"\n\nconst char %s[] =", header, name);
    write_lines(path);
    puts(";");
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

static int write_texts(const char *name, const char *type, const char *header, char *const *paths, int count) {
    printf("/* Generated by src/tools/embed.c: do not edit. */\n#include \"%s\"\n\nconst struct %s %s[] = {\n", header,
           type, name);
    for (int i = 0; i < count; i++) {
        const char *base = base_name(paths[i]);
        printf("    {\"%.*s\",", (int)strcspn(base, "."), base);
        write_lines(paths[i]);
        puts("},");
    }
    printf("};\nconst size_t %s_COUNT = %d;\n", name, count);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

static int write_sql(const char *engine, char *const *paths, int count) {
    char prefix[32];
    size_t migrations = 0, queries = 0, length = 0;
    for (; engine[length] && length < sizeof prefix - 1; length++)
        prefix[length] = (char)toupper((unsigned char)engine[length]);
    prefix[length] = '\0';
    printf("/* Generated by src/tools/embed.c: do not edit. */\n#include \"store/%s/sql.h\"\n\n", engine);
    printf("const struct sql_migration %s_MIGRATIONS[] = {\n", prefix);
    for (int i = 0; i < count; i++) {
        if (is_migration(paths[i])) {
            write_migration(paths[i]);
            migrations++;
        }
    }
    printf("};\nconst size_t %s_MIGRATION_COUNT = %zu;\n\n", prefix, migrations);
    printf("const char *const %s_QUERIES[QUERY_COUNT] = {\n", prefix);
    for (int i = 0; i < count; i++)
        if (!is_migration(paths[i]))
            queries += write_queries(paths[i]);
    printf("};\n_Static_assert(QUERY_COUNT == %zu, \"sql.h and the named queries differ\");\n", queries);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv) {
    if (argc == 5 && strcmp(argv[1], "--text") == 0)
        return write_text(argv[2], argv[3], argv[4]);
    if (argc > 5 && strcmp(argv[1], "--texts") == 0)
        return write_texts(argv[2], argv[3], argv[4], argv + 5, argc - 5);
    return argc > 2 ? write_sql(argv[1], argv + 2, argc - 2) : 1;
}
