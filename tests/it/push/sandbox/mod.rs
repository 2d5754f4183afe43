// SPDX-License-Identifier: EUPL-1.2

//! The push sandbox must refuse what the vendors refuse, or it proves nothing about a client.

mod apns;
mod client;
mod console;
mod faults;
mod fcm;
mod web_push;
