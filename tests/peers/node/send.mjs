// A producer and a recipient in Node that know Homing by its public contract only: send.mjs NATS_URL
import { randomBytes } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const WAIT_MS = 10_000;
const suffix = randomBytes(4).toString("hex");
const alice = `alice-${suffix}`;
const bob = `bob-${suffix}`;

// This client does not take a user from a URL.
const { host, username, password } = new URL(process.argv[2]);
const [user, pass] = [username, password].map(decodeURIComponent);
const nc = await connect({ servers: host, user, pass, timeout: WAIT_MS, reconnect: false });
const js = jetstream(nc, { timeout: WAIT_MS });

// Outcomes and live messages by subject; whoever waits for one finds it also when it came first.
const arrived = new Map();
const waiting = new Map();
for (const subject of ["homing.outcome.*.*", `homing.to.${bob}.*`]) {
  nc.subscribe(subject, {
    callback: (error, message) => {
      if (error) fail(`${subject}: ${error.message}`);
      arrived.set(message.subject, message);
      waiting.get(message.subject)?.();
    },
  });
}
await nc.flush();

function fail(why) {
  console.error(`FAILED: ${why}`);
  process.exit(1);
}

async function arrival(subject) {
  if (!arrived.has(subject)) {
    const late = setTimeout(() => fail(`nothing on ${subject} within ${WAIT_MS} ms`), WAIT_MS);
    await new Promise((resolve) => waiting.set(subject, resolve));
    clearTimeout(late);
  }
  return arrived.get(subject).json();
}

async function command(user, verb, fields) {
  const ack = await js.publish(`homing.cmd.${user}.${verb}`, JSON.stringify(fields));
  const outcome = await arrival(`homing.outcome.${user}.${ack.seq}`);
  if (outcome.command !== ack.seq || outcome.accepted !== true) {
    fail(`${verb} of ${user}: ${JSON.stringify(outcome)}`);
  }
  console.log(`ok: ${user} ${verb}`);
  return outcome;
}

await command("_admin", "user.register", { name: alice });
await command("_admin", "user.register", { name: bob });
await command(bob, "presence.online", { device: "browser", class: "pc" });
const { message } = await command(alice, "message.send", { to: [bob], text: "hello from Node 你好" });
const live = await arrival(`homing.to.${bob}.${message}`);
if (live.message !== message || live.from !== alice || live.to !== bob || live.text !== "hello from Node 你好") {
  fail(`the live message is ${JSON.stringify(live)}`);
}
console.log(`ok: ${bob} received ${message} live`);
await command(bob, "message.received", { message });
await nc.close();
