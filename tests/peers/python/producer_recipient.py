"""A producer and a recipient that know Homing by its public contract only.

    producer_recipient.py NATS_URL [ALICE BOB]

Registers two users (under random names unless told), sends from one to the other in JSON and in
MessagePack, and checks every answer. Prints a line per checked step; exits 1 at the first that fails.
"""

import asyncio
import json
import secrets
import sys

import msgpack
import nats

WAIT_S = 10


class Failed(Exception):
    """What was expected, and what came."""


class Json:
    name = "JSON"
    write = staticmethod(lambda value: json.dumps(value).encode())
    read = staticmethod(json.loads)


class MessagePack:
    name = "MessagePack"
    write = staticmethod(msgpack.packb)
    read = staticmethod(msgpack.unpackb)


def check(step, holds, seen=None):
    if not holds:
        raise Failed(f"{step}; seen: {seen!r}")
    print(f"ok: {step}", flush=True)


def read(payload, encoding):
    """The payload, if it is in this encoding: a JSON object starts with `{`, which no MessagePack map does."""
    if (payload[:1] == b"{") != (encoding is Json):
        raise Failed(f"expected {encoding.name}, got {payload[:40]!r}")
    return encoding.read(payload)


async def within(what, awaitable):
    try:
        return await asyncio.wait_for(awaitable, WAIT_S)
    except (asyncio.TimeoutError, nats.errors.TimeoutError):
        raise Failed(f"{what}: nothing within {WAIT_S} s") from None
    except nats.errors.Error as error:
        raise Failed(f"{what}: {error}") from None


class Client:
    """One user's connection: commands out, outcomes, live messages and news in."""

    async def connect(url, user):
        self = Client()
        self.user = user
        self.nats = await nats.connect(url, connect_timeout=WAIT_S, allow_reconnect=False)
        self.outcomes = await self.nats.subscribe(f"homing.outcome.{user}.>")
        self.live = await self.nats.subscribe(f"homing.to.{user}.>")
        self.notes = await self.nats.subscribe(f"homing.note.{user}.>")
        # Subscribed for certain before anything is asked.
        await self.nats.flush(WAIT_S)
        return self

    async def command(self, verb, fields, encoding=Json):
        """Publishes a command, and returns the outcome that has the number of its PubAck."""
        subject = f"homing.cmd.{self.user}.{verb}"
        publish = self.nats.jetstream().publish(subject, encoding.write(fields), timeout=WAIT_S)
        ack = await within(f"PubAck of {verb}", publish)
        if ack.stream != "COMMANDS":
            raise Failed(f"{verb} was kept in {ack.stream}, not in COMMANDS")
        while True:
            message = await within(f"outcome of {verb}", self.outcomes.next_msg(WAIT_S))
            if message.subject == f"homing.outcome.{self.user}.{ack.seq}":
                outcome = read(message.data, encoding)
                if outcome["command"] != ack.seq:
                    raise Failed(f"the outcome of command {ack.seq} names {outcome['command']!r}")
                return outcome

    async def accepted(self, verb, fields, encoding=Json):
        outcome = await self.command(verb, fields, encoding)
        if outcome["accepted"] is not True:
            raise Failed(f"{verb} of {self.user} was refused: {outcome}")
        return outcome

    async def refused(self, code, verb, fields):
        outcome = await self.command(verb, fields)
        is_told = outcome["accepted"] is False and outcome.get("code") == code and outcome.get("text")
        check(f"refused with {code}", is_told, outcome)
        return outcome

    async def receives(self, message, encoding):
        """The live message with this id. Live delivery is at least once: others may come again before it."""
        while True:
            live = await within(f"{message}, live to {self.user}", self.live.next_msg(WAIT_S))
            if live.subject == f"homing.to.{self.user}.{message}":
                return read(live.data, encoding)

    async def told(self, message, state, encoding):
        """The note that says so of this message."""
        while True:
            note = await within(f"{message} {state}, told to {self.user}", self.notes.next_msg(WAIT_S))
            if note.subject == f"homing.note.{self.user}.{message}":
                told = read(note.data, encoding)
                if told["state"] == state:
                    return told

    async def ask(self, name, question=None, encoding=Json):
        payload = b"" if question is None else encoding.write(question)
        request = self.nats.request(f"homing.query.{self.user}.{name}", payload, timeout=WAIT_S)
        return read((await within(f"answer to {name}", request)).data, encoding)

    async def ask_until(self, step, holds, name, question=None, encoding=Json):
        """A read model follows the log: asks again until it has come as far."""
        last = None

        async def again():
            nonlocal last
            while not holds(last := await self.ask(name, question, encoding)):
                pass

        try:
            await asyncio.wait_for(again(), WAIT_S)
        except asyncio.TimeoutError:
            pass
        check(step, last is not None and holds(last), last)
        return last


async def story(url, alice_name, bob_name):
    admin = await Client.connect(url, "_admin")
    alice = await Client.connect(url, alice_name)
    bob = await Client.connect(url, bob_name)

    await registers(admin, alice, bob)
    await online(alice, bob)
    await tells_the_news(alice, bob)
    await tells_twice_the_same(alice, bob)
    await refuses(url, alice, bob)
    await waits_for_who_is_away(alice, bob)

    for client in (admin, alice, bob):
        await client.nats.close()


