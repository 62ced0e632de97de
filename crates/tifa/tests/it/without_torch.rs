//! A build without libtorch does all but run libtorch's own encoder.

use crate::util::{Dir, article};

#[test]
fn the_backend_that_needs_libtorch_is_told_with_the_one_that_does_not() {
    let dir = Dir::new();
    dir.file("a.txt", article(1));
    for asked in ["--backend bert", "--device cuda"] {
        dir.tifa(&format!("embed a.txt {asked} --out out"))
            .exits(2)
            .tells(&["no libtorch", "backend 'packed'", "scripts/setup"]);
        assert!(!dir.join("out").exists());
    }
}
