//! All integration tests, one binary: each part is a module.

mod demo;
