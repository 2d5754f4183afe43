// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk serve`

use std::process::ExitCode;

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, fmt};

use super::Failure;
use crate::{
    app,
    clock::Clock,
    config::{Config, LogConfig, LogFormat},
};

pub(super) async fn run(config: Config) -> Result<ExitCode, Failure> {
    write_logs(&config.log)?;
    let shutdown = shutdown_signal()?;
    let listener = TcpListener::bind(config.server.listen).await?;
    let metrics = match config.server.metrics_listen {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    let app = app::build(config, Clock::wall()).await?;
    app::start(&app);
    if let Some(metrics) = metrics {
        tracing::info!(address = %metrics.local_addr()?, "serving metrics");
        app::serve_metrics(&app, metrics);
    }
    tracing::info!(address = %listener.local_addr()?, "serving");
    app::serve(app, listener, shutdown).await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Sets up the log on standard error.
pub(super) fn write_logs(config: &LogConfig) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.filter)?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    }
}

/// Resolves at SIGTERM (the service manager) or SIGINT (Ctrl-C).
pub(super) fn shutdown_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
