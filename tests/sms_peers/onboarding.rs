//! Invitations by SMS and what becomes of them: a group that is joined or not, and an account from its first SMS to its first message.

use homing::log::{Log, NatsUrl};
use serde_json::json;

use crate::groups::{SERVICE, says};
use crate::support::talk::{asks, listens, next, online, outcome};
use crate::world::World;

const HELP: &str = "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_by_sms_is_answered_with_yes_or_no() {
    let Some(world) = crate::with_npm("window=10").await else { return };
    to_a_group(&world).await;
    to_open_an_account(&world).await;
    crate::audit::balanced(&world).await;
    world.stops().await;
}

async fn to_a_group(world: &World) {
    let [joins, declines, silent, never] = std::array::from_fn(|_| world.phone());
    outcome(&world.log, "alice", "group.create", json!({ "name": "Class 3b", "zone": "UTC" })).await;
    let invite = json!({ "group": "3001", "who": [joins, declines, silent] });
    assert_eq!(outcome(&world.log, "alice", "group.invite", invite).await["accepted"], true);
    for phone in [&joins, &declines, &silent] {
        let asked = world.smsc.submit(phone).await;
        assert_eq!(
            (asked.source.as_str(), asked.text.as_str()),
            (SERVICE, "alice invites you to the group Class 3b (3001). Answer YES or NO.")
        );
    }
    let joined = "You are in the group Class 3b (3001) now. G QUIT 3001 leaves it.";
    let declined = "You are not in the group Class 3b (3001).";
    let not_invited = "That was not done: there is no open invitation of yours to this group.";
    let started = "You will get SMS from us again. Send STOP to end them.";
    for (phone, said, want) in [
        (&joins, "yes", joined),
        (&declines, "No.", declined),
        // The invitation is answered, and there is no other.
        (&declines, "YES", started),
        (&declines, "G YES 3001", not_invited),
        (&never, "NO", HELP),
        (&never, "YES", started),
        (&never, "G NO 3001", not_invited),
    ] {
        assert_eq!(says(world, phone, SERVICE, said).await, want, "{said}");
    }
    let sent = json!({ "to": ["#3001"], "text": "welcome" });
    assert_eq!(outcome(&world.log, "alice", "message.send", sent).await["accepted"], true);
    let heard = world.smsc.submits(&joins, 3).await.remove(2).text;
    assert_eq!(heard, "alice: welcome");
    // What was said to the others: their invitation, and an answer to each SMS of theirs.
    for (phone, len) in [(&declines, 4), (&silent, 1), (&never, 3)] {
        assert_eq!(crate::smsc::to(&world.smsc.seen.lock(), phone).len(), len);
    }
}

/// From nothing: invited, a name chosen, signed in with the code of the SMS, and the first message to who has invited.
async fn to_open_an_account(world: &World) {
    let (phone, address) = (world.phone(), world.url().rsplit_once('@').unwrap().1);
    online(&world.log, "alice").await;
    let mut hers = listens(&world.log, "homing.to.alice.>").await;
    let invited = outcome(&world.log, "alice", "contact.invite", json!({ "phone": phone })).await;
    assert_eq!(invited["accepted"], true, "{invited}");
    let asked = world.smsc.submit(&phone).await;
    assert_eq!(
        (asked.source.as_str(), asked.text.as_str()),
        (SERVICE, "alice invites you to write to each other here. Answer YES to open an account, or NO.")
    );
    let which = says(world, &phone, SERVICE, "Yes!").await;
    assert!(which.starts_with("What name do you want?"), "{which}");
    let taken = says(world, &phone, SERVICE, "bob").await;
    assert!(taken.starts_with("That name is taken"), "{taken}");
    let welcome = says(world, &phone, SERVICE, "Zoe").await;
    let (told, code) = welcome.rsplit_once(": ").unwrap();
    let of_code = "Within ten minutes you sign in once with this code as password";
    assert_eq!(told, format!("Welcome, zoe. Your number is 100003. {of_code}"));
    let accepted = next(&mut hers).await;
    assert_eq!(accepted["text"], "zoe (100003) has accepted your invitation.");

    let at: NatsUrl = format!("nats://{address}").parse().unwrap();
    let zoe =
        Log::of_user(&at.clone().with_password("zoe", code), "zoe").await.expect("the code lets her in");
    let mut to_zoe = listens(&zoe, "homing.to.zoe.>").await;
    online(&zoe, "zoe").await;
    let sent = outcome(&zoe, "zoe", "message.send", json!({ "to": ["alice"], "text": "here I am" })).await;
    let first = next(&mut hers).await;
    assert_eq!(
        [&first["message"], &first["from"], &first["text"]],
        [&sent["message"], &json!("zoe"), &json!("here I am")]
    );
    outcome(&world.log, "alice", "message.send", json!({ "to": ["zoe"], "text": "welcome" })).await;
    let answer = next(&mut to_zoe).await;
    assert_eq!([&answer["from"], &answer["text"]], [&json!("alice"), &json!("welcome")]);
    let list = asks(&zoe, "zoe", "contacts", json!({})).await;
    assert_eq!(list["items"][0]["who"], "alice", "{list}");
    let again = Log::of_user(&at.with_password("zoe", code), "zoe").await;
    assert!(again.is_err(), "a code is used once");
}
