// SPDX-License-Identifier: EUPL-1.2

//! What a connection has to say at a time, gathered: one TLS record and one system call for many pushes.
//!
//! `h2` flushes after every content of more than a kilobyte, and after every one of more than 256 octets where a stream takes
//! several buffers at once. A [`Gathered`] stream does not, and takes no heed of a flush: whoever drives the connection
//! [writes out](Gathered::poll_write_out) what was said whenever it has been polled.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As much as one TLS record holds (RFC 8446, section 5.1).
const MOST: usize = 16 * 1024;

/// One stream, held by the connection and by who drives it, in one task.
pub(super) struct Gathered<S>(Arc<Mutex<Gathering<S>>>);

struct Gathering<S> {
    stream: S,
    said: BytesMut,
}

impl<S> Gathered<S> {
    pub(super) fn new(stream: S) -> Self {
        let said = BytesMut::with_capacity(MOST);
        Self(Arc::new(Mutex::new(Gathering { stream, said })))
    }

    pub(super) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Never waits: both holders are in one task.
    fn lock(&self) -> MutexGuard<'_, Gathering<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsyncWrite + Unpin> Gathered<S> {
    /// Writes all that was said. `Pending`: the peer takes no more for now, and the task will be woken.
    pub(super) fn poll_write_out(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().poll_write_out(cx)
    }
}

impl<S: AsyncWrite + Unpin> Gathering<S> {
    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.said.has_remaining() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.said))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.said.advance(written);
        }
        // Gives the room back that was written from.
        self.said.clear();
        self.said.reserve(MOST);
        Pin::new(&mut self.stream).poll_flush(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gathered<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gathered<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut gathering = self.lock();
        if gathering.said.len() == MOST {
            ready!(gathering.poll_write_out(cx))?;
        }
        let taken = buf.len().min(MOST - gathering.said.len());
        gathering.said.extend_from_slice(&buf[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut gathering = self.lock();
        ready!(gathering.poll_write_out(cx))?;
        Pin::new(&mut gathering.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt as _, future::poll_fn};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    async fn write_out<S: AsyncWrite + Unpin>(stream: &Gathered<S>) {
        poll_fn(|cx| stream.poll_write_out(cx)).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_said_waits_until_it_is_written_out() {
        let (near, mut far) = duplex(MOST);
        let mut stream = Gathered::new(near);
        for _ in 0..20 {
            stream.write_all(&[7; 300]).await.unwrap();
            stream.flush().await.unwrap();
        }
        let mut heard = vec![0; MOST];
        assert_eq!(
            far.read(&mut heard).now_or_never().map(Result::unwrap),
            None
        );
        write_out(&stream).await;
        assert_eq!(far.read(&mut heard).await.unwrap(), 6_000);
        assert!(!stream.is_write_vectored());
    }

    #[tokio::test]
    async fn a_record_that_is_full_does_not_wait() {
        let (near, mut far) = duplex(2 * MOST);
        let mut stream = Gathered::new(near);
        stream.write_all(&vec![7; MOST + 1]).await.unwrap();
        let mut heard = vec![0; 2 * MOST];
        assert_eq!(far.read(&mut heard).await.unwrap(), MOST);
        write_out(&stream).await;
        assert_eq!(far.read(&mut heard).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_the_peer_does_not_take_yet_comes_later_and_in_order() {
        let (near, mut far) = duplex(1_000);
        let mut stream = Gathered::new(near);
        let said: Vec<u8> = (0..=255).cycle().take(3 * MOST).collect();
        let saying = async {
            stream.write_all(&said).await.unwrap();
            stream.shutdown().await.unwrap();
        };
        let mut heard = Vec::new();
        let ((), _) = tokio::join!(saying, far.read_to_end(&mut heard));
        assert_eq!(heard, said);
    }

    #[tokio::test]
    async fn a_peer_that_is_gone_is_told() {
        let (near, far) = duplex(1_000);
        let mut stream = Gathered::new(near);
        stream.write_all(b"anybody there?").await.unwrap();
        drop(far);
        let gone = poll_fn(|cx| stream.poll_write_out(cx)).await;
        assert!(gone.is_err());
    }
}
