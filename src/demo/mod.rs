//! A little internet on loopback.
