//! The policy of a bundle: the section, the decision, and what is refused.

#![cfg(feature = "author")]

mod policy {
    mod parts;
    mod section;
}
