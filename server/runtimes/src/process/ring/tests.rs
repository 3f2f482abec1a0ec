//! What the ring keeps, and for whom it waits.
#![expect(clippy::expect_used, reason = "tests")]

use super::*;

fn text(lines: &[Bytes]) -> String {
    lines
        .iter()
        .map(|line| String::from_utf8_lossy(line))
        .collect()
}

#[test]
fn lines_are_put_together_from_pieces() {
    let ring = Ring::new();
    ring.write(b"on");
    ring.write(b"e\ntwo\nthr");
    assert_eq!(text(&ring.last(9).0), "one\ntwo\n");
    ring.close();
    assert_eq!(text(&ring.last(1).0), "thr");
}

#[test]
fn output_without_end_stays_bounded() {
    let ring = Ring::new();
    for _ in 0..1000 {
        ring.write(&[b'x'; 4096]);
    }
    let kept: usize = ring.last(usize::MAX).0.iter().map(Bytes::len).sum();
    assert!(kept <= MOST_BYTES, "{kept}");
    assert!(kept > MOST_BYTES / 2, "{kept}");
}

#[tokio::test]
async fn a_follower_sees_each_line_once_and_the_end() {
    let ring = Ring::new();
    ring.write(b"before\n");
    let (_, next) = ring.last(0);
    let follow = async {
        let (first, next) = ring.line(next).await.expect("a line");
        let (second, next) = ring.line(next).await.expect("a line");
        assert_eq!(text(&[first, second]), "one\ntwo\n");
        assert!(ring.line(next).await.is_none());
    };
    let write = async {
        ring.write(b"one\n");
        tokio::task::yield_now().await;
        ring.write(b"two\n");
        ring.close();
    };
    tokio::join!(follow, write);
}
