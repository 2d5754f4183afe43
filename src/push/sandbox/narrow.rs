// SPDX-License-Identifier: EUPL-1.2

//! A connection that takes one stream at a time until it is widened, as Apple's do until the first request with
//! a provider token that they accept.
//!
//! hyper and h2 say once how many streams they take, and nothing later. So what they say is changed on its way
//! out: the first SETTINGS frame (RFC 9113, section 6.5) allows one stream, another follows when the time has
//! come, and the client's acknowledgement of that one is kept from h2, which would not know what of. After
//! that, bytes pass as they are. It announces and does not enforce: a client that opens more is served.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a client says first (RFC 9113, section 3.4).
const PREFACE: usize = 24;
/// Length (3), type, flags, stream (4).
const HEAD: usize = 9;
const SETTINGS: u8 = 4;
const ACK: u8 = 1;
const MAX_CONCURRENT_STREAMS: u16 = 3;
/// How much is looked through at a time.
const PORTION: usize = 16 * 1_024;

pub(super) struct Narrow<S> {
    stream: S,
    is_wide: Arc<AtomicBool>,
    outward: Outward,
    inward: Inward,
}

/// What the server writes.
struct Outward {
    streams: u32,
    frames: Frames,
    is_first: bool,
    has_widened: bool,
    /// Changed, and not written yet.
    changed: BytesMut,
}

/// What the client writes.
#[derive(Default)]
struct Inward {
    frames: Frames,
    acks: u8,
    /// Looked through, and not read yet.
    seen: BytesMut,
}

/// Cuts a stream of bytes into frames' heads and what follows them.
#[derive(Default)]
struct Frames {
    head: BytesMut,
    /// Octets until the next head.
    left: usize,
}

enum Piece<'a> {
    Head([u8; HEAD]),
    Rest(&'a [u8]),
}

impl<S> Narrow<S> {
    /// One stream, and `streams` once `is_wide` is set.
    pub(super) fn new(stream: S, streams: u32, is_wide: Arc<AtomicBool>) -> Self {
        Self {
            stream,
            is_wide,
            outward: Outward {
                streams,
                frames: Frames::default(),
                is_first: true,
                has_widened: false,
                changed: BytesMut::new(),
            },
            inward: Inward {
                frames: Frames {
                    left: PREFACE,
                    ..Frames::default()
                },
                ..Inward::default()
            },
        }
    }
}

impl Frames {
    /// The next piece of `bytes`, which it takes out; `None` if a head is not whole yet.
    fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Piece<'a>> {
        if self.left > 0 {
            let (piece, after) = bytes.split_at(self.left.min(bytes.len()));
            *bytes = after;
            self.left -= piece.len();
            return (!piece.is_empty()).then_some(Piece::Rest(piece));
        }
        let (part, after) = bytes.split_at((HEAD - self.head.len()).min(bytes.len()));
        *bytes = after;
        self.head.extend_from_slice(part);
        let head: [u8; HEAD] = self.head.as_ref().try_into().ok()?;
        self.head.clear();
        self.left = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        Some(Piece::Head(head))
    }

    fn is_between(&self) -> bool {
        self.left == 0 && self.head.is_empty()
    }
}

impl Outward {
    fn take(&mut self, mut bytes: &[u8], is_wide: bool) {
        while !bytes.is_empty() {
            if is_wide && !self.is_first && !self.has_widened && self.frames.is_between() {
                self.widen();
            }
            match self.frames.next(&mut bytes) {
                Some(Piece::Head(head)) => self.changed.extend_from_slice(&head),
                Some(Piece::Rest(rest)) => self.changed.extend_from_slice(rest),
                None => {}
            }
            if self.is_first && self.changed.len() > HEAD && self.frames.is_between() {
                self.is_first = false;
                self.allow_one();
            }
        }
    }

    /// The server's first frame is its SETTINGS (RFC 9113, section 3.4): a list of ids (2) and values (4).
    fn allow_one(&mut self) {
        for setting in self.changed[HEAD..].chunks_exact_mut(6) {
            if setting[..2] == MAX_CONCURRENT_STREAMS.to_be_bytes() {
                setting[2..].copy_from_slice(&1_u32.to_be_bytes());
            }
        }
    }

    fn widen(&mut self) {
        self.has_widened = true;
        self.changed
            .extend_from_slice(&[0, 0, 6, SETTINGS, 0, 0, 0, 0, 0]);
        self.changed
            .extend_from_slice(&MAX_CONCURRENT_STREAMS.to_be_bytes());
        self.changed.extend_from_slice(&self.streams.to_be_bytes());
    }

    /// While the first frame is not whole, nothing can be written.
    fn is_ready(&self) -> bool {
        !self.is_first && !self.changed.is_empty()
    }
}

impl Inward {
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.frames.next(&mut bytes) {
                Some(Piece::Head(head)) if head[3] == SETTINGS && head[4] & ACK != 0 => {
                    self.acks += 1;
                    if self.acks == 1 {
                        self.seen.extend_from_slice(&head);
                    }
                }
                Some(Piece::Head(head)) => self.seen.extend_from_slice(&head),
                Some(Piece::Rest(rest)) => self.seen.extend_from_slice(rest),
                None => {}
            }
        }
    }

    fn is_over(&self) -> bool {
        self.acks > 1 && self.frames.head.is_empty() && self.seen.is_empty()
    }
}

impl<S: AsyncWrite + Unpin> Narrow<S> {
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.outward.is_ready() {
            let stream = Pin::new(&mut self.stream);
            let written = ready!(stream.poll_write(cx, &self.outward.changed))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outward.changed.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Narrow<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.inward.is_over() {
            return Pin::new(&mut self.stream).poll_read(cx, into);
        }
        while self.inward.seen.is_empty() {
            let mut portion = [0; PORTION];
            let mut portion = ReadBuf::new(&mut portion);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut portion))?;
            if portion.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.inward.take(portion.filled());
        }
        let count = into.remaining().min(self.inward.seen.len());
        into.put_slice(&self.inward.seen.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Narrow<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_drain(cx))?;
        if self.outward.has_widened && self.outward.frames.is_between() {
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        }
        let portion = &bytes[..bytes.len().min(PORTION)];
        let is_wide = self.is_wide.load(Ordering::Relaxed);
        self.outward.take(portion, is_wide);
        // What can't be written yet is written before anything else is.
        if let Poll::Ready(Err(error)) = self.poll_drain(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(portion.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
