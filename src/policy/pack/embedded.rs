//! The packs compiled into the program, so that it runs outside a checkout.

/// File name and text of every pack.
pub(super) const PACKS: &[(&str, &str)] = &[
    ("config/policy/national.toml", include_str!("../../../config/policy/national.toml")),
    ("config/policy/gansu.toml", include_str!("../../../config/policy/gansu.toml")),
    ("config/policy/baiyin.toml", include_str!("../../../config/policy/baiyin.toml")),
    ("config/policy/huining.toml", include_str!("../../../config/policy/huining.toml")),
];
