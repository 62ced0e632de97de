//! Lets the workers find libtorch where it was linked.

fn main() {
    // torch-sys hands this to its direct dependents (links = "tch").
    if let Some(lib) = std::env::var_os("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.to_string_lossy());
    }
    println!("cargo:rerun-if-changed=build.rs");
}
