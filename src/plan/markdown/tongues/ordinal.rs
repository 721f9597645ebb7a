//! What the headings of a file are counted as.

/// What headings are numbered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Ordinal {
    /// `Phase 2`, `Stage 2`: a phase, whatever stands below it.
    Phase,
    /// `Option 2`, `Variant B`: one of several ways, of which one is gone.
    Option,
    /// `Scenario 2`, `Case B`: the same, but of what is tested each is.
    Case,
    /// `Step 2`, `2.`
    Number,
}
