// SPDX-License-Identifier: EUPL-1.2

//! What can go wrong between the release and the lock screen, and what becomes of the pushes.
//!
//! Each fault is produced by the sandbox (or the database, the network, the clock) in the middle of a dispatch
//! to dozens of phones at all three gateways. In each: nothing is lost, every device is accounted for, and
//! what is repeated carries the same ids, so that the phone shows it once.
//!
//! | fault | what the software does | test |
//! |---|---|---|
//! | 429 or 503 with `Retry-After` | tries again after that time, never before | [`patience`]: `the_time_that_a_gateway_names_is_kept` |
//! | 429 without | Google: after a minute, as Google asks; else after up to 1 s, 2 s, 4 s … 10 min | `a_throttling_gateway_that_names_no_time_is_asked_again` |
//! | 500, 503 | tries again, as above | `a_gateway_in_trouble_is_asked_again` |
//! | trouble for longer than the message matters | gives up, and says so: expired | `what_could_not_be_handed_over_in_its_time_is_expired` |
//! | frozen peer (no byte, no PING) | gives up after an unanswered PING or the answer time-out, leaves the connection, tries again; the other gateways go on | [`lines`]: `a_frozen_gateway_holds_up_no_other` |
//! | the line forgets a connection (half-open) | asks by PING, leaves the connection, tries again over another | [`half_open`]: `a_connection_that_leads_nowhere_is_found_by_a_ping` |
//! | slow to answer, but there | waits | `a_peer_that_is_slow_to_answer_keeps_its_connection` |
//! | one push service never answers, or falls silent | lets its phones wait alone: those of others are served within seconds | [`push_services`]: `a_push_service_that_never_answers_keeps_no_other_waiting`, `a_push_service_that_falls_silent_keeps_no_other_waiting` |
//! | no answer to some | tries these again after the answer time-out | [`lines`]: `a_push_that_gets_no_answer_is_repeated` |
//! | reset of a stream | tries again | `a_stream_that_is_reset_is_repeated` |
//! | connection cut | all that was under way on it is tried again | `a_cut_connection_is_replaced` |
//! | GOAWAY every n | finishes what was taken, opens another connection, repeats only what was not taken | `a_polite_goodbye_repeats_nothing` |
//! | taken, answer lost | tries again with the same ids | `a_push_whose_answer_is_lost_is_repeated_under_the_same_ids` |
//! | one stream at a time | sends one after the other | `a_gateway_that_allows_one_stream_gets_one_after_the_other` |
//! | door closed after TCP | tries again; the other gateways go on | `a_gateway_that_hangs_up_is_rung_again` |
//! | connection refused | the same | [`reach`]: `a_refused_connection_holds_up_no_other_gateway` |
//! | certificate of another authority | nothing is sent to it, tries again; after the mending all is handed over | `nothing_is_sent_to_a_peer_with_another_authoritys_certificate` |
//! | name unknown | the same | `a_gateway_whose_name_is_unknown_is_waited_for` |
//! | provider token too old for Apple | signs another and repeats at once | [`credentials`]: `a_token_that_has_become_too_old_is_renewed_at_once` |
//! | provider token refused though fresh | stops Apple alone, raises an alarm, tries one push a minute | `refused_credentials_stop_one_gateway_until_they_are_taken_again` |
//! | OAuth access revoked, before or amid | the same for Google alone | `revoked_access_stops_google_alone`, `access_revoked_in_the_middle_stops_google_alone` |
//! | clock an hour wrong, then set | gateways that check the time refuse us and are closed; set right, all goes on | [`clocks`]: `a_clock_that_is_an_hour_ahead_and_set_right_loses_nothing`, `…_behind_…` |
//! | clock set while pushes wait | waits and leases keep their length | `a_clock_that_is_set_neither_hurries_nor_delays_a_retry`, `a_clock_that_is_set_takes_no_push_from_its_sender` |
//! | disk full at the release | the editor is told, nobody is pushed to; later it works | [`storage`]: `a_release_that_does_not_fit_on_the_disk_is_none` |
//! | disk full while answers come | goes on sending, writes the answers down when there is room | `answers_that_can_not_be_written_are_kept` |
//! | PostgreSQL crashes and comes back | the same; repeats nothing whose answer it holds | `a_crash_of_postgresql_is_waited_out` |
//!
//! A disk that is really full is in `process/full_disk.rs`, `kill -9` of the server in `process/killed.rs`, of one server among several in `process/together.rs`,
//! what single answers mean for addresses in `push/answers.rs`, changes in the last seconds before T in
//! `push/held.rs`.

mod clocks;
mod credentials;
mod half_open;
mod lines;
mod patience;
mod push_service;
mod push_services;
mod reach;
mod relay;
pub(crate) mod scene;
mod storage;
