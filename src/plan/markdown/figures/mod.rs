//! Figures as people write them: times of the day and since the start ([`times`], [`since`], [`daytime`]), those that a
//! heading tells ([`told_times`]), amounts ([`amounts`]), and what is compared with one ([`threshold`], [`wished`]).

pub(super) mod amounts;
pub(super) mod counting;
pub(super) mod daytime;
pub(super) mod since;
pub(super) mod threshold;
pub(super) mod time_words;
pub(super) mod times;
pub(super) mod told_times;
pub(super) mod wished;
