# Files of CSV as R's read.table reads them, for cells.mjs: stdin has three lines for each (file, encoding, delimiter or
# TAB), each becomes a line of JSON, [["cell", …], …].
input <- readLines(file("stdin"), encoding = "UTF-8")

escape <- function(text) {
  text <- gsub("\\", "\\\\", enc2utf8(text), fixed = TRUE)
  text <- gsub("\"", "\\\"", text, fixed = TRUE)
  text <- gsub("\n", "\\n", text, fixed = TRUE)
  gsub("\t", "\\t", text, fixed = TRUE)
}

for (at in seq(1, length(input), by = 3)) {
  delimiter <- if (input[at + 2] == "TAB") "\t" else input[at + 2]
  rows <- read.table(input[at], sep = delimiter, quote = "\"", header = FALSE, colClasses = "character",
                     na.strings = character(0), comment.char = "", strip.white = FALSE, allowEscapes = FALSE,
                     fileEncoding = input[at + 1], stringsAsFactors = FALSE, blank.lines.skip = TRUE)
  lines <- apply(as.matrix(rows), 1, function(row) paste0("[", paste0("\"", escape(row), "\"", collapse = ","), "]"))
  cat("[", paste0(lines, collapse = ","), "]\n", sep = "")
}
