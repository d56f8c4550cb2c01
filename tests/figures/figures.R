# The figures of docs/scoring.md, computed a second time: by base R, from raw answers, sharing nothing with the program.
#
#   Rscript figures.R <cases >figures
#
# A case is a line of fields apart by tabs: id, method, direction, scale_min, scale_max, satisfied_from,
# dissatisfied_to, confidence, alpha, answers, answers of the other side (numbers apart by blanks; may be empty). A line
# of figures: id, then name=value apart by tabs. Cases whose ids begin with g are the rows of tables of segments, each
# against all others of its table: the table, a point, and the row.

z <- function(confidence) qnorm(1 - (1 - confidence) / 2)
prior <- function(confidence) if (confidence >= 0.95) 3 else 3 * (z(confidence) / z(0.95))^2

# What an answer counts: +1, 0, −1; 1, 0; or itself.
values <- function(x, c) {
  good <- if (c$direction == "lower_is_better") x <= c$favourable else x >= c$favourable
  bad <- if (c$direction == "lower_is_better") x >= c$unfavourable else x <= c$unfavourable
  switch(c$method, mean = x, top_box = as.numeric(good), as.numeric(good) - as.numeric(bad))
}
is_net <- function(c) c$method %in% c("net_promoter", "net_easy")
unit <- function(c) if (c$method == "mean") 1 else 100

# Mean and its standard error with k prior answers.
adjusted <- function(x, c, k) {
  v <- values(x, c)
  if (is_net(c)) { levels <- c(-1, 0, 1); weights <- c(k / 4, k / 2, k / 4) }
  else { levels <- c$low:c$high; weights <- rep(k / length(levels), length(levels)) }
  w <- c(rep(1, length(v)), weights); v <- c(v, levels)
  m <- sum(w * v) / sum(w)
  c(m, sqrt(sum(w * (v - m)^2) / sum(w) / sum(w)))
}

bounds <- function(x, c, confidence) {
  n <- length(x); v <- values(x, c); s <- unit(c) * mean(v)
  range <- if (c$method == "mean") c(c$low, c$high) else if (is_net(c)) c(-100, 100) else c(0, 100)
  if (c$method == "top_box") ci <- 100 * suppressWarnings(prop.test(sum(v), n, conf.level = confidence, correct = FALSE))$conf.int
  else { a <- adjusted(x, c, prior(confidence)); ci <- unit(c) * (a[1] + c(-1, 1) * z(confidence) * a[2]) }
  ci <- pmin(pmax(ci, range[1]), range[2])
  c(min(ci[1], s), max(ci[2], s))
}

# All ways to deal: generating function of (number dealt, sum of values), as a matrix of log-free weights.
permutation <- function(v, w, mid) {
  if (length(v) > length(w)) { t <- v; v <- w; w <- t }
  m <- length(v); pooled <- c(v, w); low <- min(pooled); pooled <- pooled - low
  top <- m * max(pooled)
  ways <- matrix(0, m + 1, top + 1); ways[1, 1] <- 1
  for (level in unique(pooled)) {
    have <- sum(pooled == level); grown <- ways
    for (take in seq_len(min(m, have))) {
      from <- ways[1:(m + 1 - take), seq_len(max(top + 1 - take * level, 0)), drop = FALSE]
      if (ncol(from) > 0)
        grown[(take + 1):(m + 1), (take * level + 1):(top + 1)] <- grown[(take + 1):(m + 1), (take * level + 1):(top + 1)] + from * choose(have, take)
    }
    ways <- grown
  }
  apart <- abs((0:top) * length(pooled) - m * sum(pooled))
  seen <- abs(sum(v - low) * length(pooled) - m * sum(pooled))
  deals <- ways[m + 1, ]
  (sum(deals[apart > seen]) + (if (mid) 0.5 else 1) * sum(deals[apart == seen])) / sum(deals)
}

share_mid_p <- function(v, w) {
  if (length(v) > length(w)) { t <- v; v <- w; w <- t }
  m <- length(v); good <- sum(v) + sum(w); total <- m + length(w)
  x <- max(0, m - (total - good)):min(m, good)
  d <- dhyper(x, good, total - good, m)
  apart <- abs(x * total - m * good); seen <- abs(sum(v) * total - m * good)
  sum(d[apart > seen]) + 0.5 * sum(d[apart == seen])
}

