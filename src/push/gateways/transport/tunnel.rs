// SPDX-License-Identifier: EUPL-1.2

//! Through a city's egress proxy: CONNECT (RFC 9110, section 9.3.6) over HTTP/1.1. What follows in the
//! tunnel is TLS to the gateway itself; the proxy sees its name and nothing of what is said.

use bytes::Bytes;
use http::{Request, header};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Failure, Origin};
use crate::{config::push::Proxy, tasks::Tasks};

/// Asks the proxy at the other end of `tcp` to connect to `origin`; the same socket then leads there.
pub(super) async fn open(
    tcp: TcpStream,
    origin: &Origin,
    proxy: &Proxy,
    tasks: &Tasks,
) -> Result<TcpStream, Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(tcp)).await.map_err(failed)?;
    tasks.spawn(connection.with_upgrades());
    let authority = origin.authority();
    let mut request = Request::connect(&authority)
        .header(header::HOST, &authority)
        .body(Empty::<Bytes>::new())
        .map_err(|error| Failure::Unreachable(error.to_string()))?;
    if let Some(authorization) = proxy.authorization() {
        request
            .headers_mut()
            .insert(header::PROXY_AUTHORIZATION, authorization);
    }
    let response = sender.send_request(request).await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(Failure::Unreachable(format!(
            "the proxy answered {}",
            response.status().as_str()
        )));
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(failed)?;
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        // TLS begins with the client: a peer that has spoken already speaks something else.
        Ok(parts) if parts.read_buf.is_empty() => Ok(parts.io.into_inner()),
        _ => Err(Failure::Unreachable(
            "the proxy spoke out of turn".to_owned(),
        )),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: hyper::Error) -> Failure {
    Failure::Unreachable(format!("the proxy: {error}"))
}
