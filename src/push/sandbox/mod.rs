//! The push sandbox: Apple, Google and a browser's push service on this machine.
