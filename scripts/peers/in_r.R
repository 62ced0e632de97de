# Holds keyness, dispersion, sequences, diversity and Delta against packages of R, over the words that Tifa cuts.
# Arguments: the folder with what Tifa's example prints, and the program that prints Delta.
#
# Prints for each statistic the peer, how many values were compared and the largest difference, relative to the
# larger of the peer's value and 1. The p of shuffles are compared in standard errors of their difference. Over the
# limit in the table it fails.

packages <- c(
  "jsonlite", "slam", "tm", "corpora", "keyperm", "quanteda", "quanteda.textstats", "quanteda.extras", "stylo"
)
there <- suppressMessages(vapply(packages, requireNamespace, TRUE, quietly = TRUE))
if (!all(there)) {
  message("R lacks ", toString(packages[!there]), ": scripts/peers/README.md says where they are from")
  quit(status = 2)
}
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
target_from <- 1945
shuffles <- 10000
set.seed(1)
failed <- FALSE

version <- function(package) paste(package, packageVersion(package))
base <- paste("R", getRversion())

hold <- function(name, peer, mine, theirs, tolerance) {
  mine <- as.numeric(mine)
  theirs <- as.numeric(theirs)
  stopifnot(length(mine) == length(theirs), length(mine) > 0)
  apart <- ifelse(mine == theirs, 0, abs(mine - theirs) / pmax(abs(theirs), 1))
  worst <- if (anyNA(apart)) Inf else max(apart)
  failed <<- failed || worst > tolerance
  verdict <- if (worst > tolerance) "  DISAGREES" else ""
  cat(sprintf("%-28s %-26s %7d %9.1e %7.0e%s\n", name, peer, length(mine), worst, tolerance, verdict))
}

hold_p <- function(name, peer, mine, theirs) {
  p <- (mine + theirs) / 2
  errors <- (mine - theirs) / sqrt(p * (1 - p) * 2 / shuffles)
  hold(paste0(name, ", std. errors"), peer, ifelse(mine == theirs, 0, errors), rep(0, length(mine)), 5)
}

read <- function(what) {
  read.csv(file.path(folder, what), encoding = "UTF-8", stringsAsFactors = FALSE, na.strings = "", quote = "\"")
}

records <- lapply(readLines(file.path(folder, "words"), encoding = "UTF-8"), jsonlite::fromJSON, simplifyVector = FALSE)
texts <- lapply(readLines(file.path(folder, "texts"), encoding = "UTF-8"), jsonlite::fromJSON)
is_target <- vapply(records, function(record) record$year >= target_from, TRUE)
sentences <- lapply(records, function(record) lapply(record$sentences, unlist))
words <- lapply(sentences, unlist)
names(words) <- seq_along(words)
keyness <- read("keyness")
single <- keyness[!grepl(" ", keyness$term, fixed = TRUE), ]
cat(sprintf("%-28s %-26s %7s %9s %7s\n", "statistic", "peer", "values", "largest", "limit"))

