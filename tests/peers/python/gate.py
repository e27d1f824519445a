"""Who may do what: each row is tried on a real server, by a client that knows the public contract only.

    gate.py SERVER < LOGINS

LOGINS is JSON: who is tried, each with a password, and the operator's. Prints the sums; exits 1 and names each row that went
otherwise than listed. What is refused must change no stream and reach nobody.
"""

import asyncio
import json
import sys

import nats
import nats.aio.client
import nats.js.errors

# What a client would refuse to say is for the server to refuse.
nats.aio.client._validate_subject = lambda *_, **__: None

WAIT_S = 10
# POSITIONS moves by itself: how far the consumers have come.
STREAMS = ["COMMANDS", "EVENTS", "DUE", "OUTBOX"]

# What nobody but Homing and an operator may hear.
OTHERS = """
homing.to.bob.> homing.to.bob.m1 homing.to.*.> homing.to.> homing.to.*.m1 homing.outcome.bob.> homing.outcome.*.* homing.outcome.>
homing.outcome._admin.> homing.note.bob.> homing.note.*.* homing.note.> homing.evt.> homing.evt.message.* homing.cmd.>
homing.cmd.bob.> homing.live.> homing.live.*.* homing.live.bob.* homing.query.> homing.query.*.* homing.query.bob.inbox
homing.query._admin.* homing.query._decider.* homing.due.> homing.out.> homing.out.sms.> homing.pos.> homing.gate.end
homing.sms.stops homing.app.03.> homing.app.> homing.* homing.> > * *.> _INBOX.> _INBOX.* _INBOX_bob.> _INBOX_*.> _INBOX__admin.>
_INBOX__homing.> _INBOX__sms.> $JS.> $JS.API.> $JS.EVENT.> $JS.ACK.> $SYS.> $SYS.REQ.USER.AUTH $SYS.ACCOUNT.> $SRV.> $SRV.PING
_R_.> _GR_.> $KV.> $O.> $GNR.>
""".split()

# What nobody but Homing and an operator may say.
FORGED = """
homing.cmd.bob.message.send homing.cmd.bob.presence.offline homing.cmd._admin.user.register homing.cmd._sms.attempt.accepted
homing.cmd._clock.timer.fire homing.cmd._lease.presence.lapsed homing.cmd._gate.user.try-code homing.cmd.*.message.send homing.cmd.> homing.cmd homing.evt.a.b
homing.evt.message.accepted homing.due.1.t homing.out.sms.bob.m1 homing.to.bob.m1 homing.to.*.m1 homing.outcome.bob.1
homing.outcome._admin.1 homing.note.bob.m1 homing.live.bob.pc homing.live._lease.mark homing.live.*.* homing.query.bob.inbox
homing.query._admin.users homing.query._admin.sessions homing.query._decider.active homing.query._decider.look homing.gate.end
homing.sms.stops homing.pos.EVENTS.fanout homing.app.07.3001 homing.> > $JS.API.INFO $JS.API.ACCOUNT.INFO $JS.API.STREAM.NAMES
$JS.API.STREAM.LIST $JS.API.STREAM.INFO.EVENTS $JS.API.STREAM.CREATE.X $JS.API.STREAM.UPDATE.COMMANDS $JS.API.STREAM.DELETE.EVENTS
$JS.API.STREAM.PURGE.COMMANDS $JS.API.STREAM.MSG.GET.EVENTS $JS.API.STREAM.MSG.DELETE.EVENTS $JS.API.STREAM.SNAPSHOT.EVENTS
$JS.API.STREAM.RESTORE.EVENTS $JS.API.DIRECT.GET.EVENTS $JS.API.DIRECT.GET.EVENTS.homing.evt.a.b $JS.API.CONSUMER.CREATE.EVENTS.x
$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.x $JS.API.CONSUMER.DELETE.EVENTS.fanout $JS.API.CONSUMER.MSG.NEXT.EVENTS.fanout
$JS.API.CONSUMER.PAUSE.EVENTS.fanout $JS.API.CONSUMER.UNPIN.EVENTS.fanout $JS.ACK.EVENTS.fanout.1.1.1.1.1 $JS.FC.EVENTS.fanout.x
$SYS.REQ.USER.AUTH $SYS.REQ.USER.INFO $SYS.REQ.SERVER.PING $SYS.REQ.SERVER.PING.CONNZ $SYS.REQ.ACCOUNT.HOMING.CONNZ $SRV.PING
$SRV.INFO.homing $SRV.STATS _INBOX_bob.x _INBOX__admin.x _INBOX__homing.x _R_.x $KV.a.b
""".split()


