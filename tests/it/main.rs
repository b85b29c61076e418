//! All integration tests, one binary: each part is a module.

mod cli;
mod demo;
mod dns;
mod generated;
mod house_rules;
mod image_cases;
mod iterative;
mod support;
mod tls;
