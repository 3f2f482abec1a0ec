//! Where a container's id stands, as engines write it.

use super::container_of;

const ID: &str = "8d2f0c6a9b3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c";

#[test]
fn docker_and_podman_name_the_container_in_what_they_mount() {
    let docker = format!(
        "611 588 0:52 / / rw,relatime - overlay overlay rw\n\
         633 611 254:1 /var/lib/docker/volumes/app/_data /app/data rw - ext4 /dev/vda1 rw\n\
         634 611 254:1 /var/lib/docker/containers/{ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw\n"
    );
    let podman = format!(
        "70 60 0:45 /containers/overlay-containers/{ID}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw\n"
    );
    assert_eq!(container_of(&docker).as_deref(), Some(ID));
    assert_eq!(container_of(&podman).as_deref(), Some(ID));
}

#[test]
fn a_machine_is_no_container_and_neither_is_a_volume_with_such_a_name() {
    let machine = "22 27 0:21 / /proc rw,relatime - proc proc rw\n\
                   30 27 0:25 /systemd/resolve/stub.conf /etc/resolv.conf rw - tmpfs tmpfs rw\n";
    let volume = format!("633 611 254:1 /volumes/{ID}/_data /app/data rw - ext4 /dev/vda1 rw\n");
    assert_eq!(container_of(machine), None);
    assert_eq!(container_of(&volume), None);
}