# Measures of the counts in a row.
peer <- version("corpora")
by_corpora <- function(measure) {
  corpora::keyness(
    keyness$target_count, keyness$target_total, keyness$reference_count, keyness$reference_total,
    measure = measure
  )
}
hold("g2", peer, keyness$g2, by_corpora("G2"), 1e-9)
hold("log_ratio_walter", peer, keyness$log_ratio_walter, by_corpora("LogRatio"), 1e-12)
hold("simple_maths", peer, keyness$simple_maths, by_corpora("SimpleMaths"), 1e-12)
hold("lrc", peer, keyness$lrc, by_corpora("LRC"), 1e-9)
peer <- version("quanteda.extras")
counts <- keyness[c("target_count", "reference_count", "target_total", "reference_total")]
# Its products pass the greatest integer.
counts <- unname(lapply(counts, as.numeric))
hold("g2", peer, keyness$g2, do.call(quanteda.extras::log_like, counts), 1e-9)
hold("g2_short", peer, keyness$g2_short, do.call(quanteda.extras::log_like, c(counts, long = FALSE)), 1e-9)
# What it puts in the place of zero is another.
both <- keyness$target_count > 0 & keyness$reference_count > 0
theirs <- do.call(quanteda.extras::log_ratio, lapply(counts, function(x) x[both]))
hold("log_ratio", peer, keyness$log_ratio[both], theirs, 1e-12)
p <- 10^keyness$log10_p
hold("q_bh", base, keyness$q_bh, p.adjust(p, "BH"), 1e-12)
hold("q_by", base, keyness$q_by, p.adjust(p, "BY"), 1e-12)
tested <- keyness[!is.na(keyness$fisher_log10_p), ]
tested <- tested[sample(nrow(tested), 1000), ]
theirs <- apply(tested, 1, function(row) {
  row <- as.numeric(row[c("target_count", "reference_count", "target_total", "reference_total")])
  log10(fisher.test(matrix(c(row[1], row[3] - row[1], row[2], row[4] - row[2]), 2))$p.value)
})
hold("fisher_log10_p", base, tested$fisher_log10_p, theirs, 1e-7)

# quanteda, from the words themselves.
tokens <- quanteda::as.tokens(words)
matrix <- quanteda::dfm(tokens, tolower = FALSE)
grouped <- quanteda::dfm_group(matrix, ifelse(is_target, "target", "reference"))
peer <- version("quanteda.textstats")
by_quanteda <- function(measure, correction) {
  found <- quanteda.textstats::textstat_keyness(
    grouped,
    target = "target", measure = measure, sort = FALSE, correction = correction
  )
  found[match(single$term, found$feature), ]
}
found <- by_quanteda("lr", "none")
hold("target_count", peer, single$target_count, found$n_target, 0)
hold("reference_count", peer, single$reference_count, found$n_reference, 0)
# It adds 1e-9 inside of each logarithm: up to 2e-9 times all words.
hold("g2", peer, single$g2, found$G2, 5e-3)
hold("chi2", peer, single$chi2, by_quanteda("chi2", "default")$chi2, 1e-9)

frequencies <- read("frequencies")
frequencies <- frequencies[frequencies$size == 1, ]
peer <- version("quanteda.extras")
found <- quanteda.extras::dispersions_all(matrix)
found <- found[match(frequencies$term, found$Token), ]
hold("dp", peer, frequencies$dp, found$DP, 1e-12)
hold("dp_norm", peer, frequencies$dp_norm, found$DP_norm, 1e-12)
hold("juilland_d, divisor n - 1", peer, frequencies$juilland_d_sample, found$Juillands_D, 1e-12)
for (side in c("target", "reference")) {
  found <- quanteda.extras::dispersions_all(matrix[is_target == (side == "target"), ])
  own <- single[single[[paste0(side, "_count")]] > 0, ]
  found <- found[match(own$term, found$Token), ]
  hold(paste0("dp_", side), peer, own[[paste0("dp_", side)]], found$DP, 1e-12)
  hold(paste0("dp_norm_", side), peer, own[[paste0("dp_norm_", side)]], found$DP_norm, 1e-12)
  found <- quanteda.extras::ARF(tokens[is_target == (side == "target")])
  hold(paste0("arf_", side), peer, own[[paste0("arf_", side)]], found$ARF[match(own$term, found$Token)], 1e-12)
}
found <- quanteda.extras::ARF(tokens)
hold("arf", peer, frequencies$arf, found$ARF[match(frequencies$term, found$Token)], 1e-12)
some <- frequencies[sample(nrow(frequencies), 200), ]
found <- lapply(some$term, function(term) quanteda.extras::dispersions_token(matrix, term))
hold("range", peer, some$range, vapply(found, `[[`, 0, "Range"), 0)
hold("idf", peer, some$idf, vapply(found, `[[`, 0, "Inverse document frequency IDF"), 1e-12)

