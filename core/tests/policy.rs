//! The policy of a bundle: the section, the decision, what is refused, and the source of it.

#![cfg(feature = "author")]

mod policy {
    mod combine;
    mod entropy;
    mod fallback;
    mod parts;
    mod rules;
    mod section;
    mod source;
    mod split;
    mod tree;
}