def own_subscriptions(me):
    return [f"homing.to.{me}.>", f"homing.to.{me}.m1", f"homing.to.{me}.*", f"homing.outcome.{me}.>", f"homing.note.{me}.>",
            f"_INBOX_{me}.>", f"_INBOX_{me}.abc.*"]


def malformed(me):
    """Of one's own subjects what has another shape."""
    return [f"homing.cmd.{me}", f"homing.cmd.{me}.send", f"homing.cmd.{me}.message.send.now", f"homing.live.{me}",
            f"homing.live.{me}.pc.x", f"homing.query.{me}", f"homing.query.{me}.inbox.x", f"homing.to.{me}.m1",
            f"homing.outcome.{me}.1", f"homing.note.{me}.m1", f"_INBOX_{me}.x"]


# Reply subjects that would do harm, if they meant anything where Homing is.
REPLIES = """
homing.evt.a.b homing.evt.message.accepted homing.cmd.bob.message.send homing.cmd._admin.user.register homing.live.bob.pc
homing.due.1.t homing.out.sms.bob.m1 homing.pos.EVENTS.fanout homing.sms.stops homing.gate.end homing.query.bob.inbox
homing.query._decider.active homing.to.bob.m1 homing.outcome.bob.1 homing.note.bob.m1 homing.app.07.1 $JS.API.STREAM.DELETE.EVENTS
$JS.API.STREAM.PURGE.COMMANDS $JS.API.CONSUMER.DELETE.EVENTS.fanout $SYS.REQ.USER.AUTH $SYS.REQ.SERVER.PING $SRV.PING _INBOX__admin.x _INBOX__homing.x _INBOX.x
""".split()

