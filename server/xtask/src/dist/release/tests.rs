use super::platform;

#[test]
fn every_signed_package_is_found_by_the_updater_that_installed_it() {
    for (package, expected) in [
        (
            "archestra-desktop_0.1.0_amd64.AppImage",
            "linux-x86_64-appimage",
        ),
        ("archestra-desktop_0.1.0_arm64.deb", "linux-aarch64-deb"),
        ("archestra-desktop-0.1.0-1.x86_64.rpm", "linux-x86_64-rpm"),
        ("Archestra_0.1.0_aarch64.app.tar.gz", "darwin-aarch64-app"),
        ("Archestra_0.1.0_x64-setup.exe", "windows-x86_64-nsis"),
        ("Archestra_0.1.0_x64_en-US.msi", "windows-x86_64-msi"),
    ] {
        assert_eq!(platform(package).as_deref(), Some(expected), "{package}");
    }
    assert_eq!(platform("archestra-0.1.0.tar.gz"), None);
}
