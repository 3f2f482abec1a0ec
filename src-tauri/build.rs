//! Checks the window's configuration and puts its pages and icons into the program.

fn main() {
    tauri_build::build();
}