async def registers(admin, alice, bob):
    for client in (alice, bob):
        outcome = await admin.accepted("user.register", {"name": client.user})
        number = outcome.get("im")
        check(f"{client.user} is registered, IM number {number}", outcome.get("user") == client.user, outcome)
    again = await admin.command("user.register", {"name": bob.user})
    check("registering again changes nothing and is accepted", again["accepted"] is True, again)


async def online(alice, bob):
    await bob.accepted("presence.online", {"device": "laptop", "class": "pc"})
    check("bob is online", True)
    sent = []
    for encoding in (Json, MessagePack):
        text = f"hello from {encoding.name} 你好"
        outcome = await alice.accepted("message.send", {"to": [bob.user], "text": text}, encoding)
        check(f"sent in {encoding.name}, outcome in {encoding.name}", outcome.get("message"), outcome)
        sent.append((outcome["message"], text))
    for message, text in sent:
        live = await bob.receives(message, Json)
        shown = (live["message"], live["from"], live["to"], live["text"])
        check("live, in the encoding of bob's presence", shown == (message, alice.user, bob.user, text), live)
        check("with its time and state", isinstance(live["at"], str) and isinstance(live["state"], str), live)
    for message, _ in sent:
        await bob.accepted("message.received", {"message": message})
        check(f"{message} is confirmed", True)
        note = await alice.told(message, "delivered", Json)
        check("and alice is told", (note["message"], note["to"]) == (message, bob.user), note)
    await bob.ask_until("inbox is empty", lambda answer: answer.get("items") == [], "inbox")

    def has_both(answer):
        return {(item["message"], item["text"]) for item in answer.get("items", [])} >= set(sent)

    for encoding in (Json, MessagePack):
        step = f"history with bob, asked and answered in {encoding.name}"
        await alice.ask_until(step, has_both, "history", {"with": bob.user}, encoding)
    for message, _ in sent:

        def is_delivered(answer):
            return [(r["to"], r["state"]) for r in answer.get("recipients", [])] == [(bob.user, "delivered")]

        await alice.ask_until(f"{message} is delivered", is_delivered, "delivery", {"message": message})


async def tells_the_news(alice, bob):
    """In what all devices speak of whom it is for."""
    await alice.accepted("presence.online", {"device": "desk", "class": "pc"}, MessagePack)
    outcome = await alice.accepted("message.send", {"to": [bob.user], "text": "read this"})
    message = outcome["message"]
    await bob.accepted("message.received", {"message": message})
    await alice.told(message, "delivered", MessagePack)
    await bob.accepted("message.read", {"message": message})
    note = await alice.told(message, "read", MessagePack)
    check("alice is told that bob read it, in MessagePack", note["to"] == bob.user, note)
    outcome = await alice.accepted("message.send", {"to": [bob.user], "text": "never mind"})
    message = outcome["message"]
    await alice.accepted("message.recall", {"message": message})
    note = await bob.told(message, "recalled", Json)
    check("bob is told of a recall, in JSON", note.get("reason") == "by_sender", note)
    await alice.told(message, "recalled", MessagePack)
    await alice.accepted("presence.offline", {"device": "desk"})


async def tells_twice_the_same(alice, bob):
    once = {"to": [bob.user], "text": "once", "id": "intent-1"}
    first = await alice.accepted("message.send", once)
    again = await alice.accepted("message.send", once, MessagePack)
    check("the same id again gets the first outcome", again["message"] == first["message"], (first, again))
    await bob.receives(first["message"], Json)
    await bob.accepted("message.received", {"messages": [first["message"]]})
    other = {"to": [bob.user], "text": "something else", "id": "intent-1"}
    await alice.refused("command.id_reused", "message.send", other)


async def refuses(url, alice, bob):
    misspelt = {"to": [bob.user], "txet": "hello"}
    outcome = await alice.refused("command.unknown_field", "message.send", misspelt)
    check("and the field is named", outcome.get("field") == "txet", outcome)
    stranger = await Client.connect(url, f"stranger-{secrets.token_hex(4)}")
    await stranger.refused("auth.unknown_sender", "message.send", {"to": [bob.user], "text": "hello"})
    await stranger.nats.close()
    wrong = await alice.ask("delivery", {"message": "not a message id"})
    check("a wrong query is answered with an error", wrong.get("error", {}).get("code"), wrong)


async def waits_for_who_is_away(alice, bob):
    await bob.accepted("presence.offline", {"device": "laptop"})
    outcome = await alice.accepted("message.send", {"to": [bob.user], "text": "when you are back"})
    message = outcome["message"]

    def has_it(answer):
        return [item["message"] for item in answer.get("items", [])] == [message]

    await bob.ask_until("a message to someone offline waits in the inbox", has_it, "inbox")
    await bob.accepted("presence.online", {"device": "phone", "class": "pc"}, MessagePack)
    live = await bob.receives(message, MessagePack)
    check("it arrives when bob comes online, now in MessagePack", live["text"] == "when you are back", live)
    await bob.accepted("message.read", {"message": message}, MessagePack)

    def is_read(answer):
        return [r["state"] for r in answer.get("recipients", [])] == ["read"]

    await alice.ask_until(f"{message} is read", is_read, "delivery", {"message": message}, MessagePack)


def main():
    if len(sys.argv) not in (2, 4):
        print(__doc__, file=sys.stderr)
        return 2
    suffix = secrets.token_hex(4)
    names = sys.argv[2:] or [f"alice-{suffix}", f"bob-{suffix}"]
    try:
        asyncio.run(story(sys.argv[1], *names))
    except Failed as failed:
        print(f"FAILED: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
