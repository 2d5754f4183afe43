// SPDX-License-Identifier: EUPL-1.2

//! A TCP relay in front of a gateway: the network between here and there, which may lose what it is given.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use stadtfunk::tasks::Tasks;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Takes connections until the test ends.
#[derive(Clone)]
pub(super) struct Relay {
    /// As a base URL of the gateway.
    pub(super) url: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    opened: AtomicUsize,
    /// So many connections, the oldest, lead nowhere.
    swallowed: AtomicUsize,
}

impl Relay {
    /// To the host of this URL, on a free port.
    pub(super) fn to(url: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let listener = TcpListener::from_std(listener).expect("a listener");
        Self::behind(listener, url)
    }

    /// The same for whoever connects to this listener.
    pub(super) fn behind(listener: TcpListener, url: &str) -> Self {
        let address = listener.local_addr().expect("a bound listener");
        let counts = Arc::<Counts>::default();
        let to = url.trim_start_matches("https://").to_owned();
        Tasks::new().spawn(accept(listener, to, Arc::clone(&counts)));
        Self {
            url: format!("https://{address}"),
            counts,
        }
    }

    /// From now on what is sent over the connections that are open is lost in both directions, and neither end
    /// is told: as when a firewall forgets them. New ones are relayed as before.
    pub(super) fn swallow(&self) {
        let opened = self.counts.opened.load(Ordering::SeqCst);
        self.counts.swallowed.store(opened, Ordering::SeqCst);
    }

    /// How many connections there have been.
    pub(super) fn opened(&self) -> usize {
        self.counts.opened.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, to: String, counts: Arc<Counts>) {
    let tasks = Tasks::new();
    while let Ok((near, _)) = listener.accept().await {
        let number = counts.opened.fetch_add(1, Ordering::SeqCst);
        let Ok(far) = TcpStream::connect(&to).await else {
            continue;
        };
        for end in [&near, &far] {
            end.set_nodelay(true).expect("a socket");
        }
        let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
        tasks.spawn(carry(from_near, to_far, number, Arc::clone(&counts)));
        tasks.spawn(carry(from_far, to_near, number, Arc::clone(&counts)));
    }
}

/// Until one end closes; then the other is told.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    counts: Arc<Counts>,
) {
    let mut portion = vec![0; 16 * 1_024];
    while let Ok(count @ 1..) = from.read(&mut portion).await {
        let is_swallowed = number < counts.swallowed.load(Ordering::SeqCst);
        if !is_swallowed && to.write_all(&portion[..count]).await.is_err() {
            return;
        }
    }
}
