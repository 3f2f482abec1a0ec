//! The crate against a real PostgreSQL: of `ARCHESTRA_POSTGRES_DIR`, else the npm binaries in the
//! target directory (`cargo xtask test` puts them there), else the system's packages.

mod it {
    mod faults;
    mod full_disk;
    mod life;
    mod place;
    mod program;
    mod site;
    mod watching;
}
