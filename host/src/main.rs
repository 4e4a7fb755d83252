//! The `scorelet` command.

fn main() {}
