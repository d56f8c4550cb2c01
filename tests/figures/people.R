# The figures of docs/scoring.md §8 by base R, from raw answers: clustered errors and tests, and Bowker's.
#
#   Rscript people.R <cases >figures
#
# A case is a line of fields apart by tabs: "clustered", method, favourable, unfavourable, scale_min, scale_max,
# confidence, then the answers of both sides as "who:score" apart by blanks (who empty: nobody known); or "bowker" and
# the nine cells by rows. A line of figures for each, apart by tabs; NA where there is none.

value <- function(score, method, good, bad)
  switch(method, mean = score, top_box = as.numeric(score >= good), as.numeric(score >= good) - as.numeric(score <= bad))

read_side <- function(text, side) {
  parts <- strsplit(strsplit(text, " ")[[1]], ":")
  who <- vapply(parts, `[`, "", 1)
  who[who == ""] <- paste0("nobody ", side, " ", seq_len(sum(who == "")))
  list(who = who, score = as.numeric(vapply(parts, `[`, "", 2)))
}

clustered <- function(f) {
  good <- as.numeric(f[3]); bad <- as.numeric(f[4]); low <- as.numeric(f[5]); high <- as.numeric(f[6])
  confidence <- as.numeric(f[7]); unit <- if (f[2] == "mean") 1 else 100
  sides <- list(read_side(f[8], 1), read_side(f[9], 2))
  pull <- lapply(sides, function(s) {
    v <- value(s$score, f[2], good, bad)
    tapply(v - mean(v), s$who, sum) / length(v)
  })
  m <- vapply(sides, function(s) unit * mean(value(s$score, f[2], good, bad)), 0)
  g <- lengths(pull)
  se <- unit * sqrt(g / (g - 1) * vapply(pull, function(e) sum(e^2), 0))
  range <- if (f[2] == "mean") c(low, high) else if (f[2] == "top_box") c(0, 100) else c(-100, 100)
  half <- qt(1 - (1 - confidence) / 2, g[1] - 1) * se[1]
  own <- if (is.finite(half) && half > 0) c(max(m[1] - half, range[1]), min(m[1] + half, range[2])) else c(NA, NA)
  all <- union(names(pull[[1]]), names(pull[[2]]))
  at <- function(e) ifelse(is.na(e[all]), 0, e[all])
  error <- unit * sqrt(length(all) / (length(all) - 1) * sum((at(pull[[1]]) - at(pull[[2]]))^2))
  df <- min(g) - 1; delta <- m[1] - m[2]
  if (min(g) < 20) return(c(own, NA, NA, NA))
  c(own, delta + c(-1, 1) * qt(1 - (1 - confidence) / 2, df) * error, 2 * pt(-abs(delta / error), df))
}

bowker <- function(f) {
  t <- matrix(as.numeric(f[2:10]), 3, byrow = TRUE)
  there <- t[upper.tri(t)]; back <- t(t)[upper.tri(t)]; moved <- (there + back)[there + back > 0]
  part <- function(a, n) (2 * a - n)^2 / n
  statistic <- sum(part(there[there + back > 0], moved)); df <- length(moved)
  if (prod(moved + 1) > 250000) return(c(statistic, df, pchisq(statistic, df, lower.tail = FALSE)))
  ways <- expand.grid(lapply(moved, function(n) 0:n))
  s <- 0; p <- 1
  for (i in seq_along(moved)) { s <- s + part(ways[[i]], moved[i]); p <- p * dbinom(ways[[i]], moved[i], 0.5) }
  c(statistic, df, sum(p[s >= statistic - 1e-9]))
}

for (line in readLines(file("stdin"))) {
  f <- strsplit(line, "\t")[[1]]
  figures <- if (f[1] == "bowker") bowker(f) else clustered(f)
  cat(paste(format(figures, digits = 15, trim = TRUE), collapse = "\t"), "\n", sep = "")
}