HOSTILE_HEADERS = [
    {"Nats-Rollup": "all"}, {"Nats-Rollup": "sub"}, {"Nats-TTL": "1s"}, {"Nats-Schedule": "@at 2030-01-01T00:00:00Z"},
    {"Nats-Schedule": "@every 1s", "Nats-Schedule-Target": "homing.evt.a.b"}, {"Nats-Expected-Last-Sequence": "999999"},
    {"Nats-Expected-Last-Subject-Sequence": "999999"}, {"Nats-Expected-Last-Msg-Id": "x"}, {"Nats-Expected-Stream": "EVENTS"},
    {"Nats-Batch-Id": "b1", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1"}, {"Nats-Incr": "+1"}, {"Nats-Msg-Id": "1-1"},
    {"Nats-Msg-Id": "a.1"}, {"Nats-Trace-Dest": "homing.evt.a.b"}, {"Nats-Request-Info": "{}"}, {"ce-id": "1.0"},
    {"ce-source": "homing"}, {"ce-type": "homing.user.registered.v1"}, {"traceparent": "00-0-0-00"}, {"Homing": "1"},
]


class Person:
    def __init__(self, name):
        self.name, self.denied, self.heard = name, [], []

    async def connect(self, server, password):
        async def on_error(error):
            if "ermissions" in str(error):
                self.denied.append(str(error))

        self.nats = await nats.connect(server, user=self.name, password=password, error_cb=on_error, allow_reconnect=False,
                                       inbox_prefix=f"_INBOX_{self.name}".encode(), connect_timeout=WAIT_S)
        return self

    async def settled(self, denied=False):
        """What the server denies. It answers in order, so that comes before the flush; this client tells it a little later."""
        await self.nats.flush(WAIT_S)
        for _ in range(1000 if denied else 5):
            if self.denied:
                break
            await asyncio.sleep(0.001 if denied else 0)
        told, self.denied = self.denied, []
        return told


class Table:
    def __init__(self):
        self.rows, self.wrong = 0, []

    def row(self, who, what, want, seen):
        self.rows += 1
        if want != seen:
            self.wrong.append(f"{who}: {what}: wanted {want}, was {seen}")


async def states(admin):
    js = admin.nats.jetstream()
    told = {}
    for name in STREAMS:
        state = (await js.stream_info(name)).state
        # A minute of DUE gets a consumer, and loses it, as time goes on.
        consumers = [c.name for c in await js.consumers_info(name) if not c.name.startswith("minute-")]
        told[name] = (state.messages, state.last_seq, sorted(consumers))
    return told


async def subscriptions(table, person, allowed, denied, queues=True):
    for subject, want in [(s, True) for s in allowed] + [(s, False) for s in denied]:
        for queue in ["", "q", "homing-gate"]:
            want = want and (queues or not queue)
            subscription = await person.nats.subscribe(subject, queue=queue)
            seen = not await person.settled(denied=not want)
            table.row(person.name, f"subscribe {subject} {queue}", want, seen)
            if seen:
                await subscription.unsubscribe()


async def publishes(table, person, denied):
    for subject in denied:
        for reply, headers in [("", None), (f"_INBOX_{person.name}.r", None), ("", {"Nats-Msg-Id": "1"}), ("homing.evt.a.b", None)]:
            await person.nats.publish(subject, b"{}", reply=reply, headers=headers)
            table.row(person.name, f"publish {subject} {reply} {headers}", False, not await person.settled(denied=True))


async def main():
    server, logins = sys.argv[1], json.load(sys.stdin)
    table = Table()
    people = {name: await Person(name).connect(server, password) for name, password in logins.items()}
    admin, alice, bob = people["_admin"], people["alice"], people["bob"]
    producer, viewer, quiz = people["producer"], people["viewer"], people["quiz"]

    await admin.nats.subscribe("homing.outcome.>", cb=hears(admin))
    await admin.settled()
    online = await bob.nats.jetstream().publish("homing.cmd.bob.presence.online", b'{"device": "pc", "class": "pc", "lease": "1h"}')
    await until_decided(admin, online.seq)
    for subject in ["homing.to.bob.>", "homing.outcome.bob.>", "homing.note.bob.>", "_INBOX_bob.>"]:
        await bob.nats.subscribe(subject, cb=hears(bob))
    await bob.settled()
    before = await states(admin)

    for person, more in [(alice, []), (producer, []), (quiz, ["homing.app.07.>", "homing.app.07.3001"])]:
        await subscriptions(table, person, own_subscriptions(person.name) + more, OTHERS + ["homing.app.07.>"] * (not more))
        await publishes(table, person, FORGED + malformed(person.name))
    changing = [s for s in FORGED if s.startswith("homing.") and not s.startswith("homing.query._admin")]
    await publishes(table, viewer, changing + [s for s in FORGED if any(w in s for w in ["CREATE", "DELETE", "PURGE", "UPDATE", "RESTORE", "NEXT", "ACK", "$SYS"])])
    await subscriptions(table, viewer, ["homing.>", "homing.evt.>", "_INBOX_viewer.>"], ["$SYS.>", "_INBOX_bob.>", "_INBOX__admin.>", "$JS.>", ">"], queues=False)
    # A viewer reads, and what is read goes to no reply subject where Homing is: an old command would be a new one.
    for reply in REPLIES:
        for subject, payload in [("$JS.API.STREAM.INFO.EVENTS", b""), ("$JS.API.STREAM.MSG.GET.COMMANDS", b'{"seq": 1}'),
                                 ("$JS.API.DIRECT.GET.EVENTS", b'{"seq": 1}'), ("homing.query._admin.users", b"{}")]:
            await viewer.nats.publish(subject, payload, reply=reply)
            table.row("viewer", f"publish {subject} with the reply {reply}", [], await viewer.settled())
    table.row("all", "the streams after all that was refused", before, await states(admin))
    table.row("bob", "heard after all that was refused", [], bob.heard)

    # A user's own command may name any reply: it means nothing where Homing is.
    for reply in REPLIES:
        for subject, payload in [("homing.cmd.alice.preference.set", b'{"findable": false}'), ("homing.query.alice.inbox", b"{}"),
                                 ("homing.query.alice.nothing", b"junk"), ("homing.live.alice.pc", b"")]:
            await alice.nats.publish(subject, payload, reply=reply)
            table.row("alice", f"publish {subject} with the reply {reply}", [], await alice.settled())
    # That of an acknowledgement the server itself refuses.
    await alice.nats.publish("homing.cmd.alice.preference.set", b"{}", reply="$JS.ACK.EVENTS.fanout.1.1.1.1.1")
    table.row("alice", "publish with an acknowledgement as reply", False, not await alice.settled(denied=True))
    acked = await alice.nats.jetstream().publish("homing.cmd.alice.preference.set", b'{"findable": false}')
    await until_decided(admin, acked.seq)
    after = await states(admin)
    commands = len(REPLIES) + 1
    table.row("alice", "commands stored with replies", before["COMMANDS"][1] + commands, after["COMMANDS"][1])
    for name in ["DUE", "OUTBOX"]:
        table.row("alice", f"{name} after replies", before[name], after[name])
    table.row("alice", "consumers after replies", [s[2] for s in before.values()], [s[2] for s in after.values()])
    await bob.settled()
    homings = [subject for subject, headers in bob.heard if "Homing" in (headers or {})]
    table.row("bob", "heard of replies with Homing's header", [], homings)
    bob.heard.clear()

    # Each hostile header: one ordinary command, or nothing.
    for headers in HOSTILE_HEADERS:
        earlier = await states(admin)
        try:
            acked = await alice.nats.jetstream().publish("homing.cmd.alice.preference.set", b'{"findable": false}', headers=headers, timeout=3)
            stored = 1
            await until_decided(admin, acked.seq)
        except (nats.errors.Error, nats.js.errors.Error, asyncio.TimeoutError):
            stored = 0
        later = await states(admin)
        table.row("alice", f"{headers}: commands", earlier["COMMANDS"][1] + stored, later["COMMANDS"][1])
        table.row("alice", f"{headers}: nothing was taken away", True, all(later[name][0] >= earlier[name][0] for name in ["COMMANDS", "EVENTS"]))
        table.row("alice", f"{headers}: the others", [earlier[n] for n in ["DUE", "OUTBOX"]], [later[n] for n in ["DUE", "OUTBOX"]])

    # A forged sender in the payload is an unknown field; another's message cannot be confirmed or recalled.
    outcomes = await alice.nats.subscribe("homing.outcome.alice.>")
    await alice.settled()
    for verb, body, code in [
        ("message.send", {"to": ["bob"], "text": "x", "from": "bob"}, "command.unknown_field"),
        ("message.send", {"to": ["bob"], "text": "x", "by": "_admin"}, "command.unknown_field"),
        ("user.register", {"name": "mallory"}, "auth.not_allowed"),
        ("user.set", {"name": "alice", "access": "operator"}, "auth.not_allowed"),
        ("user.suspend", {"name": "bob"}, "auth.not_allowed"),
    ]:
        acked = await alice.nats.jetstream().publish(f"homing.cmd.alice.{verb}", json.dumps(body).encode())
        outcome = json.loads((await outcomes.next_msg(WAIT_S)).data)
        table.row("alice", f"{verb} {body}", (acked.seq, False, code), (outcome["command"], outcome["accepted"], outcome.get("code")))

    # What was allowed all along: bob is online and hears what is sent to him, and only that.
    acked = await alice.nats.jetstream().publish("homing.cmd.alice.message.send", b'{"to": ["bob"], "text": "hello"}')
    await until_decided(admin, acked.seq)
    for _ in range(1000):
        if bob.heard:
            break
        await asyncio.sleep(0.01)
    table.row("bob", "heard of the message", [(f"homing.to.bob.m{acked.seq}", True)], [(s, "Homing" in (h or {})) for s, h in bob.heard])

    # And a viewer sees it.
    stored = await viewer.nats.jetstream().get_msg("COMMANDS", seq=acked.seq)
    table.row("viewer", "read the command", b"hello" in stored.data, True)
    users = json.loads((await viewer.nats.request("homing.query._admin.users", b"{}", timeout=WAIT_S)).data)
    table.row("viewer", "ask who is registered", len(people) - 1, len(users.get("items", [])))

    print(f"{table.rows} rows tried, {len(table.wrong)} wrong")
    for wrong in table.wrong[:100]:
        print(wrong)
    sys.exit(1 if table.wrong else 0)


def hears(person):
    async def hear(message):
        person.heard.append((message.subject, message.headers))

    return hear


async def until_decided(admin, seq):
    """The operator hears all outcomes; this command's is among them."""
    for _ in range(1000):
        if any(subject.endswith(f".{seq}") for subject, _ in admin.heard):
            return
        await asyncio.sleep(0.01)
    raise SystemExit(f"command {seq} was not decided")


asyncio.run(main())
