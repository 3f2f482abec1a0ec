use super::Signer;

#[test]
fn a_sealed_value_comes_back_as_it_was() {
    let sealed = Signer::new(b"key").seal("session", &("a", 1));
    let opened: Option<(String, i32)> = Signer::new(b"key").open("session", &sealed);
    assert_eq!(opened, Some(("a".to_owned(), 1)));
    assert!(sealed.bytes().all(|byte| byte.is_ascii_graphic()));
}

#[test]
fn what_was_changed_or_meant_for_something_else_is_refused() {
    let signer = Signer::new(b"key");
    let sealed = signer.seal("session", &"value");
    let open =
        |signer: &Signer, purpose: &str, sealed: &str| signer.open::<String>(purpose, sealed);
    assert_eq!(open(&signer, "state", &sealed), None);
    assert_eq!(open(&Signer::new(b"other"), "session", &sealed), None);
    assert_eq!(
        open(&signer, "session", &format!("{sealed}-TAMPERED")),
        None
    );
    assert_eq!(
        open(&signer, "session", &sealed.replacen('I', "J", 1)),
        None
    );
    assert_eq!(open(&signer, "session", ""), None);
    assert_eq!(open(&signer, "session", "."), None);
}