test <- function(x, y, c) {
  v <- values(x, c); w <- values(y, c); smaller <- min(length(v), length(w))
  if (length(unique(c(v, w))) < 2) return(list("constant", NA))
  if (smaller < 20) return(list("permutation", permutation(v, w, smaller >= 10)))
  if (c$method == "top_box") {
    table <- matrix(c(sum(v), length(v) - sum(v), sum(w), length(w) - sum(w)), 2)
    expected <- outer(rowSums(table), colSums(table)) / sum(table)
    if (min(expected) < 3 - 1e-9) return(list("permutation", share_mid_p(v, w)))
    return(list("pooled_z", suppressWarnings(prop.test(c(sum(v), sum(w)), c(length(v), length(w)), correct = FALSE))$p.value))
  }
  a <- adjusted(x, c, 3); b <- adjusted(y, c, 3)
  list("adjusted_z", 2 * pnorm(-abs(a[1] - b[1]) / sqrt(a[2]^2 + b[2]^2)))
}

figures <- function(x, c) {
  if (length(x) == 0) return(c(n = 0))
  b <- bounds(x, c, c$confidence); s <- unit(c) * mean(values(x, c))
  t <- if (c$method == "mean" && length(x) > 1 && sd(x) > 0)
    pmin(pmax(t.test(x, conf.level = c$confidence)$conf.int, c$low), c$high) else c(NA, NA)
  c(n = length(x), score = s, low = b[1], high = b[2], margin = max(s - b[1], b[2] - s), mean = mean(x), t_low = t[1], t_high = t[2])
}

comparison <- function(x, y, c) {
  if (length(x) == 0 || length(y) == 0) return(c(test = "empty"))
  s <- unit(c) * mean(values(x, c)); o <- unit(c) * mean(values(y, c))
  a <- bounds(x, c, c$confidence); b <- bounds(y, c, c$confidence)
  found <- test(x, y, c)
  c(other = o, delta = s - o, delta_low = s - o - sqrt((s - a[1])^2 + (b[2] - o)^2), delta_high = s - o + sqrt((a[2] - s)^2 + (o - b[1])^2),
    p = max(found[[2]], 1e-300), significant = as.numeric(found[[2]] < c$alpha - 1e-12), test = found[[1]])
}

show <- function(name, value) paste0(name, "=", if (is.numeric(value)) formatC(value, digits = 15, format = "g") else value)

# What a segment moves the score by: its own answers, and all others of the table.
impact <- function(x, y, c) {
  s <- function(v) if (length(v) == 0) NA else unit(c) * mean(values(v, c))
  (s(x) - s(c(x, y))) * length(x) / (length(x) + length(y))
}

rows <- list(); p <- c()
input <- file("stdin"); lines <- readLines(input); close(input)
for (line in lines) {
  f <- strsplit(paste0(line, "\t."), "\t", fixed = TRUE)[[1]]
  c <- list(method = f[2], direction = f[3], low = as.numeric(f[4]), high = as.numeric(f[5]), favourable = as.numeric(f[6]),
            unfavourable = as.numeric(f[7]), confidence = as.numeric(f[8]), alpha = as.numeric(f[9]))
  answers <- function(text) as.numeric(strsplit(text, " ", fixed = TRUE)[[1]])
  x <- answers(f[10]); y <- answers(f[11])
  own <- figures(x, c); other <- as.list(comparison(x, y, c))
  for (name in setdiff(names(other), "test")) other[[name]] <- as.numeric(other[[name]])
  line <- paste(c(f[1], mapply(show, names(own), own), mapply(show, names(other), other)), collapse = "\t")
  if (startsWith(f[1], "g")) {
    rows[[f[1]]] <- paste(line, show("impact", impact(x, y, c)), sep = "\t")
    p[f[1]] <- if (is.null(other$p)) NA else other$p
  } else cat(line, "\n", sep = "")
}
tables <- sub("[.].*", "", names(p))
for (table in unique(tables)) {
  ids <- names(p)[tables == table]
  adjusted <- p.adjust(p[ids], "BH")
  for (id in ids) cat(rows[[id]], "\t", show("p_adjusted", adjusted[[id]]), "\n", sep = "")
}
