//! Who is called ([`contacts`]) and who signs ([`signoffs`]): in lists, lines and tables ([`entries`]), and where no
//! heading announces them ([`named`]).

pub(super) mod contacts;
pub(super) mod entries;
pub(super) mod named;
pub(super) mod signoffs;
