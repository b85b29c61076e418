//! Tests of stage 1 in words.
