use super::Sandbox;
use crate::tasks::Tasks;
use tokio::net::TcpListener;
pub(super) fn open(_l: TcpListener, _s: Sandbox, _t: &Tasks) {}
