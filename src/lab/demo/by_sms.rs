//! The acts with phones: what reaches a person by SMS, and what they answer.

use super::client::ImClient;
use super::events;
use super::phones::Phones;
use super::play::{Play, parsed, person};
use crate::cli::output::Failure;
use crate::rules::Command;
use crate::rules::identity::SetUser;
use crate::wire::why::{Gate, Story, WhyOf};
use crate::words::{MessageId, Phone, UserName};

/// From a range that is kept for made-up people.
pub(super) const CAROLS: &str = "+447700900001";
pub(super) const BOBS: &str = "+447700900002";

impl Play<'_> {
    /// The number that carol can answer to.
    pub(super) async fn by_sms(&self, phones: &mut Phones) -> Result<String, Failure> {
        self.act("8. Carol has no client, but a phone: the message reaches her as an SMS.");
        phones.bound().await?;
        self.say(&format!(
            "Homing is bound over SMPP to a small SMSC of the demo's own, on port {}.",
            phones.port()
        ));
        let (carol, phone) = (parsed::<UserName>("carol")?, parsed(CAROLS)?);
        self.register(person(carol.clone(), Some(phone))).await?;
        let message = self.send(&carol, "dinner at eight?").await?;
        let from = self.arrives(phones, &carol, phone, message).await?;
        self.state(message).await?;
        Ok(from)
    }

    /// Says what the phone shows, and from which number; returns when the receipt has counted.
    async fn arrives(
        &self,
        phones: &mut Phones,
        name: &UserName,
        phone: Phone,
        message: MessageId,
    ) -> Result<String, Failure> {
        let sms = phones.shows(phone).await?;
        self.say(&format!("{name}'s phone shows, from {}: {}", sms.from, sms.text));
        phones.receipt(phone).await?;
        let seq = events::delivered(&self.admin.log, message).await?;
        self.say(&format!("The SMSC's receipt says that it has arrived (event {}).", seq.0));
        Ok(sms.from)
    }

    pub(super) async fn answer(&self, phones: &Phones, number: &str) -> Result<(), Failure> {
        self.act("9. Carol answers from her phone, and her words reach Alice live.");
        let mut client = ImClient::online(&self.signed_in("alice"), &parsed("alice")?, &self.left).await?;
        self.say("alice's client is online.");
        let text = "yes, with pleasure";
        phones.types(parsed(CAROLS)?, number, text).await?;
        self.say(&format!(
            "carol's phone sends \"{text}\" to {number}: the service number, then alice's IM number."
        ));
        let shown = client.next().await?;
        if shown.text.as_deref() != Some(text) {
            return Err(Failure::failed(format!("alice got {} instead", shown.message)));
        }
        self.say(&format!("alice's client gets \"{text}\" from {} and confirms it.", shown.from));
        client.confirm(shown.message).await?;
        self.state(shown.message).await?;
        client.leaves().await
    }

    pub(super) async fn leaves(&self, client: ImClient, phones: &mut Phones) -> Result<(), Failure> {
        self.act("10. Bob leaves his desk with a phone in his pocket: what is sent to him becomes an SMS.");
        let phone = parsed(BOBS)?;
        let set = SetUser { phone: Some(Some(phone)), ..SetUser::of(self.bob.clone()) };
        self.admin.accepted(&Command::from(set)).await?;
        self.say(&format!("An operator adds bob's phone, {phone}."));
        client.leaves().await?;
        self.say("bob's client says that it is going: bob is offline.");
        let message = self.send(&self.bob, "dinner at eight, carol comes too").await?;
        self.arrives(phones, &self.bob, phone, message).await?;
        self.state(message).await?;
        self.why(message).await
    }

    /// What decided on its way, as `homing why` tells it.
    async fn why(&self, message: MessageId) -> Result<(), Failure> {
        self.say(&format!("Why not live? `homing why {message}` says:"));
        let asked = WhyOf { id: message.to_string(), ..WhyOf::default() };
        let story: Story = self.admin.ask("why", &asked).await?;
        for recipient in &story.recipients {
            let decided = recipient.gates.iter().find(|gate| !gate.open);
            if let Some(Gate { found, because: Some(because), seen: Some(seen), .. }) = decided {
                self.say(&format!("  {found}: {because} (event {})", seen.0));
            }
            recipient.otherwise.iter().for_each(|other| self.say(&format!("  {other}")));
        }
        Ok(())
    }
}
