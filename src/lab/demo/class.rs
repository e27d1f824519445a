//! The act of a class: a group that is made by SMS, whose members are reached by what each of them has.

use super::by_sms::{BOBS, CAROLS};
use super::client::ImClient;
use super::phones::{Phones, Sms};
use super::play::{Play, parsed};
use crate::cli::output::Failure;
use crate::rules::Command;
use crate::rules::group::{Answer, Answered};
use crate::rules::message::Send;
use crate::words::{Address, GroupNumber, Phone};

/// Of two who have nothing but a phone.
const OTHERS: [&str; 2] = ["+447700900003", "+447700900004"];
const SERVICE: &str = "12520";

impl Play<'_> {
    pub(super) async fn class(&self, phones: &mut Phones) -> Result<(), Failure> {
        self.act("11. Bob makes a group by SMS: a class of five, of whom one has a client, and two have nothing but a phone.");
        let mut alice = ImClient::online(&self.signed_in("alice"), &parsed("alice")?, &self.left).await?;
        self.say("alice's client is online.");
        let bob = parsed::<Phone>(BOBS)?;
        let made = self.asks(phones, bob, "G NEW Class 3b").await?;
        let number = made.split_whitespace().find_map(|word| word.trim_end_matches('.').parse().ok());
        let number: GroupNumber =
            number.ok_or_else(|| Failure::failed("the answer names no group".to_owned()))?;
        let [third, fourth] = OTHERS;
        let members = [parsed::<Phone>(CAROLS)?, parsed(third)?, parsed(fourth)?];
        let invites = format!("G ADD {number} alice 100003 {third} {fourth}");
        self.types(phones, bob, &invites).await?;
        for sms in phones.show_each(&[&[bob], &members[..]].concat()).await? {
            self.shows(&sms);
        }
        let invited = alice.next().await?;
        self.say(&format!("alice's client gets \"{}\" and says yes.", invited.text.unwrap_or_default()));
        alice.confirm(invited.message).await?;
        let answer = Answer { group: number, answer: Answered::Yes, id: None };
        self.alice().await?.accepted(&Command::from(answer)).await?;
        for phone in members {
            self.asks(phones, phone, "YES").await?;
        }
        let text = "no school tomorrow";
        let send = Send { to: vec![Address::Group(number)], text: Some(text.into()), ..Send::default() };
        self.alice().await?.accepted(&Command::from(send)).await?;
        self.say(&format!("alice sends #{number} \"{text}\"."));
        for sms in phones.show_each(&[&[bob], &members[..]].concat()).await? {
            self.shows(&sms);
        }
        self.say("Whoever answers to that number writes to the whole class.");
        alice.leaves().await
    }

    async fn types(&self, phones: &Phones, phone: Phone, text: &str) -> Result<(), Failure> {
        self.say(&format!("{phone} sends \"{text}\" to {SERVICE}."));
        phones.types(phone, SERVICE, text).await
    }

    /// What the service answers.
    async fn asks(&self, phones: &mut Phones, phone: Phone, text: &str) -> Result<String, Failure> {
        self.types(phones, phone, text).await?;
        let answer = phones.shows(phone).await?;
        self.shows(&answer);
        Ok(answer.text)
    }

    fn shows(&self, sms: &Sms) {
        self.say(&format!("{} shows, from {}: {}", sms.to, sms.from, sms.text));
    }
}
