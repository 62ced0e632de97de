//! Lets tests and binaries find libtorch where it was linked, without LD_LIBRARY_PATH.

fn main() {
    // torch-sys hands this to its direct dependents (links = "tch"); absent without the feature.
    if let Some(lib) = std::env::var_os("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.to_string_lossy());
    }
    println!("cargo:rerun-if-changed=build.rs");
}
