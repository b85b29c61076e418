//! All integration tests, one binary: each part is a module.

mod cli;
mod connect;
mod curl_parity;
mod demo;
mod dns;
mod dns_peers;
mod docs;
mod events;
mod exits;
mod generated;
mod house_rules;
mod image_cases;
mod images;
mod iterative;
mod message;
mod outputs;
mod preview;
mod response;
mod resume;
mod support;
mod tls;
mod url;
mod witness;
