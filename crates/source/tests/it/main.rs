//! What `source` promises to whoever gives it files.

mod bad_input; // one bad file is a problem with a place and a remedy, never the end
mod encodings; // the text comes out whatever it was saved as
mod folder; // a folder with files, made for one test
mod languages; // other languages are recognised and left out, or kept
mod naming; // order, names, duplicates
mod offsets; // spans cut the bytes they say they cut
mod pages; // saved pages: the journal's own and any other
mod tables; // csv, tsv and JSON lines
