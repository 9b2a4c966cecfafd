/// An environment variable that a function reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it holds when it is not set or empty; none if it has to be set.
    pub default: Option<&'static str>,
    /// What it should hold.
    pub wants: &'static str,
}

/// Declares each variable once: as a constant to read it by, and in the list of all.
#[macro_export]
macro_rules! variables {
    ($( $name:ident: $default:expr, $wants:literal; )+) => {
        $(
            pub(super) const $name: $crate::config::Variable = $crate::config::Variable {
                name: stringify!($name),
                default: $default,
                wants: $wants,
            };
        )+

        /// Every environment variable that the function reads, besides those that Lambda itself
        /// sets. The documentation and the template are held to this list by tests.
        pub const VARIABLES: &[$crate::config::Variable] = &[ $( $name, )+ ];
    };
}
