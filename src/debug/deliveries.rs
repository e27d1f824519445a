//! The open deliveries at one moment of a log, each with its last step, followed fact by fact.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::message::{Accepted, Page};
use crate::rules::{Channel, Commit, Fact, Step, StepReason, StepState};
use crate::words::{EventSeq, Instant, MessageId, Party};

/// How far one has come, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    pub step: Step,
    pub at: Instant,
    pub seq: EventSeq,
}

/// The same, for people and programs.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryShown {
    pub state: StepState,
    pub channel: Option<Channel>,
    pub reason: Option<String>,
    pub at: String,
    pub seq: EventSeq,
}

impl Reached {
    pub fn shown(&self) -> DeliveryShown {
        let Reached { step: Step { state, channel, reason }, at, seq } = *self;
        DeliveryShown { state, channel, reason: reason.map(StepReason::text), at: at.to_string(), seq }
    }
}

/// Whose delivery, of which message.
pub type Whose = (MessageId, Party);

/// Those that are open. In memory they are as many as the decider's own, some hundred bytes each.
#[derive(Debug, Clone, Default)]
pub struct Deliveries {
    open: BTreeMap<Whose, Reached>,
}

impl Deliveries {
    /// How far an open one has come.
    pub fn reached(&self, whose: &Whose) -> Option<Reached> {
        self.open.get(whose).copied()
    }

    /// Takes in a commit, and gives the steps in it: whose, what was before, and what is now.
    pub fn take(&mut self, seq: EventSeq, commit: &Commit) -> Vec<(Whose, Option<Reached>, Reached)> {
        let mut moved = Vec::new();
        let now = |step: Step| Reached { step, at: commit.at, seq };
        for (whose, step) in steps(commit) {
            let before = self.open.get(&whose).copied();
            if before.is_some_and(|before| !before.step.state.may_become(step.state)) {
                continue;
            }
            if step.state.is_open() {
                self.open.insert(whose.clone(), now(step));
            } else {
                self.open.remove(&whose);
            }
            moved.push((whose, before, now(step)));
        }
        moved
    }
}

/// All steps of a commit, in their order: whoever is named where a message is accepted has a first one.
pub fn steps(commit: &Commit) -> Vec<(Whose, Step)> {
    let mut steps = Vec::new();
    for fact in &commit.facts {
        if let Some(accepted) = fact.get::<Accepted>() {
            let planned = Step { state: StepState::Planned, channel: None, reason: None };
            steps.extend(accepted.to.iter().map(|to| ((accepted.message, to.clone()), planned)));
        } else if let Some(page) = fact.get::<Page>() {
            steps.extend(page.deliveries().filter_map(|fact| step(&fact)));
        } else {
            steps.extend(step(fact));
        }
    }
    steps
}

fn step(fact: &Fact) -> Option<(Whose, Step)> {
    Step::of(fact).map(|(message, to, step)| ((message, to.clone()), step))
}
