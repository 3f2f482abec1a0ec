use std::sync::atomic::AtomicUsize;

use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::*;

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Wakes itself so often before it is ready.
async fn restless(mut times: usize) {
    poll_fn(|context| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn who_wakes_itself_is_polled_again_at_once_and_its_task_is_not_woken() {
    let task = Arc::new(Woken::default());
    let waker = Waker::from(task.clone());
    let mut future = pin!(unyielding(restless(TURNS - 1)));
    let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_ready());
    assert_eq!(task.0.load(Ordering::SeqCst), 0);
}

#[test]
fn who_never_rests_gives_way_to_others() {
    let task = Arc::new(Woken::default());
    let waker = Waker::from(task.clone());
    let mut future = pin!(unyielding(restless(usize::MAX)));
    for turn in 1..4 {
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        assert_eq!(task.0.load(Ordering::SeqCst), turn);
    }
}

/// Wakes come from other threads before, while and after it is polled; none may be missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_rests_is_woken_whenever_the_wake_comes() {
    let tasks = TaskTracker::new();
    for _ in 0..20_000 {
        let (first, asked) = oneshot::channel();
        let (second, answered) = oneshot::channel();
        let one = tasks.spawn(unyielding(async move {
            let _ = first.send(());
            answered.await
        }));
        let other = tasks.spawn(unyielding(async move {
            let _ = asked.await;
            let _ = second.send(());
        }));
        assert!(one.await.is_ok_and(|answer| answer.is_ok()));
        assert!(other.await.is_ok());
    }
}
