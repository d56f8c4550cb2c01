#ifndef CXD_IMPORT_IMPORT_H
#define CXD_IMPORT_IMPORT_H

/* src/import/: from the bytes of a file that another program wrote to rows of cells. Each file has the header of its
 * name, but where said; a file uses those above it.
 *
 *   source.c      the bytes of a file, from the begin as often as wanted; what cannot be rewound is spooled
 *   encoding.c    bytes in UTF-8, UTF-16 or Windows-1252 to UTF-8, and which of them it is
 *   text.c        a source as blocks of UTF-8
 *   delimiter.c   which character parts the cells of a text
 *   cells.c       the row that is being read, within its bounds
 *   csv.c         text to rows
 *   names.c       names of columns, each once
 *   elements.c    the texts of JSON in a file, one after the other
 *   flatten.c     an object with objects in it as names and texts
 *   json.c        objects of JSON to rows
 *   parts.c       the parts of a zip archive; alone: minizip
 *   xml.c         a part as elements and text; alone: expat
 *   spool.c       bytes put down once and read at any place, beyond memory in a file
 *   rich.c        the text of a cell of a workbook
 *   strings.c     the texts that its cells share
 *   serial.c      numbers that are shown as dates
 *   styles.c      which cells these are
 *   workbook.c    which part is what, and its sheets
 *   sheet.c       the rows of a sheet
 *   xlsx.c        a sheet to rows
 *   kind.c        what a file is, by its first bytes
 *   table.c       whatever file it is, as a table
 *   text_cell.c   cells as texts: blanks, words for nothing, names that are the same but for marks
 *   date_words.c  months, weekdays and zones by name
 *   score_cell.c  cells as scores
 *   date_parts.c  the grammar of dates
 *   date_form.c   the forms of dates, by name (date.h)
 *   date_cell.c   cells as instants (date.h)
 *   date_guess.c  the one form of a column of dates (date.h)
 *   mapping.c     which column is which member of a response, as somebody says it
 *   answer_cell.c  answers to further questions in cells
 *   preset.c      the exports of other programs
 *   guess.c       which column is which, by names and values
 *   header.c      whether a first row is the header, and the zone that it names
 *   mended.c      files of bad rows, put right
 *   row_id.c      the id of a row, and how many rows before say the same
 *   row.c         a row as a response */

#endif
