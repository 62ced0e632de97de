# Reads an output folder with base R and checks what it reads.

folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) {
  read.csv(file.path(folder, name), encoding = "UTF-8", stringsAsFactors = FALSE)
}

# NumPy's .npy, version 1: 10 bytes, then a header as long as bytes 9 and 10 say, then the numbers.
read_npy <- function(path) {
  file <- file(path, "rb")
  on.exit(close(file))
  readBin(file, "raw", 8)
  length <- readBin(file, "integer", 1, size = 2, endian = "little", signed = FALSE)
  header <- readChar(file, length, useBytes = TRUE)
  shape <- as.integer(strsplit(sub(".*'shape': \\(([^)]*)\\).*", "\\1", header), ", *")[[1]])
  matrix(readBin(file, "numeric", prod(shape), size = 4, endian = "little"), shape[1], shape[2], byrow = TRUE)
}

documents <- read("documents.csv")
sentences <- read("sentences.csv")
themes <- read("themes.csv")
vectors <- read_npy(file.path(folder, "embeddings/sentences.npy"))

stopifnot(
  nrow(vectors) == nrow(sentences),
  sum(documents$sentences) == nrow(sentences),
  all(abs(sqrt(rowSums(vectors^2)) - 1) < 1e-5)
)
best <- themes[themes$unit == "sentence" & themes$rank == 1, ]
joined <- merge(sentences, best, by.x = c("doc_id", "sentence"), by.y = c("doc_id", "unit_id"))
stopifnot(nrow(joined) == nrow(sentences))
cat("R:", nrow(documents), "documents,", nrow(sentences), "sentences, vectors", dim(vectors), "\n")
