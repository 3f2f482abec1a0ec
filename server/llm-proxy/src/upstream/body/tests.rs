#![expect(clippy::unwrap_used, reason = "tests")]

use std::convert::Infallible;

use futures_util::{StreamExt as _, stream};

use super::*;

/// Each piece after a pause.
fn slow(pieces: &[&'static str], pause: Duration) -> Body {
    let pieces = pieces.to_vec();
    Body::from_stream(stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes()))
    }))
}

const QUICK: Patience = Patience {
    silence: Duration::from_millis(300),
    grace: Duration::from_millis(600),
    pace: 1_000,
};

#[tokio::test]
async fn pieces_become_one_body_and_one_piece_stays_what_it_is() {
    let whole = slow(&["a", "", "bc", "d"], Duration::ZERO);
    assert_eq!(read(whole, 4, Patience::default()).await.unwrap(), "abcd");
    let piece = Bytes::from_static(b"abc");
    let read_back = read(Body::from(piece.clone()), 3, Patience::default())
        .await
        .unwrap();
    assert_eq!(read_back.as_ptr(), piece.as_ptr());
    assert_eq!(
        read(Body::empty(), 0, Patience::default()).await.unwrap(),
        ""
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let refused = read(slow(&["abc", "de"], Duration::ZERO), 4, Patience::default()).await;
    assert!(matches!(refused, Err(Failure::BodyTooLarge { limit: 4 })));
}

#[tokio::test]
async fn a_client_that_falls_silent_is_given_up() {
    let silent = slow(&["a", "b"], Duration::from_secs(30));
    let given_up = read(silent, 10, QUICK).await;
    assert!(matches!(
        given_up,
        Err(Failure::BodyStalled { received: 0, .. })
    ));
}

#[tokio::test]
async fn a_client_that_sends_byte_by_byte_is_given_up_though_it_is_never_silent() {
    let drip = slow(&["x"; 1_000], Duration::from_millis(50));
    let given_up = read(drip, 10_000, QUICK).await;
    assert!(matches!(
        given_up,
        Err(Failure::BodyStalled { received: 1.., .. })
    ));
}
