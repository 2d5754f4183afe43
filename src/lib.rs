// SPDX-License-Identifier: EUPL-1.2

//! Stadtfunk ("city radio"): the server behind a city's employee app.

pub mod announcements;
pub mod app;
pub mod app_shell;
pub mod audit;
pub mod changes;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod db;
pub mod feed;
pub mod files;
pub mod id;
pub mod mail;
pub mod notifications;
pub mod people;
pub mod photos;
pub mod push;
pub mod routes;
pub mod tasks;
pub mod text;
pub mod uploads;
pub mod web;
pub mod webhook;
