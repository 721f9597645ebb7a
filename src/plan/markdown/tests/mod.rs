#[test]
fn sizes() {
    use crate::plan::*;
    eprintln!(
        "StepSpec {} Step {} PhaseSpec {} Expect {} Work {} Block {} Item {} Section {} Title {} Reading {}",
        size_of::<StepSpec>(),
        size_of::<Step>(),
        size_of::<PhaseSpec>(),
        size_of::<Expect>(),
        size_of::<Work>(),
        size_of::<super::blocks::Block>(),
        size_of::<super::blocks::Item>(),
        size_of::<super::outline::Section>(),
        size_of::<super::heading::Title>(),
        size_of::<super::roles::Reading>()
    );
}
