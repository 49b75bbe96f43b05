//! Embedded definitions are part of the crate: a file added to the folder rebuilds it.

fn main() {
    println!("cargo:rerun-if-changed=definitions");
}
