//! A group that phones alone make, join and write to, over an SMSC that is not ours.

use crate::smsc::{self, Message};
use crate::world::{BOB, World};

pub const SERVICE: &str = "12520";

/// Bob makes a group and invites a phone that nobody has registered; it joins, is written to in the group's name, and leaves.
pub async fn by_sms(world: &World) {
    let phone = world.phone();
    let answered = says(world, BOB, SERVICE, "G NEW Class 3b").await;
    let number = answered.split_whitespace().find_map(|word| word.strip_suffix('.')?.parse::<u32>().ok());
    let number = number.unwrap_or_else(|| panic!("{answered:?} names no number"));
    let asked = says(world, BOB, SERVICE, &format!("g add {number} {phone}")).await;
    assert_eq!(asked, format!("They are asked to join {number}."));
    let invited = world.smsc.submit(&phone).await;
    assert_eq!(
        (invited.source.as_str(), invited.text.as_str()),
        (SERVICE, format!("bob invites you to the group Class 3b ({number}). Answer YES or NO.").as_str())
    );
    let joined = says(world, &phone, SERVICE, "Yes").await;
    assert!(joined.starts_with("You are in the group Class 3b"), "{joined}");
    let of_group = format!("{SERVICE}01{number}");
    let before = world.smsc.submits(&phone, 2).await.len();
    world.smsc.delivers(BOB, &of_group, text("who comes?")).await;
    let heard = world.smsc.submits(&phone, before + 1).await.remove(before);
    assert_eq!((heard.source, heard.text), (of_group, "bob: who comes?".to_owned()));
    let left = says(world, &phone, SERVICE, &format!("G QUIT {number}")).await;
    assert_eq!(left, format!("You have left the group {number}."));
    assert_eq!(says(world, BOB, SERVICE, &format!("群 解散 {number}")).await, format!("群{number}已解散。"));
}

/// What is answered to a text.
pub async fn says(world: &World, phone: &str, to: &str, said: &str) -> String {
    let before = smsc::to(&world.smsc.seen.lock(), phone).len();
    world.smsc.delivers(phone, to, text(said)).await;
    world.smsc.submits(phone, before + 1).await.remove(before).text
}

/// In the default alphabet where that is enough.
fn text(said: &str) -> Message {
    if said.is_ascii() {
        return Message { octets: said.as_bytes().to_vec(), ..Message::default() };
    }
    let octets = said.encode_utf16().flat_map(u16::to_be_bytes).collect();
    Message { data_coding: 8, octets, ..Message::default() }
}
