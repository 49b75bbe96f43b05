//! End to end, by interface: real sockets, a real store, departments as separate servers.

mod batch;
mod binary;
mod cli;
mod client;
mod crash;
mod examples;
mod faults;
mod foreign_bytes;
mod hours;
mod http;
mod interop;
mod invented;
mod keys;
mod link;
mod monitoring;
mod oracle;
mod outbound;
mod policy;
mod postgres_server;
mod privacy;
mod recompute;
mod replicas;
mod screening;
mod simulate;
mod support;
mod whose;