# Sequences do not cross sentences: each is a document.
alone <- unlist(sentences, recursive = FALSE)
names(alone) <- seq_along(alone)
sequences <- read("sequences")
length_of <- lengths(strsplit(sequences$words, " ", fixed = TRUE))
peer <- version("quanteda.textstats")
for (length in 2:4) {
  own <- sequences[length_of == length, ]
  found <- quanteda.textstats::textstat_collocations(
    quanteda::as.tokens(alone),
    size = length, min_count = 20, smoothing = 0.5, tolower = FALSE
  )
  found <- found[match(own$words, found$collocation), ]
  hold(paste("sequences of", length), peer, own$count, found$count, 0)
  hold(paste0("lambda, ", length, " words"), peer, own$lambda, found$lambda, 1e-9)
  hold(paste0("z, ", length, " words"), peer, own$z, found$z, 1e-9)
}

documents <- read("documents")
# Out of the windows of MATTR and MSTTR it takes numbers, whatever it is told.
found <- quanteda.textstats::textstat_lexdiv(
  tokens,
  measure = c("TTR", "R", "CTTR", "K", "D", "Maas"),
  remove_numbers = FALSE, remove_punct = FALSE, remove_symbols = FALSE, remove_hyphens = FALSE
)
hold("ttr", peer, documents$ttr, found$TTR, 1e-12)
hold("rttr", peer, documents$rttr, found$R, 1e-12)
hold("cttr", peer, documents$cttr, found$CTTR, 1e-12)
hold("yule_k", peer, documents$yule_k, found$K, 1e-11)
hold("simpson", peer, documents$simpson, found$D, 1e-12)
# It gives the root, of logarithms to the base of 10.
hold("maas", peer, documents$maas, found$Maas^2 / log(10), 1e-12)

# Documents shuffled.
peer <- version("keyperm")
triplets <- methods::as(matrix, "TsparseMatrix")
terms <- tm::as.TermDocumentMatrix(
  slam::simple_triplet_matrix(
    triplets@j + 1L, triplets@i + 1L, triplets@x, ncol(matrix), nrow(matrix),
    dimnames = list(Terms = colnames(matrix), Docs = rownames(matrix))
  ),
  weighting = tm::weightTf
)
some <- single[sample(nrow(single), 2000), ]
list <- keyperm::create_ifl(terms, subset_terms = match(some$term, colnames(matrix)), corpus = is_target)
hold("g2", peer, abs(some$g2), keyperm::keyness_scores(list, "llr"), 1e-7)
observed <- keyperm::keyness_scores(list, "logratio", laplace = 0.5)
hold("log_ratio_walter", peer, some$log_ratio_walter, observed, 1e-12)
found <- keyperm::keyperm(list, observed, "logratio", laplace = 0.5, nperm = shuffles)
hold_p("log_ratio_p_higher", peer, some$log_ratio_p_higher, as.numeric(keyperm::p_value(found, "greater")))
hold_p("log_ratio_p_lower", peer, some$log_ratio_p_lower, as.numeric(keyperm::p_value(found, "less")))

# Presidents by the words that are most frequent in all addresses.
author <- vapply(texts, function(text) strsplit(text$id, "-", fixed = TRUE)[[1]][2], "")
of_authors <- as.matrix(quanteda::dfm_group(matrix, author))
of_authors <- of_authors / rowSums(of_authors)
frequent <- names(sort(Matrix::colSums(matrix), decreasing = TRUE))[1:300]
of_authors <- of_authors[, frequent]
digits <- format(of_authors, digits = 17, scientific = TRUE, trim = TRUE)
lines <- apply(digits, 1, paste, collapse = " ")
own <- read.csv(text = system2(arguments[2], input = lines, stdout = TRUE))
peer <- version("stylo")
pairs <- cbind(own$one, own$other) + 1
found <- as.matrix(stylo::dist.delta(of_authors))
hold(sprintf("burrows, %d presidents", nrow(of_authors)), peer, own$burrows, found[pairs], 1e-12)
found <- as.matrix(stylo::dist.wurzburg(of_authors))
hold("cosine delta", peer, own$cosine, found[pairs], 1e-12)

quit(status = as.integer(failed))
